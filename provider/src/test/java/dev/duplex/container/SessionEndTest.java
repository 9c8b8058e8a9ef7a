package dev.duplex.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Decoder;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is left of a session when it ends, and of a connection that its caller gave up. */
@Timeout(60)
final class SessionEndTest {
    @ServerEndpoint("/late")
    public static class Late {
        @OnMessage
        public void message(String message) {}
    }

    /** Says in which class loader it was destroyed. */
    public static class Destroyed implements Decoder.Text<Integer> {
        static final CompletableFuture<ClassLoader> IN = new CompletableFuture<>();

        @Override
        public Integer decode(String text) {
            return text.length();
        }

        @Override
        public boolean willDecode(String text) {
            return true;
        }

        @Override
        public void destroy() {
            IN.complete(Thread.currentThread().getContextClassLoader());
        }
    }

    @ServerEndpoint(value = "/decoded", decoders = Destroyed.class)
    public static class Decoded {
        static final CompletableFuture<Session> SESSION = new CompletableFuture<>();
        private Thread thread = Thread.currentThread();

        @OnOpen
        public void open(Session session) {
            thread = Thread.currentThread();
            SESSION.complete(session);
        }

        @OnMessage
        public void message(Integer message) {}

        @OnClose
        public void close() throws InterruptedException {
            thread.join(Duration.ofSeconds(20)); // so that the thread which closes is the last to end
        }
    }

    @Test
    void destroysDecodersInTheApplicationsClassLoader() throws Exception {
        try (URLClassLoader application = new URLClassLoader(new URL[0]);
                TestHost host = new TestHost(
                        DuplexServerContainer.builder().classLoader(application).build())) {
            host.container.addEndpoint(Decoded.class);
            try (WsPeer peer = WebSockets.connect(host.uri("/decoded"))) {
                Session session = Decoded.SESSION.get(20, TimeUnit.SECONDS);
                Thread.ofVirtual().start(() -> {
                    Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
                    close(session);
                });
                assertThat(peer.read()).isNull();
                assertThat(Destroyed.IN.get(20, TimeUnit.SECONDS)).isSameAs(application);
            }
        }
    }

    private static void close(Session session) {
        try {
            session.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Interrupts who connects when the answer has come. */
    static final class Interrupting extends ClientEndpointConfig.Configurator {
        @Override
        public void afterResponse(HandshakeResponse response) {
            Thread.currentThread().interrupt();
        }
    }

    static final class Ending extends Endpoint {
        final CompletableFuture<Integer> closed = new CompletableFuture<>();

        @Override
        public void onOpen(Session session, EndpointConfig config) {}

        @Override
        public void onClose(Session session, CloseReason reason) {
            closed.complete(reason.getCloseCode().getCode());
        }
    }

    @Test
    void leavesNoConnectionWhenWhoConnectsIsInterruptedBeforeItHasBegun() throws Exception {
        try (TestHost host = TestHost.of(Late.class)) {
            for (int i = 0; i < 20; i++) {
                Ending endpoint = new Ending();
                ClientEndpointConfig config = ClientEndpointConfig.Builder.create()
                        .configurator(new Interrupting())
                        .build();
                assertThatThrownBy(() -> new DuplexContainer().connectToServer(endpoint, config, host.uri("/late")))
                        .isInstanceOf(InterruptedIOException.class);
                assertThat(Thread.interrupted()).isTrue();
                assertThat(endpoint.closed.get(20, TimeUnit.SECONDS)).isEqualTo(1006);
            }
        }
    }

    @ClientEndpoint
    public static class Client {
        @OnMessage
        public void message(String message) {}
    }

    @ServerEndpoint("/stopped")
    public static class Stopped {
        static final CompletableFuture<Session> SESSION = new CompletableFuture<>();
        static final BlockingQueue<String> HEARD = new LinkedBlockingQueue<>();

        @OnOpen
        public void open(Session session) {
            SESSION.complete(session);
        }

        @OnError
        public void error(Throwable failure) {
            HEARD.add("error " + failure);
        }

        @OnClose
        public void close(CloseReason reason) {
            HEARD.add("closed " + reason.getCloseCode().getCode() + " " + reason.getReasonPhrase());
        }
    }

    @Test
    void saysThatTheContainerStopsAlsoWhenItGivesNoTime() throws Exception {
        try (TestHost host = TestHost.of(Stopped.class);
                WsPeer peer = WebSockets.connect(host.uri("/stopped"))) {
            assertThat(Stopped.SESSION.get(20, TimeUnit.SECONDS).isOpen()).isTrue();
            host.container.stop(Duration.ZERO);
            assertThat(Stopped.HEARD.poll(20, TimeUnit.SECONDS)).isEqualTo("closed 1006 the container is stopping");
            assertThat(peer.read()).isNull();
        }
    }

    @Test
    @SuppressWarnings("NullAway") // what an application may do
    void saysWhatMustNotBeNull() throws Exception {
        try (TestHost host = TestHost.of(Late.class)) {
            Session session = new DuplexContainer().connectToServer(Client.class, host.uri("/late"));
            assertThatThrownBy(() -> session.close(null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the close reason must not be null");
            assertThatThrownBy(() -> session.addMessageHandler(null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the handler must not be null");
            session.close();
        }
    }
}
