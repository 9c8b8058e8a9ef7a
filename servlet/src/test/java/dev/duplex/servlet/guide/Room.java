package dev.duplex.servlet.guide;

import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;

public class Room extends Endpoint {
    @Override
    public void onOpen(Session session, EndpointConfig config) {
        String room = session.getPathParameters().get("room");
        session.getAsyncRemote().sendText("Welcome to " + room);
    }
}
