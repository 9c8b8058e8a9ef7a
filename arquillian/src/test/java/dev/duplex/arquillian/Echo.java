package dev.duplex.arquillian;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends back what it is sent. */
@ServerEndpoint("/echo")
public final class Echo {
    /** How many messages the class has seen: of those that a class loader defined. */
    static final AtomicInteger MESSAGES = new AtomicInteger();

    @OnMessage
    public String echo(String text) {
        return text + " " + MESSAGES.incrementAndGet();
    }
}
