package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import jakarta.websocket.EndpointConfig;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may, and whom the application sees. */
@Timeout(120)
final class AuthenticatorTest {
    private static final String UNAUTHORIZED = "HTTP/1.1 401 Unauthorized\r\n";
    private static final String CHALLENGE =
            "\r\nWWW-Authenticate: Basic realm=\"the \\\"chat\\\"\", charset=\"UTF-8\"\r\n";

    /** Answers with its user, as the session and as the handshake saw it. */
    @ServerEndpoint(value = "/who", configurator = Who.Seeing.class)
    public static final class Who {
        private static final String SEEN = "seen";

        /** Keeps the user of the handshake. */
        public static final class Seeing extends ServerEndpointConfig.Configurator {
            @Override
            public void modifyHandshake(
                    ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
                config.getUserProperties()
                        .put(
                                SEEN,
                                (request.getUserPrincipal() == null
                                                ? "nobody"
                                                : request.getUserPrincipal().getName())
                                        + " " + request.isUserInRole("admin") + " " + request.isUserInRole("guest"));
            }
        }

        @OnOpen
        public void open(Session session, EndpointConfig config) throws IOException {
            session.getBasicRemote()
                    .sendText((session.getUserPrincipal() == null
                                    ? "nobody"
                                    : session.getUserPrincipal().getName())
                            + ", " + config.getUserProperties().get(SEEN));
        }

        @OnMessage
        public String echo(String text) {
            return text;
        }
    }

    private static DuplexServer.Builder builder() {
        return DuplexServer.builder().port(0).endpoint(Who.class);
    }

    private static DuplexServer basic() throws Exception {
        return builder()
                .authenticator(Authenticator.basic(
                        "the \"chat\"",
                        (name, password) -> name.equals("ann") && Authenticator.same(password, "p:ss wörd")
                                ? User.named(name, "admin")
                                : null))
                .start();
    }

