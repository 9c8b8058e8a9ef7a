package dev.duplex.servlet.guide;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

@ServerEndpoint("/echo")
public class Echo {
    @OnMessage
    public String text(String message) {
        return message;
    }
}
