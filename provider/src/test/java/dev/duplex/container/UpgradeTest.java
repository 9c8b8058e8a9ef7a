package dev.duplex.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.peer.ConnectRequest;
import dev.duplex.peer.HandshakeException;
import dev.duplex.peer.PeerOptions;
import dev.duplex.peer.RawPeer;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
final class UpgradeTest {
    @ServerEndpoint("/echo/{name}")
    public static class Echo {
        @OnMessage
        public String echo(String message, @PathParam("name") String name) {
            return name + ": " + message;
        }
    }

    private static TestHost host(ServerEndpointConfig.Configurator configurator) throws Exception {
        return Probe.host(ServerEndpointConfig.Builder.create(Echo.class, "/echo/{name}")
                .subprotocols(List.of("chat.v1", "chat.v2"))
                .configurator(configurator)
                .build());
    }

    private static WsPeer connect(TestHost host, ConnectRequest request) throws IOException {
        return WebSockets.connect(host.uri("/echo/ann"), request, PeerOptions.defaults());
    }

    private static String answer(TestHost host, String request) throws IOException {
        try (RawPeer raw = host.raw()) {
            raw.ascii(request);
            return raw.rest();
        }
    }

    private static void answersTo(WsPeer peer, String message) throws IOException {
        peer.write(message);
        assertThat(peer.read().text()).isEqualTo("ann: " + message);
    }

    @Test
    void servesTheEndpointOfThePath() throws Exception {
        try (TestHost host = TestHost.of(Echo.class);
                WsPeer peer = WebSockets.connect(host.uri("/echo/ann"))) {
            answersTo(peer, "hello");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/echo/ann | Sec-WebSocket-Version: 13 | Sec-WebSocket-Version: 8 | 426 | Sec-WebSocket-Version: 13",
                "/echo/ann | Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ== | Sec-WebSocket-Key: short | 400 |"
                        + " Sec-WebSocket-Key must be",
                "/echo/ann | Host: 127.0.0.1 | X: y | 400 | Host",
                "/echo/ann | Upgrade: websocket | Upgrade: h2c | 400 | Upgrade must name websocket",
                "/echo/ann | GET | POST | 405 | Allow: GET",
                "/echo | - | - | 404 | there is no endpoint at /echo",
                "/echo/ann/b | - | - | 404 | there is no endpoint at /echo/ann/b",
                "/other | GET | POST | 404 | there is no endpoint at /other",
                "/echo/ann | Host: 127.0.0.1 | Host: 127.0.0.1\\n"
                        + "Origin: http://evil.example | 403 | this origin is not allowed",
                "/echo/ann | Host: 127.0.0.1 | Host: 127.0.0.1\\n"
                        + "Origin: http://127.0.0.1\\n"
                        + "Origin: http://127.0.0.1 | 400 | Origin",
            })
    void refusesWithTheStatusThatFits(String path, String part, String instead, int status, String text)
            throws Exception {
        try (TestHost host = TestHost.of(Echo.class)) {
            assertThat(answer(host, RawPeer.request(path).replace(part, instead.replace("\\n", "\r\n"))))
                    .startsWith("HTTP/1.1 " + status + " ")
                    .contains(text)
                    .contains("Connection: close");
        }
    }

    @Test
    void asksWhoDoesNotWantWebSocketToUpgrade() throws Exception {
        try (TestHost host = TestHost.of(Echo.class)) {
            assertThat(answer(host, "GET /echo/ann HTTP/1.1\r\nHost: a\r\n\r\n"))
                    .startsWith("HTTP/1.1 426 ")
                    .contains("Upgrade: websocket\r\n");
        }
    }

    @Test
    void letsPagesOfTheSameHostThrough() throws Exception {
        try (TestHost host = TestHost.of(Echo.class);
                RawPeer raw = host.open("/echo/ann", "Origin: https://127.0.0.1:8443")) {
            raw.frame(RawPeer.TEXT, "hi");
            raw.expectText("ann: hi");
        }
    }

    @Test
    void refusesAllWhenItStops() throws Exception {
        try (TestHost host = TestHost.of(Echo.class)) {
            host.container.stop(Duration.ZERO);
            assertThat(answer(host, RawPeer.request("/echo/ann"))).startsWith("HTTP/1.1 503 ");
        }
    }

