package dev.duplex.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class UpgradeTest {
    @ServerEndpoint("/echo/{name}")
    public static class Echo {
        @OnMessage
        public String echo(String message, @PathParam("name") String name) {
            return name + ": " + message;
        }
    }

    @Test
    void servesTheEndpointOfThePath() throws Exception {
        try (TestHost host = TestHost.of(Echo.class);
                WsPeer peer = WebSockets.connect(host.uri("/echo/ann"))) {
            peer.write("hello");
            assertThat(peer.read().text()).isEqualTo("ann: hello");
        }
    }
}
