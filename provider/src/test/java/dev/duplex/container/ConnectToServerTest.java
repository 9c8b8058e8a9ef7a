package dev.duplex.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.peer.RawPeer;
import dev.duplex.peer.interop.Identity;
import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.WebSocketContainer;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class ConnectToServerTest {
    private static final BlockingQueue<String> HEARD = new LinkedBlockingQueue<>();

    private final WebSocketContainer container = ContainerProvider.getWebSocketContainer();

    private static ClientEndpointConfig none() {
        return ClientEndpointConfig.Builder.create().build();
    }

    private static ClientEndpointConfig with(ClientEndpointConfig.Configurator configurator) {
        return ClientEndpointConfig.Builder.create().configurator(configurator).build();
    }

    private static void expectHeard(String text) throws InterruptedException {
        assertThat(HEARD.poll(20, TimeUnit.SECONDS)).isEqualTo(text);
    }

    private Session connect(Endpoint endpoint, ClientEndpointConfig config, TestHost host) throws Exception {
        return container.connectToServer(endpoint, config, host.uri("/echo/bob"));
    }

    private static TestHost echo() throws Exception {
        return TestHost.of(UpgradeTest.Echo.class);
    }

    @BeforeEach
    void forget() {
        HEARD.clear();
    }

    /** A server by hand, which takes one connection. */
    private static final class RawServer implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final CompletableFuture<String> request = new CompletableFuture<>();

        RawServer() throws IOException {}

        /** Does this with its connection, and closes it. */
        RawServer does(Answer answer) {
            Thread.ofVirtual().start(() -> {
                try (RawPeer raw = new RawPeer(listener.accept(), false)) {
                    request.complete(answer.to(raw));
                } catch (IOException | RuntimeException | Error e) {
                    request.completeExceptionally(e);
                }
            });
            return this;
        }

        String request() throws Exception {
            return request.get(20, TimeUnit.SECONDS);
        }

        URI uri() {
            return URI.create("ws://127.0.0.1:" + listener.getLocalPort() + "/");
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }

        interface Answer {
            String to(RawPeer raw) throws IOException;
        }

        static Answer says(String answer) {
            return raw -> {
                String request = raw.head();
                raw.ascii(answer);
                return request;
            };
        }
    }

    // ---- the four forms

    public static final class OfItsClass extends Probe {
        @Override
        void opened(Session open) throws IOException {
            open.getBasicRemote().sendText("hi");
        }

        @Override
        String heard(String message) {
            HEARD.add(message);
            return null;
        }
    }

    @ClientEndpoint
    public static class Annotated {
        @OnOpen
        public void open(Session session) throws IOException {
            session.getBasicRemote().sendText("hello");
        }

        @OnMessage
        public void hear(String message) {
            HEARD.add(message);
        }
    }

    @ClientEndpoint
    public static final class WithoutConstructor extends Annotated {
        public WithoutConstructor(int number) {}

        @Override
        public void hear(String message) {
            HEARD.add("not annotated here");
        }

        @OnMessage
        public void listen(String message) {
            HEARD.add("by instance " + message);
        }
    }

    @Test
    void connectsAnInstance() throws Exception {
        try (TestHost host = echo()) {
            Probe endpoint = new Probe();
            Session session = connect(endpoint, none(), host);
            assertThat(endpoint.session()).isSameAs(session); // the open callback has returned
            session.getBasicRemote().sendText("hi");
            endpoint.expect("open");
            endpoint.expect("text bob: hi");
            session.close();
            endpoint.expect("close 1000 ");
        }
    }

    @Test
    void connectsAClass() throws Exception {
        try (TestHost host = echo();
                Session session = container.connectToServer(OfItsClass.class, none(), host.uri("/echo/bob"))) {
            assertThat(session.isOpen()).isTrue();
            expectHeard("bob: hi");
        }
    }

    @Test
    void connectsAnAnnotatedClass() throws Exception {
        try (TestHost host = echo();
                Session session = container.connectToServer(Annotated.class, host.uri("/echo/bob"))) {
            assertThat(session.isOpen()).isTrue();
            expectHeard("bob: hello");
        }
    }

    @Test
    void connectsAnAnnotatedInstanceWhoseClassHasNoConstructorWithoutArguments() throws Exception {
        try (TestHost host = echo();
                Session session = container.connectToServer(new WithoutConstructor(1), host.uri("/echo/bob"))) {
            assertThat(session.isOpen()).isTrue();
            expectHeard("by instance bob: hello");
        }
    }

    @ClientEndpoint
    static final class NotPublic {
        @OnOpen
        public void open() {
            HEARD.add("open");
        }
    }

    @Test
    void connectsAnInstanceOfAClassThatIsNotPublic() throws Exception {
        try (TestHost host = echo();
                Session session = container.connectToServer(new NotPublic(), host.uri("/echo/bob"))) {
            assertThat(session.isOpen()).isTrue();
            expectHeard("open");
        }
    }

    // ---- what is no endpoint

    public static final class NotAnnotated {}

    public static final class Inheriting extends Annotated {}

    @ClientEndpoint
    public static final class TwoForText extends Annotated {
        @OnMessage
        public void other(String message) {}
    }

    public abstract static class AbstractEndpoint extends Endpoint {}

    private static void assertNoEndpoint(Callable<Session> connecting, String why) {
        assertThatThrownBy(connecting::call)
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining(why);
    }

    @Test
    void refusesWhatIsNoEndpointBeforeItConnects() {
        URI nobody = URI.create("ws://127.0.0.1:1/");
        String rule = "must be annotated with @ClientEndpoint itself";
        assertNoEndpoint(() -> container.connectToServer(NotAnnotated.class, nobody), rule);
        assertNoEndpoint(() -> container.connectToServer(new NotAnnotated(), nobody), rule);
        assertNoEndpoint(() -> container.connectToServer(Inheriting.class, nobody), rule);
        assertNoEndpoint(() -> container.connectToServer(new Annotated() {}, nobody), rule);
        assertNoEndpoint(() -> container.connectToServer((Object) new Probe(), nobody), "with a ClientEndpointConfig");
        assertNoEndpoint(() -> container.connectToServer(TwoForText.class, nobody), "TwoForText");
        assertNoEndpoint(() -> container.connectToServer(WithoutConstructor.class, nobody), "WithoutConstructor");
        assertNoEndpoint(() -> container.connectToServer(AbstractEndpoint.class, none(), nobody), "AbstractEndpoint");
    }

    @Test
    void refusesNull() {
        URI uri = URI.create("ws://127.0.0.1:1/");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> container.connectToServer((Object) null, uri))
                .withMessage("annotatedEndpointInstance must not be null");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> container.connectToServer(Annotated.class, null))
                .withMessage("path must not be null");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> container.connectToServer(new Probe(), null, uri))
                .withMessage("cec must not be null");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> container.connectToServer((Class<? extends Endpoint>) null, none(), uri))
                .withMessage("endpointClass must not be null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:1/", "ws:opaque", "/relative", "ws://127.0.0.1:1/#fragment"})
    void refusesAUriOfAnotherKindAndNamesIt(String uri) {
        assertThatThrownBy(() -> container.connectToServer(Annotated.class, URI.create(uri)))
                .isInstanceOf(DeploymentException.class)
                .hasMessageStartingWith("No WebSocket connection with " + uri + ": the URI must ");
    }

    // ---- the configurator

    @Test
    void configuratorChangesTheRequestAndSeesTheResponse() throws Exception {
        List<String> seen = new ArrayList<>();
        List<String> answered = new ArrayList<>();
        ServerEndpointConfig served = ServerEndpointConfig.Builder.create(UpgradeTest.Echo.class, "/echo/{name}")
                .configurator(new ServerEndpointConfig.Configurator() {
                    @Override
                    public void modifyHandshake(
                            ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
                        seen.addAll(request.getHeaders().get("x-asked"));
                        response.getHeaders().put("X-Answered", List.of("1", "2", "3", "4", "5", "6", "7", "8"));
                    }
                })
                .build();
        ClientEndpointConfig config = with(new ClientEndpointConfig.Configurator() {
            @Override
            public void beforeRequest(Map<String, List<String>> headers) {
                assertThat(headers).containsKey("sec-websocket-KEY");
                headers.put("X-Asked", List.of("a", "b"));
                headers.put("Sec-WebSocket-Key", List.of("forged"));
                headers.remove("Upgrade");
            }

            @Override
            public void afterResponse(HandshakeResponse response) {
                answered.addAll(response.getHeaders().get("X-ANSWERED"));
            }
        });
        try (TestHost host = Probe.host(served);
                Session session = connect(new Probe(), config, host)) {
            assertThat(session.isOpen()).isTrue();
            assertThat(seen).containsExactly("a", "b");
            assertThat(answered).containsExactly("1", "2", "3", "4", "5", "6", "7", "8");
        }
    }

    /** Keeps what it is shown; null for a response without headers. */
    private static final class Shown extends ClientEndpointConfig.Configurator {
        final List<Map<String, List<String>>> responses = new ArrayList<>();

        @Override
        public void afterResponse(HandshakeResponse response) {
            responses.add(response.getHeaders());
        }

        @Nullable
        String header(String name) {
            assertThat(responses).hasSize(1);
            List<String> values = responses.get(0).get(name);
            return values == null ? null : values.getFirst();
        }
    }

    private void assertRefused(RawServer server, Shown shown, String why) {
        Probe endpoint = new Probe();
        assertThatThrownBy(() -> container.connectToServer(endpoint, with(shown), server.uri()))
                .isInstanceOf(DeploymentException.class)
                .hasMessage("No WebSocket connection with " + server.uri() + ": " + why)
                .hasCauseInstanceOf(HandshakeFailure.class);
        endpoint.expectNothing();
    }

    @Test
    void saysThatTheServerWantsToKnowWhoItIs() throws Exception {
        Shown shown = new Shown();
        try (RawServer server = new RawServer()
                .does(RawServer.says("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"a\"\r\n\r\n"))) {
            assertRefused(
                    server,
                    shown,
                    "the server answered 401 \"Unauthorized\" instead of 101: it wants an Authorization header for"
                            + " \"Basic realm=\"a\"\"");
            assertThat(shown.header("www-authenticate")).isEqualTo("Basic realm=\"a\"");
        }
    }

    @Test
    void saysWhereARedirectLeads() throws Exception {
        Shown shown = new Shown();
        try (RawServer server = new RawServer()
                .does(RawServer.says(
                        "HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1/b\r\nContent-Length: 0\r\n\r\n"))) {
            assertRefused(
                    server,
                    shown,
                    "the server answered 302 \"Found\" instead of 101: redirects are not followed, here to"
                            + " \"ws://127.0.0.1/b\"");
            assertThat(shown.header("location")).isEqualTo("ws://127.0.0.1/b");
        }
    }

    @Test
    void showsTheConfiguratorAResponseThatBreaksTheHandshake() throws Exception {
        Shown shown = new Shown();
        try (RawServer server =
                new RawServer().does(raw -> raw.accept("Sec-WebSocket-Protocol: unasked", "X-Broken: yes"))) {
            assertRefused(server, shown, "the server's Sec-WebSocket-Protocol must be one of [], not \"unasked\"");
            assertThat(shown.header("X-Broken")).isEqualTo("yes");
        }
    }

    @Test
    void showsTheConfiguratorNoHeadersWhenNoResponseCame() throws Exception {
        Shown shown = new Shown();
        try (RawServer server = new RawServer().does(RawPeer::head)) {
            assertThatThrownBy(() -> container.connectToServer(new Probe(), with(shown), server.uri()))
                    .isInstanceOf(IOException.class);
            assertThat(shown.responses).containsExactly(Map.of());
        }
    }

    @Test
    void doesNotAskTheConfiguratorWhenNobodyListens() throws Exception {
        Shown shown = new Shown();
        URI nobody;
        try (RawServer server = new RawServer()) {
            nobody = server.uri();
        }
        assertThatThrownBy(() -> container.connectToServer(new Probe(), with(shown), nobody))
                .isInstanceOf(IOException.class);
        assertThat(shown.responses).isEmpty();
    }

    @Test
    void failsWhenTheConfiguratorFails() throws Exception {
        try (TestHost host = echo()) {
            assertThatThrownBy(() -> connect(
                            new Probe(),
                            with(new ClientEndpointConfig.Configurator() {
                                @Override
                                public void beforeRequest(Map<String, List<String>> headers) {
                                    throw new IllegalStateException("not today");
                                }
                            }),
                            host))
                    .isInstanceOf(DeploymentException.class)
                    .hasMessageEndingWith("not today");
            assertThatThrownBy(() -> connect(
                            new Probe(),
                            with(new ClientEndpointConfig.Configurator() {
                                @Override
                                public void afterResponse(HandshakeResponse response) {
                                    throw new IllegalStateException("nor tomorrow");
                                }
                            }),
                            host))
                    .isInstanceOf(DeploymentException.class)
                    .hasMessageContaining("nor tomorrow");
        }
    }

    // ---- what is agreed on

    @Test
    void offersSubprotocolsAndExtensionsInOrder() throws Exception {
        ClientEndpointConfig config = ClientEndpointConfig.Builder.create()
                .preferredSubprotocols(List.of("b", "a"))
                .extensions(List.of(
                        new NamedExtension("x-b", List.of(new NamedExtension.NamedParameter("p", "1"))),
                        new NamedExtension("x-a", List.of())))
                .build();
        try (RawServer server = new RawServer().does(raw -> {
            String request = raw.accept("Sec-WebSocket-Protocol: a", "Sec-WebSocket-Extensions: x-a, x-b; q=2");
            raw.expectClose(1000);
            return request;
        })) {
            Session session = container.connectToServer(new Probe(), config, server.uri());
            assertThat(session.getNegotiatedSubprotocol()).isEqualTo("a");
            assertThat(session.getNegotiatedExtensions())
                    .extracting(Extension::getName)
                    .containsExactly("x-a", "x-b");
            assertThat(session.getNegotiatedExtensions()
                            .get(1)
                            .getParameters()
                            .getFirst()
                            .getValue())
                    .isEqualTo("2");
            session.close();
            assertThat(server.request())
                    .contains("Sec-WebSocket-Protocol: b, a\r\n")
                    .contains("Sec-WebSocket-Extensions: x-b; p=1, x-a\r\n");
        }
    }

    @Test
    void offersNoExtensionUnlessItIsAskedFor() throws Exception {
        try (RawServer server = new RawServer().does(RawPeer::accept)) {
            container.connectToServer(new Probe(), none(), server.uri());
            assertThat(server.request()).doesNotContain("Sec-WebSocket-Extensions");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void compressesWhenItIsAskedTo(boolean byExtension) throws Exception {
        ClientEndpointConfig config = ClientEndpointConfig.Builder.create()
                .extensions(byExtension ? List.of(NamedExtension.DEFLATE) : List.of())
                .build();
        if (!byExtension) {
            config.getUserProperties().put("dev.duplex.compression", "true");
        }
        Probe endpoint = new Probe();
        try (RawServer server = new RawServer().does(raw -> {
                    String request =
                            raw.accept("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover;"
                                    + " client_no_context_takeover");
                    raw.hexFrame(0xC1, "f2 48 cd c9 c9 07 00"); // RFC 7692 §7.2.3.1: Hello
                    assertThat(raw.frame().b0()).isEqualTo(0xC1);
                    return request;
                });
                Session session = container.connectToServer(endpoint, config, server.uri())) {
            endpoint.expect("open");
            endpoint.expect("text Hello");
            session.getBasicRemote().sendText("a".repeat(1000));
            assertThat(server.request()).contains("Sec-WebSocket-Extensions: permessage-deflate");
        }
    }

    @Test
    void refusesAnAnswerThatItsOffersDoNotAllow() throws Exception {
        ClientEndpointConfig config = ClientEndpointConfig.Builder.create()
                .extensions(List.of(NamedExtension.DEFLATE))
                .build();
        try (RawServer server = new RawServer()
                .does(raw -> raw.accept("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=9"))) {
            assertThatThrownBy(() -> container.connectToServer(new Probe(), config, server.uri()))
                    .isInstanceOf(DeploymentException.class)
                    .hasMessageContaining("client_max_window_bits must not be answered when it was not offered");
        }
    }

    @Test
    void sessionHasUserPropertiesOfItsOwn() throws Exception {
        ClientEndpointConfig config = none();
        config.getUserProperties().put("of", "all");
        try (TestHost host = echo();
                Session session = connect(new Probe(), config, host)) {
            assertThat(session.getUserProperties()).containsExactly(Map.entry("of", "all"));
            session.getUserProperties().put("session", "mine");
            assertThat(config.getUserProperties()).containsExactly(Map.entry("of", "all"));
        }
    }

    @Test
    void sessionTellsWhatWasAskedFor() throws Exception {
        try (TestHost host = echo()) {
            URI uri = host.uri("/echo/bob?a=1&b=%20");
            try (Session session = container.connectToServer(new Probe(), none(), uri)) {
                assertThat(session.getRequestURI()).isEqualTo(uri);
                assertThat(session.getQueryString()).isEqualTo("a=1&b=%20");
                assertThat(session.getRequestParameterMap())
                        .containsExactly(Map.entry("a", List.of("1")), Map.entry("b", List.of(" ")));
                assertThat(session.getContainer()).isSameAs(container);
                assertThat(session.isSecure()).isFalse();
            }
        }
    }

    // ---- time and TLS

    @Test
    void oneDeadlineIsOverAllOfIt() throws Exception {
        ClientEndpointConfig config = none();
        config.getUserProperties().put("dev.duplex.timeout", 0.2);
        try (RawServer server = new RawServer().does(raw -> {
            String request = raw.head();
            raw.ascii("HTTP/1.1 101 Switching");
            raw.expectEnd(); // and no more, until the client has gone
            return request;
        })) {
            assertThatThrownBy(() -> container.connectToServer(new Probe(), config, server.uri()))
                    .isInstanceOf(SocketTimeoutException.class);
            assertThat(server.request()).startsWith("GET / HTTP/1.1\r\n");
        }
    }

    @Test
    void anInterruptEndsTheWaitForTheOpenCallback() throws Exception {
        Probe endpoint = new Probe() {
            @Override
            void opened(Session open) throws InterruptedException {
                tell("waits");
                new java.util.concurrent.CountDownLatch(1).await(20, TimeUnit.SECONDS);
            }
        };
        try (TestHost host = echo()) {
            CompletableFuture<Exception> outcome = new CompletableFuture<>();
            Thread connecting = Thread.ofVirtual().start(() -> {
                try {
                    outcome.complete(new IllegalStateException("connected " + connect(endpoint, none(), host)));
                } catch (Exception e) {
                    outcome.complete(e);
                }
            });
            endpoint.expect("open");
            endpoint.expect("waits");
            connecting.interrupt();
            assertThat(outcome.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(java.io.InterruptedIOException.class)
                    .hasMessage("Interrupted while the open callback ran; the connection is closed");
        }
    }

    private static ClientEndpointConfig trusting(SSLContext context) {
        return ClientEndpointConfig.Builder.create().sslContext(context).build();
    }

    @Test
    void speaksTlsWithWhomItTrusts(@TempDir Path folder) throws Exception {
        Identity identity = Identity.local(folder);
        DuplexServerContainer served = DuplexServerContainer.builder().build();
        served.addEndpoint(UpgradeTest.Echo.class);
        try (TestHost host = new TestHost(served, identity.serving())) {
            Probe endpoint = new Probe();
            try (Session session = connect(endpoint, trusting(identity.trusting()), host)) {
                assertThat(session.isSecure()).isTrue();
                session.getBasicRemote().sendText("secret");
                endpoint.expect("open");
                endpoint.expect("text bob: secret");
            }
            assertThatThrownBy(() -> connect(new Probe(), none(), host)) // the JDK does not know it
                    .isInstanceOf(SSLException.class);
        }
    }

    @Test
    void refusesACertificateOfAnotherHost(@TempDir Path folder) throws Exception {
        Identity other = Identity.make(folder, "other", Identity.EC, "DNS:other.example");
        DuplexServerContainer served = DuplexServerContainer.builder().build();
        served.addEndpoint(UpgradeTest.Echo.class);
        try (TestHost host = new TestHost(served, other.serving())) {
            assertThatThrownBy(() -> connect(new Probe(), trusting(other.trusting()), host))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("localhost");
        }
    }

    @ServerEndpoint("/context")
    public static class ToldItsConfig {
        @OnOpen
        public void open(Session session, EndpointConfig config) {
            config.getUserProperties().put("told", "the same");
            HEARD.add(String.valueOf(session.getUserProperties().get("told")));
        }
    }

    @Test
    void aServersSessionAndItsConfigShareTheUserProperties() throws Exception {
        try (TestHost host = TestHost.of(ToldItsConfig.class);
                RawPeer raw = host.open("/context")) {
            expectHeard("the same");
            raw.close(1000);
        }
    }
}
