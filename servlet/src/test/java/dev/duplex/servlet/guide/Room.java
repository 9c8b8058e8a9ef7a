package dev.duplex.servlet.guide;

import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import java.io.IOException;
import java.io.UncheckedIOException;

public class Room extends Endpoint {
    @Override
    public void onOpen(Session session, EndpointConfig config) {
        String room = session.getPathParameters().get("room");
        try {
            session.getBasicRemote().sendText("Welcome to " + room);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
