package dev.duplex.peer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.peer.interop.Identity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class ConnectTest {
    private static final PeerOptions HURRIED =
            PeerOptions.builder().timeout(Duration.ofMillis(400)).build();

    @TempDir
    private static Path folder;

    private static SSLContext serverTls;
    private static SSLContext clientTls;

    @BeforeAll
    static void makeKeys() throws IOException {
        Identity own = Identity.local(folder);
        serverTls = own.serving();
        clientTls = own.trusting();
    }

    /** A server by hand: its address, and the connection that comes. */
    private static final class RawServer implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());

        RawServer() throws IOException {}

        String uri(String scheme, String rest) {
            return scheme + "://127.0.0.1:" + listener.getLocalPort() + rest;
        }

        RawPeer accept() throws IOException {
            return new RawPeer(listener.accept(), false);
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void asksAsTheRfcSaysAndHandshakeIsDoneWhenItReturns(boolean bytewise) throws Exception {
        ConnectRequest request = ConnectRequest.builder()
                .header("Authorization", "Bearer x")
                .header("X-Two", "1")
                .header("X-Two", "2")
                .subprotocol("soap")
                .subprotocol("wamp")
                .build();
        try (RawServer server = new RawServer()) {
            String uri = server.uri("ws", "/a%20b?c=d%26&e");
            Future<WsPeer> connecting = Wire.start(() -> WebSockets.connect(uri, request, PeerOptions.defaults()));
            try (RawPeer raw = server.accept()) {
                String asked = raw.bytewise(bytewise).accept("Sec-WebSocket-Protocol: wamp", "X-Server: one");
                try (WsPeer peer = Wire.result(connecting)) {
                    assertThat(asked)
                            .startsWith("GET /a%20b?c=d%26&e HTTP/1.1\r\nHost: 127.0.0.1:"
                                    + server.listener.getLocalPort() + "\r\n")
                            .contains("\r\nUpgrade: websocket\r\n")
                            .contains("\r\nConnection: Upgrade\r\n")
                            .contains("\r\nSec-WebSocket-Version: 13\r\n")
                            .contains("\r\nSec-WebSocket-Protocol: soap, wamp\r\n")
                            .contains("\r\nAuthorization: Bearer x\r\n")
                            .contains("\r\nX-Two: 1\r\nX-Two: 2\r\n")
                            .doesNotContain("Sec-WebSocket-Extensions");
                    assertThat(peer.subprotocol()).isEqualTo("wamp");
                    assertThat(peer.handshakeRequest().query()).isEqualTo("c=d%26&e");
                    assertThat(peer.handshakeResponse().status()).isEqualTo(101);
                    assertThat(peer.handshakeResponse().header("x-server")).isEqualTo("one");
                    raw.frame(RawPeer.TEXT, "hello");
                    assertThat(peer.read().text()).isEqualTo("hello");
                }
            }
        }
    }

    @Test
    void asksForTheSubprotocolsOfTheOptionsWhenTheRequestNamesNone() throws Exception {
        PeerOptions options =
                PeerOptions.builder().subprotocols("a", "b").compression(true).build();
        try (RawServer server = new RawServer()) {
            Future<WsPeer> connecting =
                    Wire.start(() -> WebSockets.connect(server.uri("ws", ""), ConnectRequest.none(), options));
            try (RawPeer raw = server.accept()) {
                assertThat(raw.accept())
                        .startsWith("GET / HTTP/1.1\r\n")
                        .contains("\r\nSec-WebSocket-Protocol: a, b\r\n")
                        .contains("\r\nSec-WebSocket-Extensions: permessage-deflate");
                try (WsPeer peer = Wire.result(connecting)) {
                    assertThat(peer.subprotocol()).isNull();
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ws://localhost/#top, 'the URI must have no fragment, but has #top'",
        "ws://localhost/#, 'the URI must have no fragment, but has #'",
        "ws://user:secret@localhost/, 'the URI must have no user information: an Authorization header carries it'",
        "http://localhost/, 'the URI must be of scheme ws or wss, not http'",
        "ws:/path, 'the URI must name a host, as ws:/path does not'",
        "ws://localhost:0/, 'the URI must have a port from 1 to 65535, not 0'",
    })
    void refusesAUriThatCannotBeAsked(String uri, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WebSockets.connect(uri))
                .withMessage(message);
    }

    @Test
    void refusesHeadersOfTheHandshakeItself() {
        for (String name : List.of("Host", "upgrade", "Sec-WebSocket-Key", "Content-Length")) {
            ConnectRequest request = ConnectRequest.builder().header(name, "a").build();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> WebSockets.connect("ws://localhost:1/", request, PeerOptions.defaults()))
                    .withMessage("header " + name + " is set by the handshake itself");
        }
    }

    @Test
    void refusalCarriesStatusAndHeaders() throws Exception {
        try (RawServer server = new RawServer()) {
            Future<WsPeer> connecting = Wire.start(() -> WebSockets.connect(server.uri("ws", "/")));
            try (RawPeer raw = server.accept()) {
                assertThat(raw.head()).isNotEmpty();
                raw.bytewise(true).ascii("HTTP/1.1 503 Busy\r\nRetry-After: 5\r\n\r");
                raw.bytewise(false).ascii("\nlater"); // in one piece, because the client goes at the line feed
                assertThat(Wire.failure(connecting))
                        .isInstanceOfSatisfying(HandshakeException.class, e -> {
                            assertThat(e.status()).isEqualTo(503);
                            assertThat(e.headers().get("retry-after")).containsExactly("5");
                        })
                        .hasMessage("No WebSocket connection with " + server.uri("ws", "/")
                                + ": the server answered 503 \"Busy\" instead of 101");
                raw.expectEnd();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'HTTP/1.1 101 X~Upgrade: websocket~Connection: Upgrade~Sec-WebSocket-Accept: AAAA', 101",
        "'HTTP/1.1 101 X~Connection: Upgrade', 101",
        "'220 smtp.example ready', 0",
    })
    void answerThatBreaksARuleFails(String lines, int status) throws Exception {
        try (RawServer server = new RawServer()) {
            Future<WsPeer> connecting = Wire.start(() -> WebSockets.connect(server.uri("ws", "/")));
            try (RawPeer raw = server.accept()) {
                assertThat(raw.head()).isNotEmpty();
                raw.ascii(lines.replace("~", "\r\n") + "\r\n\r\n");
                assertThat(Wire.failure(connecting))
                        .isInstanceOfSatisfying(
                                HandshakeException.class,
                                e -> assertThat(e.status()).isEqualTo(status));
            }
        }
    }

    @Test
    void endOfStreamInsideTheAnswerFails() throws Exception {
        try (RawServer server = new RawServer()) {
            Future<WsPeer> connecting = Wire.start(() -> WebSockets.connect(server.uri("ws", "/")));
            RawPeer raw = server.accept();
            assertThat(raw.head()).isNotEmpty();
            raw.ascii("HTTP/1.1 101 ");
            raw.close();
            assertThat(Wire.failure(connecting)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void interimAnswersAreSkippedHoweverMany() throws Exception {
        try (RawServer server = new RawServer()) {
            Future<WsPeer> connecting = Wire.start(() -> WebSockets.connect(server.uri("ws", "/")));
            try (RawPeer raw = server.accept()) {
                ByteArrayOutputStream answers = new ByteArrayOutputStream();
                String interim = "HTTP/1.1 103 Early Hints\r\nLink: <" + "a".repeat(1000) + ">\r\n\r\n";
                for (int i = 0; i < 1000; i++) {
                    answers.writeBytes(interim.getBytes(ISO_8859_1));
                }
                answers.writeBytes(RawPeer.answer(raw.head()).getBytes(ISO_8859_1));
                byte[] message = "x".repeat(1000).getBytes(UTF_8);
                for (int i = 0; i < 1000; i++) {
                    answers.writeBytes(RawPeer.encode(RawPeer.TEXT, message, false));
                }
                Future<Void> sent = Wire.start(() -> {
                    raw.bytes(answers.toByteArray());
                    return null;
                });
                try (WsPeer peer = Wire.result(connecting)) {
                    for (int i = 0; i < 1000; i++) {
                        assertThat(peer.read().data()).isEqualTo(message);
                    }
                }
                Wire.result(sent);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws", "wss"})
    void serverThatSaysNothingIsGivenUp(String scheme) throws Exception {
        try (RawServer server = new RawServer()) {
            assertLate(server, scheme);
        }
    }

    @Test
    void serverThatDribblesIsGivenUp() throws Exception {
        try (RawServer server = new RawServer()) {
            Future<Void> dribble = Wire.start(() -> {
                try (RawPeer raw = server.accept()) {
                    String answer = RawPeer.answer(raw.head());
                    for (int i = 0; i < answer.length(); i++) {
                        raw.ascii(answer.substring(i, i + 1));
                        Thread.sleep(50);
                    }
                    return null;
                }
            });
            assertLate(server, "ws");
            assertThat(Wire.failure(dribble)).isInstanceOf(IOException.class);
        }
    }

    /** TLS is begun by a real server whose bytes a relay lets through one each 50 ms. */
    @Test
    void serverThatDribblesInsideTlsIsGivenUp() throws Exception {
        PeerOptions tls = PeerOptions.builder().sslContext(serverTls).build();
        try (PeerServer real = WebSockets.bind("wss://127.0.0.1:0/", tls);
                RawServer server = new RawServer()) {
            Future<Void> relay = Wire.start(() -> {
                try (Socket near = server.listener.accept();
                        Socket far = new Socket(InetAddress.getLoopbackAddress(), real.port())) {
                    Future<Long> forward =
                            Wire.start(() -> near.getInputStream().transferTo(far.getOutputStream()));
                    for (int b = far.getInputStream().read();
                            b >= 0;
                            b = far.getInputStream().read()) {
                        near.getOutputStream().write(b);
                        Thread.sleep(50);
                    }
                    Wire.result(forward);
                    return null;
                }
            });
            assertLate(server, "wss");
            assertThat(Wire.failure(relay)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void serverThatStallsAfterTlsIsGivenUp() throws Exception {
        try (ServerSocket listener =
                serverTls.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Future<String> asked = Wire.start(() -> new RawPeer(listener.accept(), false).head());
            PeerOptions options = PeerOptions.builder()
                    .timeout(Duration.ofSeconds(1))
                    .sslContext(clientTls)
                    .build();
            assertThatThrownBy(() -> WebSockets.connect(
                            "wss://localhost:" + listener.getLocalPort() + "/", ConnectRequest.none(), options))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageEndingWith(" within PT1S");
            assertThat(Wire.result(asked)).startsWith("GET / HTTP/1.1\r\n");
        }
    }

    private static void assertLate(RawServer server, String scheme) {
        URI uri = URI.create(server.uri(scheme, "/"));
        PeerOptions options = PeerOptions.builder()
                .timeout(HURRIED.timeout())
                .sslContext(clientTls)
                .build();
        assertThatThrownBy(() -> WebSockets.connect(uri, ConnectRequest.none(), options))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("No WebSocket connection with " + uri + " within PT0.4S");
    }

    @Test
    void nobodyListeningAndNoSuchHostAreSaidSo() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String uri = "ws://127.0.0.1:" + port + "/";
        assertThatThrownBy(() -> WebSockets.connect(uri))
                .isInstanceOf(ConnectException.class)
                .hasMessageStartingWith("No connection with " + uri + ": ");
        assertThatThrownBy(() -> WebSockets.connect("ws://no-such-host.invalid/"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage(
                        "No connection with ws://no-such-host.invalid/: the host no-such-host.invalid is not known");
    }

    @Test
    void clientVerifiesCertificateAndHostName() throws Exception {
        PeerOptions tls = PeerOptions.builder().sslContext(serverTls).build();
        PeerOptions trusting = PeerOptions.builder().sslContext(clientTls).build();
        try (PeerServer server = WebSockets.server("wss://127.0.0.1:0/", peer -> peer.write("secret"), tls)) {
            for (String host : List.of("localhost", "127.0.0.1")) {
                try (WsPeer peer = WebSockets.connect(
                        "wss://" + host + ":" + server.port() + "/", ConnectRequest.none(), trusting)) {
                    assertThat(peer.read().text()).isEqualTo("secret");
                    assertThat(peer.read()).isNull();
                    assertThat(peer.closeReason()).isEqualTo(new CloseReason(1000, ""));
                }
            }
            assertThatThrownBy(() -> WebSockets.connect(
                            "wss://127.0.0.1:" + server.port() + "/", ConnectRequest.none(), PeerOptions.defaults()))
                    .isInstanceOf(SSLHandshakeException.class);
            assertThatThrownBy(() -> WebSockets.connect(
                            "wss://127.0.0.2:" + server.port() + "/", ConnectRequest.none(), trusting))
                    .isInstanceOf(IOException.class);
        }
    }
}
