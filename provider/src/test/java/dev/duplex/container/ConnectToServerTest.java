package dev.duplex.container;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ConnectToServerTest {
    static final class Collecting extends Endpoint {
        final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) heard::add);
        }

        @Override
        public void onClose(Session session, CloseReason reason) {
            heard.add("closed " + reason.getCloseCode().getCode());
        }

        String next() throws InterruptedException {
            return heard.poll(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void connectsAnEndpointToAnother() throws Exception {
        try (TestHost host = TestHost.of(UpgradeTest.Echo.class)) {
            Collecting endpoint = new Collecting();
            Session session = ContainerProvider.getWebSocketContainer()
                    .connectToServer(
                            endpoint, ClientEndpointConfig.Builder.create().build(), host.uri("/echo/bob"));
            session.getBasicRemote().sendText("hi");
            assertThat(endpoint.next()).isEqualTo("bob: hi");
            session.close();
            assertThat(endpoint.next()).isEqualTo("closed 1000");
        }
    }
}
