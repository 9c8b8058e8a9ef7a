package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.PeerPolicy;
import dev.duplex.peer.RawPeer;
import dev.duplex.peer.WsPeer;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What else of Duplex an application in a Servlet container has. */
@Timeout(60)
final class InsideTest {
    /** Greets by the peer of its session. */
    @PeerPolicy(maxReceivePayload = 10)
    @ServerEndpoint("/policed")
    public static final class Policed {
        @OnOpen
        public void open(Session session) throws IOException {
            WsPeer peer = WsPeer.of(session);
            peer.write("from " + peer.equals(WsPeer.of(session)));
        }

        @OnMessage
        public String echo(String text) {
            return text;
        }
    }

    /** Keeps the first message. */
    @ClientEndpoint
    public static final class Client {
        final CompletableFuture<String> heard = new CompletableFuture<>();

        @OnMessage
        public void hear(String text) {
            heard.complete(text);
        }
    }

    /** Connects to the application that it is in. */
    private static final class Connecting extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            Client client = new Client();
            URI uri = URI.create("ws://127.0.0.1:" + request.getLocalPort() + request.getContextPath() + "/policed");
            try (Session session = ContainerProvider.getWebSocketContainer().connectToServer(client, uri)) {
                response.getWriter().print(client.heard.get(20, TimeUnit.SECONDS) + " " + session.isOpen());
            } catch (DeploymentException | InterruptedException | ExecutionException | TimeoutException e) {
                throw new IOException(e);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPeerOfASessionAndAPolicyDoWhatTheyDoElsewhere(Host host) throws Exception {
        try (Host.Running running = host.start(WebApplication.of(Policed.class));
                RawPeer raw = Http.open(running, "/policed")) {
            raw.expectText("from true");
            raw.frame(RawPeer.TEXT, "1234567890");
            raw.expectText("1234567890");
            raw.frame(RawPeer.TEXT, "12345678901");
            raw.expectClose(1009);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServletConnectsAsAClient(Host host) throws Exception {
        try (Host.Running running =
                host.start(WebApplication.of(Policed.class).at("/app").servlet(new Connecting(), "/connect"))) {
            assertThat(Http.get(running, "/app/connect").body()).isEqualTo("from true true");
        }
    }
}
