package com.example.greeter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import dev.duplex.se.DeployedApplication;
import jakarta.inject.Inject;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

@ArquillianTest
class GreetingsTest {
    @Inject
    private Greetings greetings;

    @Deployment
    static WebArchive application() {
        return ShrinkWrap.create(WebArchive.class, "greeter.war").addClasses(Greeter.class, Greetings.class);
    }

    @Test
    void areCounted(@ArquillianResource DeployedApplication application) throws Exception {
        int before = greetings.number();
        try (WsPeer peer = WebSockets.connect(application.uri("/greet"))) {
            peer.write("Ada");
            peer.readMessage();
        }
        assertEquals(before + 1, greetings.number());
    }
}
