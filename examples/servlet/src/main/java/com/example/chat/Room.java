package com.example.chat;

import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What one says, all hear. */
@ServerEndpoint(value = "/room", configurator = Guest.class)
public class Room {
    private static final Set<Session> GUESTS = ConcurrentHashMap.newKeySet();

    private String name;

    @OnOpen
    public void open(Session session) throws IOException {
        name = (String) session.getUserProperties().get(Enter.NAME);
        if (name == null) {
            session.close(new CloseReason(CloseCodes.VIOLATED_POLICY, "Say who you are first."));
            return;
        }
        GUESTS.add(session);
        tell(name + " came.");
    }

    @OnMessage
    public void said(String text) {
        tell(name + ": " + text);
    }

    @OnClose
    public void close(Session session) {
        if (GUESTS.remove(session)) {
            tell(name + " left.");
        }
    }

    private static void tell(String line) {
        for (Session guest : GUESTS) {
            try {
                guest.getAsyncRemote().sendText(line);
            } catch (IllegalStateException e) {
                GUESTS.remove(guest); // it was closed a moment ago
            }
        }
    }
}
