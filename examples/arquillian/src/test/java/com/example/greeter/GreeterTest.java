package com.example.greeter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import dev.duplex.se.DeployedApplication;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

@ArquillianTest
class GreeterTest {
    @Deployment(testable = false)
    static WebArchive application() {
        return ShrinkWrap.create(WebArchive.class, "greeter.war").addClasses(Greeter.class, Greetings.class);
    }

    @Test
    void greetsWhoeverSaysHisName(@ArquillianResource DeployedApplication application) throws Exception {
        try (WsPeer peer = WebSockets.connect(application.uri("/greet"))) {
            peer.write("Ada");
            assertEquals("Hello, Ada! You are number 1.", peer.readMessage().text());
        }
    }
}
