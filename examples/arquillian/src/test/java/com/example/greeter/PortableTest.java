package com.example.greeter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

@ArquillianTest
class PortableTest {
    @ArquillianResource
    private URI uri;

    @Deployment(testable = false)
    static WebArchive application() {
        return ShrinkWrap.create(WebArchive.class, "greeter.war").addClasses(Greeter.class, Greetings.class);
    }

    @Test
    void greetsOnAnyContainer() throws Exception {
        URI greet = URI.create("ws" + uri.toString().substring("http".length()) + "greet");
        Client client = new Client();
        try (Session session = ContainerProvider.getWebSocketContainer().connectToServer(client, greet)) {
            session.getBasicRemote().sendText("Ada");
            assertEquals("Hello, Ada! You are number 1.", client.answer.get(10, TimeUnit.SECONDS));
        }
    }

    @ClientEndpoint
    public static class Client {
        final CompletableFuture<String> answer = new CompletableFuture<>();

        @OnMessage
        public void take(String text) {
            answer.complete(text);
        }
    }
}
