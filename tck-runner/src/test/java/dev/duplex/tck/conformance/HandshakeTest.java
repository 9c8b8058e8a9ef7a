package dev.duplex.tck.conformance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server's part of the opening handshake: chapters 3.1.2 to 3.1.5, and what a session knows of it afterwards. */
@SuppressWarnings("try") // some connections are only there to be open
class HandshakeTest {
    public static final class Opening extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            if (session.getUserProperties().containsKey(Recording.EVENTS)) {
                Events.of(session).add(session);
            }
        }

        @Override
        public void onClose(Session session, CloseReason reason) {}
    }

    private static ServerEndpointConfig.Builder opening() {
        return ServerEndpointConfig.Builder.create(Opening.class, "/open").configurator(new Recording());
    }

    private static Deployed plain() throws Exception {
        return Deployed.of(opening().build());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        b, a       | b
        x, b, a    | b
        a          | a
        x, y       |
        A          |
        """)
    void theFirstOfTheClientsSubprotocolsThatTheServerSupportsIsChosen(String requested, String chosen)
            throws Exception {
        try (Deployed server = Deployed.of(
                        opening().subprotocols(List.of("a", "b", "c")).build());
                Wire wire = server.wire("/open", "Sec-WebSocket-Protocol: " + requested)) {
            assertThat(wire.header("Sec-WebSocket-Protocol")).isEqualTo(chosen);
            assertThat(server.events().next(Session.class).getNegotiatedSubprotocol())
                    .isEqualTo(Objects.requireNonNullElse(chosen, ""));
        }
    }

    @Test
    void withoutACommonSubprotocolThereIsNone() throws Exception {
        try (Deployed server = plain();
                Wire wire = server.wire("/open", "Sec-WebSocket-Protocol: a, b")) {
            assertThat(wire.header("Sec-WebSocket-Protocol")).isNull();
            assertThat(server.events().next(Session.class).getNegotiatedSubprotocol())
                    .isEmpty();
        }
    }

    @ServerEndpoint(
            value = "/annotated",
            subprotocols = {"a", "b"},
            configurator = Recording.class)
    public static class Annotated {
        @OnOpen
        public void open(Session session) {
            Events.of(session).add(session);
        }
    }

    @Test
    void theSubprotocolsOfAnAnnotationAreNegotiated() throws Exception {
        try (Deployed server = Deployed.of(Annotated.class);
                Wire wire = server.wire("/annotated", "Sec-WebSocket-Protocol: x", "Sec-WebSocket-Protocol: b, a")) {
            assertThat(wire.header("Sec-WebSocket-Protocol")).isEqualTo("b");
            assertThat(server.events().next(Session.class).getNegotiatedSubprotocol())
                    .isEqualTo("b");
        }
    }

    record Named(String getName, List<Extension.Parameter> getParameters) implements Extension {
        static Extension of(String name, String... parameters) {
            List<Extension.Parameter> list = new ArrayList<>();
            for (int i = 0; i < parameters.length; i += 2) {
                list.add(new Value(parameters[i], parameters[i + 1]));
            }
            return new Named(name, List.copyOf(list));
        }
    }

    record Value(String getName, String getValue) implements Extension.Parameter {}

    static List<String> names(List<Extension> extensions) {
        return extensions.stream().map(Extension::getName).toList();
    }

    @Test
    void supportedExtensionsAreAcceptedInTheOrderOfTheRequest() throws Exception {
        ServerEndpointConfig config = opening()
                .extensions(List.of(Named.of("one"), Named.of("two"), Named.of("three")))
                .build();
        try (Deployed server = Deployed.of(config);
                Wire wire = server.wire("/open", "Sec-WebSocket-Extensions: three;p=1, unknown, one")) {
            assertThat(names(server.events().next(Session.class).getNegotiatedExtensions()))
                    .containsExactly("three", "one");
            assertThat(wire.header("Sec-WebSocket-Extensions"))
                    .matches("three;\\s*p=1\\s*,\\s*one")
                    .doesNotContain("unknown");
        }
    }

    @Test
    void unsupportedExtensionsAreNotAccepted() throws Exception {
        try (Deployed server = plain();
                Wire wire = server.wire("/open", "Sec-WebSocket-Extensions: unknown; a=b, x-other")) {
            assertThat(wire.header("Sec-WebSocket-Extensions")).isNull();
            assertThat(server.events().next(Session.class).getNegotiatedExtensions())
                    .isEmpty();
        }
    }

    @Test
    void theFirstAcceptableOfferOfCompressionWinsAndFurtherOnesAreDropped() throws Exception {
        String offers = "Sec-WebSocket-Extensions: permessage-deflate; unknown_parameter, "
                + "permessage-deflate; server_no_context_takeover, permessage-deflate";
        try (Deployed server = plain();
                Wire wire = server.wire("/open", offers)) {
            assertThat(wire.header("Sec-WebSocket-Extensions"))
                    .startsWith("permessage-deflate")
                    .contains("server_no_context_takeover")
                    .doesNotContain("unknown_parameter")
                    .doesNotContain(",");
            assertThat(names(server.events().next(Session.class).getNegotiatedExtensions()))
                    .containsExactly("permessage-deflate");
        }
    }

    @Test
    void aForeignOriginIsRefused() throws Exception {
        try (Deployed server = plain();
                Wire wire = Wire.request(server.uri("/open"), "Origin: https://evil.example.com")) {
            assertThat(wire.status()).isEqualTo(403);
        }
    }

    @Test
    void theServersOwnHostAndAnAbsentOriginAreAccepted() throws Exception {
        try (Deployed server = plain()) {
            String self = "http://127.0.0.1:" + server.uri("/").getPort();
            try (Wire same = Wire.request(server.uri("/open"), "Origin: " + self);
                    Wire absent = Wire.request(server.uri("/open"))) {
                assertThat(same.status()).isEqualTo(101);
                assertThat(absent.status()).isEqualTo(101);
            }
        }
    }

    @Test
    void anAllowedOriginIsAcceptedAndNoOther() throws Exception {
        try (Deployed server = Deployed.with(
                        builder -> builder.endpoint(opening().build()).allowOrigin("https://example.org"));
                Wire allowed = Wire.request(server.uri("/open"), "Origin: https://example.org");
                Wire scheme = Wire.request(server.uri("/open"), "Origin: http://example.org");
                Wire host = Wire.request(server.uri("/open"), "Origin: https://example.org.evil.com")) {
            assertThat(allowed.status()).isEqualTo(101);
            assertThat(scheme.status()).isEqualTo(403);
            assertThat(host.status()).isEqualTo(403);
        }
    }

    public static final class Origins extends Recording {
        @Override
        public boolean checkOrigin(String origin) {
            return origin.equals("https://chosen.example");
        }
    }

    @Test
    void theCheckOfAConfiguratorReplacesTheDefaultOne() throws Exception {
        try (Deployed server = Deployed.of(opening().configurator(new Origins()).build());
                Wire chosen = Wire.request(server.uri("/open"), "Origin: https://chosen.example");
                Wire self = Wire.request(
                        server.uri("/open"),
                        "Origin: http://127.0.0.1:" + server.uri("/").getPort())) {
            assertThat(chosen.status()).isEqualTo(101);
            assertThat(self.status()).isEqualTo(403);
        }
    }

    @Test
    void byDefaultTheAnswerHasWhatTheProtocolAsksForAndNoMore() throws Exception {
        try (Deployed server = plain();
                Wire wire = server.wire("/open", "X-Private: secret", "Cookie: a=b")) {
            assertThat(wire.header("Upgrade")).isEqualToIgnoringCase("websocket");
            assertThat(wire.header("Connection")).isEqualToIgnoringCase("Upgrade");
            assertThat(wire.header("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(wire.header("Sec-WebSocket-Protocol")).isNull();
            assertThat(wire.header("Sec-WebSocket-Extensions")).isNull();
            assertThat(wire.header("Set-Cookie")).isNull();
            assertThat(wire.header("X-Private")).isNull();
        }
    }

    /** Overrides every operation and records the order of the calls. */
    public static final class Everything extends Recording {
        final List<String> calls = new ArrayList<>();

        @Override
        public boolean checkOrigin(String origin) {
            calls.add("checkOrigin");
            return super.checkOrigin(origin);
        }

        @Override
        public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
            calls.add("getNegotiatedSubprotocol " + supported + " " + requested);
            return requested.get(requested.size() - 1);
        }

        @Override
        public List<Extension> getNegotiatedExtensions(List<Extension> installed, List<Extension> requested) {
            calls.add("getNegotiatedExtensions " + names(requested));
            return List.of();
        }

        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            super.modifyHandshake(config, request, response);
            calls.add("modifyHandshake " + response.getHeaders().get("Sec-WebSocket-Protocol"));
            response.getHeaders().put("X-Added", List.of("one", "two"));
        }

        @Override
        public <T> T getEndpointInstance(Class<T> type) throws InstantiationException {
            calls.add("getEndpointInstance");
            return super.getEndpointInstance(type);
        }
    }

    @Test
    void everyOperationOfAConfiguratorTakesPartInTheHandshake() throws Exception {
        Everything configurator = new Everything();
        ServerEndpointConfig config =
                opening().subprotocols(List.of("a")).configurator(configurator).build();
        try (Deployed server = Deployed.of(config)) {
            String origin = "Origin: http://127.0.0.1:" + server.uri("/").getPort();
            try (Wire wire = server.wire(
                    "/open", origin, "Sec-WebSocket-Protocol: x, y", "Sec-WebSocket-Extensions: permessage-deflate")) {
                assertThat(server.events().next(Session.class).getNegotiatedSubprotocol())
                        .isEqualTo("y");
                assertThat(wire.header("Sec-WebSocket-Protocol")).isEqualTo("y");
                assertThat(wire.header("Sec-WebSocket-Extensions")).isNull();
                assertThat(String.join(", ", wire.headerValues("X-Added"))).matches("one,\\s*two");
                assertThat(configurator.calls)
                        .contains(
                                "checkOrigin",
                                "getNegotiatedSubprotocol [a] [x, y]",
                                "getNegotiatedExtensions [permessage-deflate]",
                                "getEndpointInstance");
            }
        }
    }

    @Test
    void modifyHandshakeComesLastAndSeesTheAnswerAsItWillBe() throws Exception {
        Everything configurator = new Everything();
        try (Deployed server = Deployed.of(opening().configurator(configurator).build());
                Wire wire = server.wire("/open", "Sec-WebSocket-Protocol: x")) {
            server.events().next(Session.class);
            List<String> handshake = new ArrayList<>(configurator.calls);
            handshake.remove("getEndpointInstance"); // before or after the answer: not said
            assertThat(handshake).last().isEqualTo("modifyHandshake [x]");
            assertThat(handshake)
                    .filteredOn(call -> call.startsWith("modifyHandshake"))
                    .hasSize(1);
            assertThat(wire.status()).isEqualTo(101);
        }
    }

    public static final class Copying extends Recording {
        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            super.modifyHandshake(config, request, response);
            request.getHeaders().forEach((name, values) -> response.getHeaders().put(name, values));
        }
    }

    @Test
    void aConfiguratorCannotBreakTheHeadersOfTheProtocol() throws Exception {
        try (Deployed server = Deployed.of(opening().configurator(new Copying()).build());
                Wire wire = server.wire("/open", "X-Many: 1", "X-Many: 2", "X-Many: 3")) {
            assertThat(wire.headerValues("Upgrade")).hasSize(1);
            assertThat(wire.headerValues("Connection")).hasSize(1);
            assertThat(wire.header("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(String.join(", ", wire.headerValues("X-Many"))).matches("1,\\s*2,\\s*3");
        }
    }

    public static final class Counting extends Recording {
        static final String COUNT = "count";
        static final String SHARED = "shared";

        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            super.modifyHandshake(config, request, response);
            config.getUserProperties().merge(COUNT, 1, (old, one) -> (Integer) old + (Integer) one);
        }
    }

    @Test
    void modifyHandshakeGetsUserPropertiesOfThisConnectionAndTheSessionStartsWithThem() throws Exception {
        ServerEndpointConfig config = opening().configurator(new Counting()).build();
        assertPropertiesAreOfEachConnection(config);
    }

    @Test
    void aConfigWrittenByTheUserIsCopiedForEachConnectionToo() throws Exception {
        assertPropertiesAreOfEachConnection(new OwnConfig());
    }

    private static void assertPropertiesAreOfEachConnection(ServerEndpointConfig config) throws Exception {
        Object shared = new Object();
        config.getUserProperties().put(Counting.SHARED, shared);
        try (Deployed server = Deployed.of(config);
                Wire one = server.wire("/open");
                Wire two = server.wire("/open")) {
            Session first = server.events().next(Session.class);
            Session second = server.events().next(Session.class);
            assertThat(first.getUserProperties())
                    .containsEntry(Counting.COUNT, 1)
                    .containsEntry(Counting.SHARED, shared)
                    .hasSize(3); // and the events of the test: no private keys
            assertThat(second.getUserProperties()).containsEntry(Counting.COUNT, 1);
            first.getUserProperties().put("only here", true);
            assertThat(second.getUserProperties()).doesNotContainKey("only here");
            assertThat(config.getUserProperties()).doesNotContainKeys(Counting.COUNT, "only here");
            assertThat(one.status() + two.status()).isEqualTo(202);
        }
    }

    static final class OwnConfig implements ServerEndpointConfig {
        private final Map<String, Object> properties = new HashMap<>();
        private final Configurator configurator = new Counting();

        @Override
        public Class<?> getEndpointClass() {
            return Opening.class;
        }

        @Override
        public String getPath() {
            return "/open";
        }

        @Override
        public List<String> getSubprotocols() {
            return List.of();
        }

        @Override
        public List<Extension> getExtensions() {
            return List.of();
        }

        @Override
        public Configurator getConfigurator() {
            return configurator;
        }

        @Override
        public List<Class<? extends Encoder>> getEncoders() {
            return List.of();
        }

        @Override
        public List<Class<? extends Decoder>> getDecoders() {
            return List.of();
        }

        @Override
        public Map<String, Object> getUserProperties() {
            return properties;
        }
    }

    @Test
    void theRequestUriOfASessionIsTheWholeUri() throws Exception {
        try (Deployed server = plain();
                Caller caller = server.call("/open?a=1&b=%20x")) {
            URI uri = server.uri("/open?a=1&b=%20x");
            Session session = server.events().next(Session.class);
            assertThat(session.getRequestURI()).isEqualTo(uri);
            assertThat(caller.session().getRequestURI()).isEqualTo(uri);
            assertThat(session.getQueryString()).isEqualTo(uri.getRawQuery());
            assertThat(session.getRequestParameterMap())
                    .containsEntry("a", List.of("1"))
                    .containsEntry("b", List.of(" x"));
            assertThat(session.getProtocolVersion()).isEqualTo("13");
            assertThat(session.isSecure()).isFalse();
        }
    }

    public static final class Headers extends Recording {
        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            super.modifyHandshake(config, request, response);
            config.getUserProperties().put("request", request.getHeaders());
            response.getHeaders().put("X-Case", List.of("set"));
            config.getUserProperties()
                    .put("found", String.valueOf(response.getHeaders().get("x-cAsE")));
        }
    }

    @Test
    @SuppressWarnings("unchecked")
    void headersAreFoundInAnyCaseAndThoseOfTheRequestAreReadOnly() throws Exception {
        try (Deployed server = Deployed.of(opening().configurator(new Headers()).build());
                Wire wire = server.wire("/open", "X-Mine: 1", "x-mine: 2")) {
            Session session = server.events().next(Session.class);
            Map<String, List<String>> request =
                    (Map<String, List<String>>) session.getUserProperties().get("request");
            assertThat(request.get("x-MINE")).containsExactly("1", "2");
            assertThat(request.containsKey("sec-websocket-key")).isTrue();
            assertThatThrownBy(() -> request.put("X-New", List.of("1")))
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> request.get("X-Mine").add("3")).isInstanceOf(UnsupportedOperationException.class);
            assertThat(session.getUserProperties()).containsEntry("found", "[set]");
            assertThat(wire.header("X-Case")).isEqualTo("set");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "HEAD"})
    void onlyAGetIsUpgraded(String method) throws Exception {
        try (Deployed server = plain();
                Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), server.uri("/").getPort())) {
            socket.setSoTimeout(Events.DEADLINE_SECONDS * 1000);
            socket.getOutputStream()
                    .write((method + " " + Deployed.CONTEXT + "/open HTTP/1.1\r\nHost: localhost\r\n"
                                    + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nContent-Length: 0\r\n\r\n")
                            .getBytes(ISO_8859_1));
            byte[] start = socket.getInputStream().readNBytes("HTTP/1.1 101".length());
            assertThat(new String(start, ISO_8859_1)).startsWith("HTTP/1.1 ").doesNotEndWith("101");
        }
    }
}
