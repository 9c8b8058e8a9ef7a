package dev.duplex.examples.endpoint;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.nio.ByteBuffer;

/** Sends every message back, text as text and bytes as bytes: what a method returns is sent. */
@ServerEndpoint("/echo")
public final class Echo {
    /** The text as it came. */
    @OnMessage
    public String text(String message) {
        return message;
    }

    /** The bytes as they came. */
    @OnMessage
    public ByteBuffer bytes(ByteBuffer message) {
        return message;
    }
}