    private static String encoded(String pair) {
        return Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    private static String answer(DuplexServer server, String request) throws IOException {
        try (RawClient client = RawClient.to(server)) {
            client.send(request);
            return client.answer();
        }
    }

    private static void expectUser(DuplexServer server, String seen, String... headers) throws IOException {
        try (RawClient client = RawClient.to(server)) {
            client.send(RawClient.upgrade("/who", headers));
            assertThat(client.head()).startsWith("HTTP/1.1 101 ");
            client.expectText(seen);
            client.echoes("hello");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic ", "basic ", "BASIC   "})
    void userOfBasicAndItsRolesReachTheHandshakeAndTheSession(String scheme) throws Exception {
        try (DuplexServer server = basic()) {
            expectUser(server, "ann, ann true false", "Authorization: " + scheme + encoded("ann:p:ss wörd"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A: b",
                "Authorization:",
                "Authorization: Basic",
                "Authorization: Basic ",
                "Authorization: Basic %%%",
                "Authorization: Basic YW5u",
                "Authorization: Basic gICA",
                "Authorization: Basic YW5uOnAAc3M=",
                "Authorization: Bearer YW5uOnA6c3Mgd8O2cmQ=",
                "Authorization: Basic YW5uOnA6c3Mgd8O2cmQ=\r\nAuthorization: Basic YW5uOnA6c3Mgd8O2cmQ=",
                "Authorization: Basic YW5uOndyb25n"
            })
    void whoProvesNothingIsChallenged(String header) throws Exception {
        try (DuplexServer server = basic()) {
            assertThat(answer(server, RawClient.upgrade("/who", header)))
                    .startsWith(UNAUTHORIZED)
                    .contains(CHALLENGE);
        }
    }

    @Test
    void filesAreForWhomTheEndpointsAreFor(@TempDir Path files) throws Exception {
        Files.writeString(files.resolve("index.html"), "<p>secret</p>");
        String request = "GET /%s HTTP/1.1\r\nHost: a\r\n%s\r\n";
        try (DuplexServer server = builder()
                .files(files)
                .authenticator(Authenticator.basic("files", (name, password) -> User.named(name)))
                .start()) {
            for (String path : List.of("", "index.html", "none")) { // nor is it said what there is
                assertThat(answer(server, request.formatted(path, ""))).startsWith(UNAUTHORIZED);
            }
            String authorization = "Authorization: Basic " + encoded("ann:") + "\r\n";
            assertThat(answer(server, request.formatted("", authorization)))
                    .startsWith("HTTP/1.1 200 ")
                    .endsWith("<p>secret</p>");
        }
    }

    @Test
    void eachApplicationHasItsOwn() throws Exception {
        try (DuplexServer server = builder()
                .deploy(Application.builder()
                        .contextPath("/closed")
                        .endpoint(Who.class)
                        .authenticator(request -> Authenticator.forbidden())
                        .build())
                .start()) {
            expectUser(server, "nobody, nobody false false");
            assertThat(answer(server, RawClient.upgrade("/closed/who"))).startsWith("HTTP/1.1 403 Forbidden\r\n");
        }
    }

    @Test
    void authenticatorSeesTheRequestAndMayLetNobodyIn() throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        try (DuplexServer server = builder()
                .authenticator(request -> {
                    seen.add("%s %s %s %s %s %s %s"
                            .formatted(
                                    request.method(),
                                    request.path(),
                                    request.query(),
                                    request.header("x-one"),
                                    request.headers().get("X-One"),
                                    request.secure(),
                                    request.certificates()));
                    seen.add(((InetSocketAddress) request.remoteAddress())
                            .getAddress()
                            .getHostAddress());
                    return Authenticator.nobody();
                })
                .start()) {
            expectUser(server, "nobody, nobody false false", "X-One: 1", "X-One: 2");
            try (RawClient client = RawClient.to(server)) {
                client.send("HEAD /who/%41?a=b HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.answer()).startsWith("HTTP/1.1 404 ");
            }
        }
        assertThat(seen)
                .containsExactly(
                        "GET /who null 1 [1, 2] false []",
                        "127.0.0.1",
                        "HEAD /who/%41 a=b null null false []",
                        "127.0.0.1");
    }

    @Test
    void handshakeThatIsNoneDoesNotCostALookAtPasswords() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (DuplexServer server = builder()
                .authenticator(request -> {
                    asked.incrementAndGet();
                    return Authenticator.unauthorized("Basic");
                })
                .start()) {
            assertThat(answer(server, RawClient.upgrade("/who").replace("13", "12")))
                    .startsWith("HTTP/1.1 426 ");
            assertThat(answer(server, RawClient.upgrade("/who").replace("==", "")))
                    .startsWith("HTTP/1.1 400 ");
            assertThat(answer(server, RawClient.upgrade("/who").replace("GET", "POST")))
                    .startsWith("HTTP/1.1 405 ");
            assertThat(asked).hasValue(0);
            assertThat(answer(server, RawClient.upgrade("/who"))).startsWith(UNAUTHORIZED);
            assertThat(asked).hasValue(1);
        }
    }

    @Test
    void authenticatorHasTheLoaderOfItsApplication() throws Exception {
        BlockingQueue<ClassLoader> seen = new LinkedBlockingQueue<>();
        try (URLClassLoader loader = new URLClassLoader(new URL[0], getClass().getClassLoader());
                DuplexServer server = builder()
                        .classLoader(loader)
                        .authenticator(request -> {
                            seen.add(Thread.currentThread().getContextClassLoader());
                            return Authenticator.nobody();
                        })
                        .start()) {
            expectUser(server, "nobody, nobody false false");
            assertThat(seen).containsExactly(loader);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exception", "error", "null", "header"})
    void authenticatorThatFailsIs500AndTellsTheLogAlone(String what) throws Exception {
        BlockingQueue<LogRecord> said = new LinkedBlockingQueue<>();
        Logger logger = Logger.getLogger(DeployedApplication.class.getName());
        logger.setFilter(line -> {
            said.add(line);
            return false;
        });
        try (DuplexServer server = builder()
                .authenticator(request -> switch (what) {
                    case "exception" -> throw new IOException("secret of the application");
                    case "error" -> throw new AssertionError("secret of the application");
                    case "header" -> new Authenticator.Refusal(403, "no", Map.of("A", List.of("secret\n")));
                    default -> noAnswer();
                })
                .start()) {
            assertThat(answer(server, RawClient.upgrade("/who")))
                    .startsWith("HTTP/1.1 500 Internal Server Error\r\n")
                    .doesNotContain("secret");
        } finally {
            logger.setFilter(null);
        }
        assertThat(said)
                .singleElement()
                .satisfies(line ->
                        assertThat(line.getMessage()).isEqualTo("the authenticator of the application at / failed"));
    }

    // an authenticator of the application may return anything
    private static Authenticator.Answer noAnswer() {
        return null;
    }

    @Test
    void refusalIsOneThatHttpKnows() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Authenticator.Refusal(404, "no", Map.of()))
                .withMessage("an authenticator refuses with 401 or 403, not 404");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Authenticator.Refusal(401, "no", Map.of()))
                .withMessage("a 401 must have WWW-Authenticate (RFC 9110 §15.5.2)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Authenticator.basic("a\nb", (name, password) -> null))
                .withMessage("a realm must be of printable ASCII, not \"a\nb\"");
    }

    @Test
    void sameIsTheSameTextOnly() {
        assertThat(Authenticator.same("wörd", "wörd")).isTrue();
        assertThat(Authenticator.same("wörd", "word")).isFalse();
        assertThat(Authenticator.same("wör", "wörd")).isFalse();
        assertThat(Authenticator.same("", "")).isTrue();
    }
}
