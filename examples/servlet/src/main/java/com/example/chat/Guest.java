package com.example.chat;

import jakarta.servlet.http.HttpSession;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;

/** Tells the endpoint the name that the HTTP session has. */
public class Guest extends ServerEndpointConfig.Configurator {
    @Override
    public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
        if (request.getHttpSession() instanceof HttpSession session
                && session.getAttribute(Enter.NAME) instanceof String name) {
            config.getUserProperties().put(Enter.NAME, name);
        }
    }
}
