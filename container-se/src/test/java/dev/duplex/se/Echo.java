package dev.duplex.se;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

/** Sends each text back. */
@ServerEndpoint("/echo")
public final class Echo {
    @OnMessage
    public String echo(String text) {
        return text;
    }

    /** A server of it alone, at a free port. */
    static DuplexServer.Builder builder() {
        return DuplexServer.builder().port(0).endpoint(Echo.class);
    }
}