    @Test
    void refusesWhatTheConfiguratorsCheckOfTheOriginRefuses() throws Exception {
        try (TestHost host = host(new ServerEndpointConfig.Configurator() {
            @Override
            public boolean checkOrigin(String origin) {
                return false;
            }
        })) {
            assertThat(answer(host, RawPeer.request("/echo/ann")))
                    .startsWith("HTTP/1.1 403 ")
                    .endsWith("a request without Origin is not allowed\n");
        }
    }

    /** Configurators that throw, and those that return what cannot be. */
    static Stream<Named<ServerEndpointConfig.Configurator>> failing() {
        return Stream.of(
                Named.of("checkOrigin throws", new ServerEndpointConfig.Configurator() {
                    @Override
                    public boolean checkOrigin(String origin) {
                        throw new IllegalStateException("not today");
                    }
                }),
                Named.of("getNegotiatedSubprotocol throws", new ServerEndpointConfig.Configurator() {
                    @Override
                    public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
                        throw new AssertionError("an Error counts too");
                    }
                }),
                Named.of(
                        "getNegotiatedSubprotocol returns what was not asked for",
                        new ServerEndpointConfig.Configurator() {
                            @Override
                            public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
                                return "chat.v3";
                            }
                        }),
                Named.of("getNegotiatedExtensions throws", new ServerEndpointConfig.Configurator() {
                    @Override
                    public List<Extension> getNegotiatedExtensions(
                            List<Extension> installed, List<Extension> requested) {
                        throw new IllegalStateException("not today");
                    }
                }),
                Named.of("getNegotiatedExtensions returns null", new ServerEndpointConfig.Configurator() {
                    @Override
                    public List<Extension> getNegotiatedExtensions(
                            List<Extension> installed, List<Extension> requested) {
                        return null;
                    }
                }),
                Named.of(
                        "getNegotiatedExtensions returns what was not offered",
                        new ServerEndpointConfig.Configurator() {
                            @Override
                            public List<Extension> getNegotiatedExtensions(
                                    List<Extension> installed, List<Extension> requested) {
                                return List.of(new NamedExtension("x-unheard", List.of()));
                            }
                        }),
                Named.of("getNegotiatedExtensions changes the offer", new ServerEndpointConfig.Configurator() {
                    @Override
                    public List<Extension> getNegotiatedExtensions(
                            List<Extension> installed, List<Extension> requested) {
                        return List.of(new NamedExtension(
                                "permessage-deflate",
                                List.of(new NamedExtension.NamedParameter("client_max_window_bits", "9"))));
                    }
                }),
                Named.of("modifyHandshake throws", new ServerEndpointConfig.Configurator() {
                    @Override
                    public void modifyHandshake(
                            ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
                        throw new IllegalStateException("not today");
                    }
                }),
                Named.of("modifyHandshake splits the response", new ServerEndpointConfig.Configurator() {
                    @Override
                    public void modifyHandshake(
                            ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
                        response.getHeaders().put("X", List.of("y\r\nSet-Cookie: z"));
                    }
                }),
                Named.of("getEndpointInstance throws", new ServerEndpointConfig.Configurator() {
                    @Override
                    public <T> T getEndpointInstance(Class<T> type) throws InstantiationException {
                        throw new InstantiationException("not today");
                    }
                }),
                Named.of("getEndpointInstance returns null", new ServerEndpointConfig.Configurator() {
                    @Override
                    public <T> T getEndpointInstance(Class<T> type) {
                        return null;
                    }
                }),
                Named.of("getEndpointInstance returns another type", new ServerEndpointConfig.Configurator() {
                    @Override
                    @SuppressWarnings("unchecked")
                    public <T> T getEndpointInstance(Class<T> type) {
                        return (T) "an endpoint";
                    }
                }));
    }

    @ParameterizedTest
    @MethodSource("failing")
    void answers500WhenTheConfiguratorFails(ServerEndpointConfig.Configurator configurator) throws Exception {
        try (TestHost host = host(configurator)) {
            assertThat(answer(
                            host,
                            RawPeer.request(
                                    "/echo/ann",
                                    "Sec-WebSocket-Protocol: chat.v1",
                                    "Sec-WebSocket-Extensions: permessage-deflate")))
                    .startsWith("HTTP/1.1 500 ")
                    .doesNotContain("Set-Cookie")
                    .endsWith("the endpoint failed in the opening handshake; the server's log says how\n");
        }
    }

    @Test
    void keepsAllValuesOfAHeaderInBothDirections() throws Exception {
        String[] values = {"1", "2", "3", "4", "5", "6", "7", "8"};
        List<String> seen = new ArrayList<>();
        ConnectRequest.Builder request = ConnectRequest.builder();
        for (String value : values) {
            request.header("X-Eight", value);
        }
        try (TestHost host = host(new ServerEndpointConfig.Configurator() {
                    @Override
                    public void modifyHandshake(
                            ServerEndpointConfig config, HandshakeRequest asked, HandshakeResponse response) {
                        seen.addAll(asked.getHeaders().get("x-EIGHT"));
                        response.getHeaders().put("X-Answer", List.of(values));
                    }
                });
                WsPeer peer = connect(host, request.build())) {
            assertThat(seen).containsExactly(values);
            assertThat(peer.handshakeResponse().headers().get("x-answer")).containsExactly(values);
            answersTo(peer, "and the connection works");
        }
    }

    @Test
    void headersOfTheHandshakeAreNotTheApplicationsToSet() throws Exception {
        try (TestHost host = host(new ServerEndpointConfig.Configurator() {
                    @Override
                    public void modifyHandshake(
                            ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
                        assertThatThrownBy(() -> request.getHeaders().put("X", List.of("y")))
                                .isInstanceOf(UnsupportedOperationException.class);
                        response.getHeaders().putAll(request.getHeaders());
                        response.getHeaders().put("Sec-WebSocket-Accept", List.of("forged"));
                        response.getHeaders().remove("Upgrade");
                        response.getHeaders().put("Connection", null);
                    }
                });
                WsPeer peer = connect(
                        host, ConnectRequest.builder().header("X-Mine", "kept").build())) {
            Map<String, List<String>> headers = peer.handshakeResponse().headers();
            assertThat(headers.get("Connection")).containsExactly("Upgrade");
            assertThat(headers.get("Upgrade")).containsExactly("websocket");
            assertThat(headers.get("X-Mine")).containsExactly("kept");
            assertThat(headers).doesNotContainKeys("Sec-WebSocket-Key", "Sec-WebSocket-Version");
            answersTo(peer, "hi");
        }
    }

    @ParameterizedTest
    @CsvSource({"chat.v2, chat.v2", "'x, chat.v2, chat.v1', chat.v2", "x,"})
    void takesTheClientsFirstSubprotocolThatIsSupported(String asked, String agreed) throws Exception {
        Probe probe = new Probe();
        try (TestHost host = Probe.host(ServerEndpointConfig.Builder.create(Probe.class, "/")
                        .subprotocols(List.of("chat.v1", "chat.v2"))
                        .configurator(new Probe.Giving(probe))
                        .build());
                RawPeer raw = host.raw()) {
            raw.ask("/", "Sec-WebSocket-Protocol: " + asked);
            String head = raw.head();
            if (agreed == null) {
                assertThat(head).doesNotContain("Sec-WebSocket-Protocol");
            } else {
                assertThat(head).contains("Sec-WebSocket-Protocol: " + agreed + "\r\n");
            }
            probe.expect("open");
            assertThat(probe.session().getNegotiatedSubprotocol()).isEqualTo(agreed == null ? "" : agreed);
        }
    }

    @Test
    void compressesWhenItIsOffered() throws Exception {
        Probe probe = new Probe() {
            @Override
            String heard(String message) {
                return message;
            }
        };
        try (TestHost host = Probe.host(probe.at("/"));
                RawPeer raw = host.raw()) {
            raw.ask("/", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits");
            assertThat(raw.head())
                    .contains("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover;"
                            + " client_no_context_takeover\r\n");
            probe.expect("open");
            assertThat(probe.session().getNegotiatedExtensions())
                    .extracting(Extension::getName)
                    .containsExactly("permessage-deflate");
            raw.frame(RawPeer.TEXT, "a".repeat(1000)); // a client need not compress
            RawPeer.RawFrame frame = raw.frame();
            assertThat(frame.b0()).isEqualTo(0xC1); // FIN, RSV1, text
            assertThat(frame.payload()).hasSizeLessThan(50);
            raw.hexFrame(0xC1, "f2 48 cd c9 c9 07 00"); // RFC 7692 §7.2.3.1: Hello
            raw.expectText("Hello"); // too short to be worth it
        }
    }

    @Test
    void doesNotCompressWhereThePolicySaysSo() throws Exception {
        ServerEndpointConfig config = new Probe().at("/");
        config.getUserProperties().put("dev.duplex.compression", false);
        try (TestHost host = Probe.host(config);
                RawPeer raw = host.raw()) {
            raw.ask("/", "Sec-WebSocket-Extensions: permessage-deflate");
            assertThat(raw.head()).startsWith("HTTP/1.1 101 ").doesNotContain("Sec-WebSocket-Extensions");
        }
    }

    @Test
    void agreesOnExtensionsByNameInTheOrderOfTheRequest() throws Exception {
        Probe probe = new Probe();
        List<List<String>> asked = new ArrayList<>();
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(Probe.class, "/")
                .extensions(List.of(new NamedExtension("x-b", List.of()), new NamedExtension("x-a", List.of())))
                .configurator(new Probe.Giving(probe) {
                    @Override
                    public List<Extension> getNegotiatedExtensions(
                            List<Extension> installed, List<Extension> requested) {
                        asked.add(installed.stream().map(Extension::getName).toList());
                        asked.add(requested.stream().map(Extension::getName).toList());
                        return super.getNegotiatedExtensions(installed, requested);
                    }
                })
                .build();
        try (TestHost host = Probe.host(config);
                RawPeer raw = host.raw()) {
            raw.ask("/", "Sec-WebSocket-Extensions: x-a; p=1; p=2; q, x-other, x-b");
            assertThat(raw.head()).contains("Sec-WebSocket-Extensions: x-a; p=1; p=2; q, x-b\r\n");
            assertThat(asked)
                    .containsExactly(List.of("x-b", "x-a", "permessage-deflate"), List.of("x-a", "x-other", "x-b"));
            probe.expect("open");
            assertThat(probe.session().getNegotiatedExtensions())
                    .extracting(Extension::getName)
                    .containsExactly("x-a", "x-b");
            raw.frame(RawPeer.TEXT, "still plain text");
            probe.expect("text still plain text");
        }
    }

    /** A config of the application's own class, whose user properties are one map for ever. */
    private record OwnConfig(Configurator configurator, Map<String, Object> properties)
            implements ServerEndpointConfig {
        @Override
        public Class<?> getEndpointClass() {
            return Probe.class;
        }

        @Override
        public String getPath() {
            return "/";
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
    void eachConnectionHasUserPropertiesOfItsOwn() throws Exception {
        Probe probe = new Probe() {
            @Override
            void opened(Session open) {
                tell(new java.util.TreeMap<>(open.getUserProperties()).toString());
                open.getUserProperties().put("session", "mine");
            }
        };
        Map<String, Object> shared = new HashMap<>(Map.of("of", "all"));
        OwnConfig config = new OwnConfig(
                new Probe.Giving(probe) {
                    private int count;

                    @Override
                    public void modifyHandshake(
                            ServerEndpointConfig own, HandshakeRequest request, HandshakeResponse response) {
                        own.getUserProperties().put("number", ++count);
                    }
                },
                shared);
        try (TestHost host = Probe.host(config)) {
            for (int number = 1; number <= 2; number++) {
                host.open("/").close();
                probe.expect("open");
                probe.expect("{number=" + number + ", of=all}");
                assertThat(probe.next()).startsWith("error ");
                assertThat(probe.next()).startsWith("close 1006 ");
            }
            assertThat(shared).containsExactly(Map.entry("of", "all"));
        }
    }

    @Test
    void aPolicyOfOneConnectionIsSetInItsHandshake() throws Exception {
        Probe probe = new Probe();
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(Probe.class, "/")
                .configurator(new Probe.Giving(probe) {
                    @Override
                    public void modifyHandshake(
                            ServerEndpointConfig own, HandshakeRequest request, HandshakeResponse response) {
                        own.getUserProperties().put("dev.duplex.maxReceivePayload", request.getQueryString());
                    }
                })
                .build();
        try (TestHost host = Probe.host(config);
                RawPeer narrow = host.open("/?3");
                RawPeer wide = host.open("/?4")) {
            wide.frame(RawPeer.TEXT, "four");
            narrow.frame(RawPeer.TEXT, "four");
            narrow.expectClose(1009);
            assertThat(answer(host, RawPeer.request("/?many"))).startsWith("HTTP/1.1 500 ");
        }
    }

    @Test
    void tellsAnOutsiderNothingOfTheFailure() throws Exception {
        try (TestHost host = host(new ServerEndpointConfig.Configurator() {
            @Override
            public boolean checkOrigin(String origin) {
                throw new IllegalStateException("the password is 1234");
            }
        })) {
            assertThatThrownBy(() -> connect(host, ConnectRequest.none()))
                    .isInstanceOf(HandshakeException.class)
                    .hasMessageNotContaining("1234");
        }
    }
}
