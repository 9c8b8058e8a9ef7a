package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import jakarta.websocket.CloseReason;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of an application the builder deploys, and how the application is then called. */
@Timeout(120)
final class ApplicationTest {
    private static final String NOT_FOUND = "HTTP/1.1 404 ";

    /** An endpoint of its own protocol, which answers at the path that it is deployed at. */
    public static final class Programmatic extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(new Answering(session));
        }

        private record Answering(Session session) implements MessageHandler.Whole<String> {
            @Override
            public void onMessage(String message) {
                try {
                    session.getBasicRemote().sendText("programmatic " + message);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    /** Chooses the programmatic endpoint at a path of its own, and none of the annotated ones. */
    public static final class OnlyProgrammatic implements ServerApplicationConfig {
        @Override
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> found) {
            return found.contains(Programmatic.class) ? Set.of(config("/chosen")) : Set.of();
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> found) {
            return Set.of();
        }
    }

    private static ServerEndpointConfig config(String path) {
        return ServerEndpointConfig.Builder.create(Programmatic.class, path).build();
    }

    private static DuplexServer.Builder builder() {
        return DuplexServer.builder().port(0);
    }

    private static String answer(DuplexServer server, String request) throws IOException {
        try (RawClient client = RawClient.to(server)) {
            client.send(request);
            return client.answer();
        }
    }

    @Test
    void endpointOfAConfigIsServed() throws Exception {
        try (DuplexServer server =
                        builder().endpoint(config("/one"), config("/two")).start();
                RawClient one = RawClient.upgraded(server, "/one");
                RawClient two = RawClient.upgraded(server, "/two")) {
            one.sendText("first");
            one.expectText("programmatic first");
            two.sendText("second");
            two.expectText("programmatic second");
        }
    }

    @Test
    void scannedClassesWithoutAConfigAreServedIfTheyAreAnnotated() throws Exception {
        try (DuplexServer server = builder()
                        .scanned(Set.of(Echo.class, Programmatic.class))
                        .start();
                RawClient client = RawClient.upgraded(server, "/echo")) {
            client.echoes("found");
            assertThat(server.toString()).isEqualTo(server.uri("/echo").toString());
        }
    }

    @Test
    void applicationConfigChoosesOfWhatWasScanned() throws Exception {
        try (DuplexServer server = builder()
                        .scanned(Set.of(Echo.class, Programmatic.class))
                        .application(OnlyProgrammatic.class)
                        .start();
                RawClient client = RawClient.upgraded(server, "/chosen")) {
            client.sendText("me");
            client.expectText("programmatic me");
            assertThat(answer(server, RawClient.upgrade("/echo"))).startsWith(NOT_FOUND);
        }
    }

    /** Not public, so that a scan would not see it. */
    static final class Hidden implements ServerApplicationConfig {
        @Override
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> found) {
            return Set.of();
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> found) {
            return Set.of();
        }
    }

    @Test
    void applicationConfigThatAScanPassesOverIsRefused() {
        for (Class<? extends ServerApplicationConfig> type : List.of(Hidden.class, ServerApplicationConfig.class)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder().application(type))
                    .withMessage("an application's config must be public and not abstract, as " + type.getName()
                            + " is not");
        }
    }

    @Test
    void endpointThatIsNamedAndScannedCountsOnce() throws Exception {
        try (DuplexServer server = Echo.builder().scanned(Set.of(Echo.class)).start();
                RawClient client = RawClient.upgraded(server, "/echo")) {
            client.echoes("once");
        }
    }

    @Test
    void classThatIsNoEndpointIsNamed() {
        assertThatExceptionOfType(DeploymentException.class)
                .isThrownBy(() -> builder().endpoint(String.class).start())
                .withMessage("java.lang.String must be annotated with @ServerEndpoint itself");
    }

    @Test
    void propertyIsADefaultOfAllEndpoints() throws Exception {
        try (DuplexServer server = Echo.builder()
                        .property("dev.duplex.maxReceivePayload", 5)
                        .start();
                RawClient client = RawClient.upgraded(server, "/echo")) {
            client.echoes("short");
            client.sendText("longer");
            client.answersClose(1009);
        }
    }

    @Test
    void propertyOfAWrongValueIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Echo.builder()
                        .property("dev.duplex.writeTimeout", "soon")
                        .start())
                .withMessageStartingWith("dev.duplex.writeTimeout must be a time longer than zero")
                .withMessageEndingWith(", not soon");
    }

    /** Tells the context class loader of each of its callbacks. */
    @ServerEndpoint(value = "/loader", configurator = Loaders.Handshake.class)
    public static final class Loaders {
        private static final BlockingQueue<Map.Entry<String, ClassLoader>> SEEN = new LinkedBlockingQueue<>();

        private static void saw(String callback) {
            SEEN.add(Map.entry(callback, Thread.currentThread().getContextClassLoader()));
        }

        @OnOpen
        public void open() {
            saw("open");
        }

        @OnMessage
        public void message(String text) {
            saw(text);
        }

        @OnClose
        public void close(CloseReason reason) {
            saw("close");
        }

        /** Of a handshake. */
        public static final class Handshake extends ServerEndpointConfig.Configurator {
            @Override
            public void modifyHandshake(
                    ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
                saw("handshake");
            }
        }
    }

    @Test
    void callbacksHaveTheContextClassLoaderOfTheBuilder() throws Exception {
        try (URLClassLoader loader = new URLClassLoader(new URL[0], getClass().getClassLoader());
                DuplexServer server =
                        builder().endpoint(Loaders.class).classLoader(loader).start();
                RawClient client = RawClient.upgraded(server, "/loader")) {
            client.sendText("message");
            client.endOfStream();
            for (String callback : new String[] {"handshake", "open", "message", "close"}) {
                assertThat(Loaders.SEEN.poll(RawClient.LIMIT.toSeconds(), TimeUnit.SECONDS))
                        .isEqualTo(Map.entry(callback, loader));
            }
        }
    }

    /** Which origins may. */
    enum Origins {
        DEFAULT,
        ALLOWED,
        ANY;

        DuplexServer.Builder of(DuplexServer.Builder builder) {
            return switch (this) {
                case DEFAULT -> builder;
                case ALLOWED -> builder.allowOrigin("https://friend.example", "https://other.example");
                case ANY -> builder.anyOrigin();
            };
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DEFAULT, http://127.0.0.1, 101",
        "DEFAULT, https://friend.example, 403",
        "ALLOWED, http://127.0.0.1, 101",
        "ALLOWED, https://friend.example, 101",
        "ALLOWED, https://other.example, 101",
        "ALLOWED, https://stranger.example, 403",
        "ANY, https://stranger.example, 101"
    })
    void pageOfAnotherOriginIsRefusedUnlessItIsAllowed(Origins origins, String origin, int status) throws Exception {
        try (DuplexServer server = origins.of(Echo.builder()).start();
                RawClient client = RawClient.to(server)) {
            client.send(RawClient.upgrade("/echo", "Origin: " + origin));
            assertThat(client.head()).startsWith("HTTP/1.1 " + status + " ");
        }
    }

    @Test
    void allowedOriginIsOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().allowOrigin("example.com"))
                .withMessage("an origin is a scheme and a host, as https://example.com, not \"example.com\"");
    }

    /** Its configurator fails when it is asked to. */
    @ServerEndpoint(value = "/failing", configurator = Failing.Thrower.class)
    public static final class Failing {
        /** Throws what the query says. */
        public static final class Thrower extends ServerEndpointConfig.Configurator {
            @Override
            public void modifyHandshake(
                    ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
                if ("exception".equals(request.getQueryString())) {
                    throw new IllegalStateException("secret of the application");
                } else if ("error".equals(request.getQueryString())) {
                    throw new AssertionError("secret of the application");
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"exception", "error"})
    void configuratorThatThrowsIs500AndTellsTheLogAlone(String what) throws Exception {
        BlockingQueue<LogRecord> said = new LinkedBlockingQueue<>();
        Logger logger = Logger.getLogger("dev.duplex");
        logger.setUseParentHandlers(false);
        java.util.logging.Handler handler = new Collecting(said);
        logger.addHandler(handler);
        try (DuplexServer server = builder().endpoint(Failing.class).start()) {
            assertThat(answer(server, RawClient.upgrade("/failing?" + what)))
                    .startsWith("HTTP/1.1 500 Internal Server Error\r\n")
                    .doesNotContain("secret");
            RawClient.upgraded(server, "/failing").close(); // it still serves
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
        assertThat(said)
                .extracting(LogRecord::getThrown)
                .anySatisfy(thrown -> assertThat(thrown).hasMessage("secret of the application"));
    }

    /** Keeps what is logged. */
    private static final class Collecting extends java.util.logging.Handler {
        private final BlockingQueue<LogRecord> said;

        Collecting(BlockingQueue<LogRecord> said) {
            this.said = said;
        }

        @Override
        public void publish(LogRecord line) {
            said.add(line);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
