package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.Message;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Messages go through each container. */
final class EchoTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Returns what it gets. */
    @ServerEndpoint("/echo")
    public static final class Echo {
        @OnMessage
        public String echo(String text) {
            return text;
        }
    }

    @ParameterizedTest
    @EnumSource
    void echoesText(Host host) throws Exception {
        try (Host.Running running = host.start(WebApplication.of(Echo.class).at("/app"));
                WsPeer peer = WebSockets.connect(running.uri("/echo").toString())) {
            for (int i = 0; i < 100; i++) {
                String text = "x".repeat(i * i);
                peer.write(text);
                Message answer = peer.readMessage(LIMIT);
                assertThat(answer).isNotNull();
                assertThat(answer.text()).isEqualTo(text);
            }
            assertThat(peer.shutdown(1000, "", LIMIT)).isTrue();
        }
    }
}
