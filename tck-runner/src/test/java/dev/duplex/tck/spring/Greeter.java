package dev.duplex.tck.spring;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import org.springframework.stereotype.Component;

@Component
@ServerEndpoint(value = "/greet/{name}", configurator = BeanConfigurator.class)
class Greeter {
    private final Greetings greetings;

    Greeter(Greetings greetings) {
        this.greetings = greetings;
    }

    @OnMessage
    String greet(String greeting, @PathParam("name") String name) {
        return greetings.of(greeting, name);
    }
}
