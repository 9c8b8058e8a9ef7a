package dev.duplex.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.RawPeer;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Decoder;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever of the application is called, and by whatever thread: it finds its own class loader. */
@Timeout(60)
final class ContextClassLoaderTest {
    private static final BlockingQueue<Map.Entry<String, ClassLoader>> CALLS = new LinkedBlockingQueue<>();

    private final ClassLoader application =
            new URLClassLoader(new URL[0], getClass().getClassLoader());

    private static void called(String what) {
        CALLS.add(Map.entry(what, Thread.currentThread().getContextClassLoader()));
    }

    private void expect(String... calls) throws InterruptedException {
        for (String what : calls) {
            Map.Entry<String, ClassLoader> call = CALLS.poll(20, TimeUnit.SECONDS);
            assertThat(call).as(what + " was called within 20 s").isNotNull();
            assertThat(call.getKey()).isEqualTo(what);
            assertThat(call.getValue()).as("loader in " + what).isSameAs(application);
        }
    }

    public static final class Told extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            called("open");
            session.addMessageHandler(StringBuilder.class, (MessageHandler.Whole<StringBuilder>) message -> {
                called("message");
                switch (message.toString()) {
                    case "fail" -> throw new IllegalStateException("as was asked for");
                    case "idle" -> session.setMaxIdleTimeout(1);
                    default -> session.getAsyncRemote().sendText("answer", result -> called("sent"));
                }
            });
            session.addMessageHandler(PongMessage.class, (MessageHandler.Whole<PongMessage>) pong -> called("pong"));
        }

        @Override
        public void onClose(Session session, CloseReason reason) {
            called("close");
        }

        @Override
        public void onError(Session session, Throwable error) {
            called("error");
        }
    }

    public static final class Decoding implements Decoder.Text<StringBuilder> {
        @Override
        public void init(EndpointConfig config) {
            called("init");
        }

        @Override
        public boolean willDecode(String text) {
            called("willDecode");
            return true;
        }

        @Override
        public StringBuilder decode(String text) {
            called("decode");
            return new StringBuilder(text);
        }

        @Override
        public void destroy() {
            called("destroy");
        }
    }

    private static final class Configuring extends ServerEndpointConfig.Configurator {
        @Override
        public boolean checkOrigin(@Nullable String origin) {
            called("checkOrigin");
            return true;
        }

        @Override
        public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
            called("subprotocol");
            return "";
        }

        @Override
        public List<Extension> getNegotiatedExtensions(List<Extension> installed, List<Extension> requested) {
            called("extensions");
            return List.of();
        }

        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            called("modifyHandshake");
        }

        @Override
        public <T> T getEndpointInstance(Class<T> type) throws InstantiationException {
            called("instance");
            return super.getEndpointInstance(type);
        }
    }

    private static ServerEndpointConfig config() {
        return ServerEndpointConfig.Builder.create(Told.class, "/")
                .decoders(List.of(Decoding.class))
                .configurator(new Configuring())
                .build();
    }

    private TestHost host() throws Exception {
        return Probe.host(
                DuplexServerContainer.builder().classLoader(application).build(), config());
    }

    @BeforeEach
    void forget() {
        CALLS.clear();
    }

    private void expectTheOpeningOfAServer() throws InterruptedException {
        expect("checkOrigin", "subprotocol", "extensions", "modifyHandshake", "instance", "init");
    }

    @Test
    void isTheApplicationsInEveryCallbackOfAServer() throws Exception {
        try (TestHost host = host();
                RawPeer raw = host.open("/")) {
            expectTheOpeningOfAServer();
            expect("open");
            raw.frame(RawPeer.TEXT, "hi");
            expect("willDecode", "decode", "message", "sent");
            raw.frame(RawPeer.PONG, "hi");
            expect("pong");
            raw.frame(RawPeer.TEXT, "fail");
            expect("willDecode", "decode", "message", "error");
            raw.close(1000);
            expect("close", "destroy");
        }
    }

    @Test
    void isTheApplicationsWhenAnIdleTimeoutCloses() throws Exception {
        try (TestHost host = host();
                RawPeer raw = host.open("/")) {
            expectTheOpeningOfAServer();
            expect("open");
            raw.frame(RawPeer.TEXT, "idle");
            expect("willDecode", "decode", "message", "close");
            raw.expectClose(1001);
            raw.close(1001);
            expect("destroy");
        }
    }

    @Test
    void isTheApplicationsWhenTheContainerStops() throws Exception {
        try (TestHost host = host();
                RawPeer raw = host.open("/")) {
            expectTheOpeningOfAServer();
            expect("open");
            CompletableFuture<Void> stopped = StopTest.stop(host);
            raw.answerClose(1001);
            expect("close", "destroy");
            StopTest.await(stopped);
        }
    }

    @Test
    void isTheApplicationsWhenAConnectionIsAbandoned() throws Exception {
        try (TestHost host = host();
                RawPeer raw = host.beforeServing(() -> {
                            throw new CancellationException();
                        })
                        .open("/")) {
            expectTheOpeningOfAServer();
            expect("destroy");
            raw.expectEnd();
        }
    }

    public static final class Choosing implements ServerApplicationConfig {
        public Choosing() {
            called("constructor");
        }

        @Override
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> endpointClasses) {
            called("getEndpointConfigs");
            return Set.of();
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
            called("getAnnotatedEndpointClasses");
            return Set.of();
        }
    }

    @Test
    void isTheApplicationsInItsApplicationConfig() throws Exception {
        DuplexServerContainer.builder().classLoader(application).build().deploy(Set.<Class<?>>of(Choosing.class));
        expect("constructor", "getEndpointConfigs", "getAnnotatedEndpointClasses");
    }

    @Test
    void isThatOfWhoConnectsInEveryCallbackOfAClient() throws Exception {
        ClientEndpointConfig config = ClientEndpointConfig.Builder.create()
                .decoders(List.of(Decoding.class))
                .configurator(new ClientEndpointConfig.Configurator() {
                    @Override
                    public void beforeRequest(Map<String, List<String>> headers) {
                        called("beforeRequest");
                    }

                    @Override
                    public void afterResponse(HandshakeResponse response) {
                        called("afterResponse");
                    }
                })
                .build();
        Probe served = new Probe();
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (TestHost host = Probe.host(served.at("/"))) {
            thread.setContextClassLoader(application);
            Session session = new DuplexContainer().connectToServer(new Told(), config, host.uri("/"));
            thread.setContextClassLoader(before);
            expect("beforeRequest", "init", "afterResponse", "open");
            served.expect("open");
            served.session().getBasicRemote().sendText("hi");
            expect("willDecode", "decode", "message", "sent");
            served.session().getBasicRemote().sendPong(ByteBuffer.allocate(1));
            expect("pong");
            session.setMaxIdleTimeout(1); // whoever has set it
            expect("close", "destroy");
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
