package dev.duplex.arquillian;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

/** An endpoint that nobody can deploy: a method with too many messages. */
@ServerEndpoint("/refused")
public final class Refused {
    @OnMessage
    public void both(String text, byte[] bytes) {}
}
