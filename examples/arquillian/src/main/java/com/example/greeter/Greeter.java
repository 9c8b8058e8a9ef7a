package com.example.greeter;

import jakarta.inject.Inject;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

@ServerEndpoint("/greet")
public class Greeter {
    @Inject
    private Greetings greetings;

    @OnMessage
    public String greet(String name) {
        return greetings.of(name);
    }
}
