package dev.duplex.arquillian;

import jakarta.inject.Inject;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

/** An endpoint with beans. */
@ServerEndpoint("/greeter")
public class Greeter {
    @Inject
    private Greetings greetings;

    @Inject
    private Visits visits;

    @OnMessage
    public String greet(String name) {
        return greetings.of(name) + " " + visits.next();
    }
}
