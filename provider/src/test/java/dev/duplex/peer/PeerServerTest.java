package dev.duplex.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class PeerServerTest {
    private static final String ANY = "ws://127.0.0.1:0/";
    private static final PeerHandler ECHO = peer -> {
        for (Message message = peer.readMessage(); message != null; message = peer.readMessage()) {
            peer.write(message.text());
        }
    };

    @Test
    void portZeroTakesAFreePortAndUriNamesIt() throws Exception {
        try (PeerServer first = WebSockets.server(ANY, ECHO);
                PeerServer second = WebSockets.bind("ws://127.0.0.1:0/a%2Fb%20c")) {
            assertThat(first.port()).isPositive().isNotEqualTo(second.port());
            assertThat(first.uri()).isEqualTo(URI.create("ws://127.0.0.1:" + first.port() + "/"));
            assertThat(second.uri()).isEqualTo(URI.create("ws://127.0.0.1:" + second.port() + "/a%2Fb%20c"));
            try (WsPeer client = WebSockets.connect(second.uri());
                    WsPeer server = second.accept()) {
                assertThat(server.handshakeRequest().path()).isEqualTo("/a%2Fb%20c");
                assertThat(client.isClient()).isTrue();
                assertThat(server.isClient()).isFalse();
            }
        }
    }

    @Test
    void portThatIsTakenCannotBeListenedOn() throws Exception {
        try (PeerServer first = WebSockets.bind(ANY)) {
            assertThatThrownBy(() -> WebSockets.bind(first.uri(), PeerOptions.defaults()))
                    .isInstanceOf(BindException.class)
                    .hasMessageStartingWith("Cannot listen on " + first.uri());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:0/, 'the URI must be of scheme ws or wss, not http'",
        "/path, 'the URI must be of scheme ws or wss, not null'",
        "ws:///path, 'a server''s URI is ws://address:port/path, with an address and without query or fragment, not"
                + " ws:///path'",
        "ws://127.0.0.1:0/?a, 'a server''s URI is ws://address:port/path, with an address and without query or"
                + " fragment, not ws://127.0.0.1:0/?a'",
        "ws://127.0.0.1:0/#a, 'a server''s URI is ws://address:port/path, with an address and without query or"
                + " fragment, not ws://127.0.0.1:0/#a'",
        "wss://127.0.0.1:0/, 'a wss server needs a certificate: set the option sslContext, for example to"
                + " Tls.context().privateKey(file).certificate(file).build()'",
    })
    void refusesAUriThatCannotBeServed(String uri, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WebSockets.bind(uri))
                .withMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ws://127.0.0.1:0", "ws://127.0.0.1:0/"})
    void rootServesEveryPathAndKeepsTheQuery(String uri) throws Exception {
        try (PeerServer server = WebSockets.bind(uri)) {
            for (String target : List.of("/", "/a/b", "/a?b=c%20d&e", "/?x")) {
                try (RawPeer raw = RawPeer.to(server)) {
                    raw.ask(target, "X-Own: one", "x-own: two");
                    assertThat(raw.head()).startsWith("HTTP/1.1 101 ");
                    try (WsPeer peer = server.accept()) {
                        assertThat(peer.handshakeRequest().target()).isEqualTo(target);
                        assertThat(peer.handshakeRequest().header("X-OWN")).isEqualTo("one");
                        assertThat(peer.handshakeRequest().headers().get("x-own"))
                                .containsExactly("one", "two");
                        assertThat(peer.handshakeResponse()).isNull();
                        assertThat(peer.subprotocol()).isNull();
                    }
                }
            }
        }
    }

    @Test
    void pathOfTheUriIsTheOnlyOne() throws Exception {
        try (PeerServer server = WebSockets.bind("ws://127.0.0.1:0/chat")) {
            for (String target : List.of("/chat", "/chat?room=1")) {
                try (RawPeer raw = RawPeer.to(server)) {
                    raw.ask(target);
                    assertThat(raw.head()).startsWith("HTTP/1.1 101 ");
                    server.accept().close();
                }
            }
            for (String target : List.of("/", "/Chat", "/chat/", "/chat/a", "/other?/chat")) {
                assertRefused(
                        server,
                        RawPeer.request(target),
                        404,
                        "there is nothing at " + target.replaceAll("\\?.*", "") + ", only at /chat");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET / HTTP/1.1~Host: a, 426, 'this resource speaks WebSocket only, and Upgrade does not ask for it'",
        "POST / HTTP/1.1~Host: a~Content-Length: 0, 405, 'the method must be GET, not \"POST\"'",
        "GET /, 400, 'the request line must be a method, a target and a version with one space between, not \"GET /\"'",
        "GET / HTTP/1.1, 400, the Host header is missing (RFC 9112 §3.2)",
        "GET / HTTP/1.1~Host: a~Upgrade: websocket~Connection: Upgrade~Sec-WebSocket-Version: 13, 400, the"
                + " Sec-WebSocket-Key header is missing",
        "GET / HTTP/1.1~Host: a~Upgrade: websocket~Connection: Upgrade~Sec-WebSocket-Key: short~Sec-WebSocket-Version:"
                + " 13, 400, 'Sec-WebSocket-Key must be 16 bytes in base64, not \"short\"'",
        "GET / HTTP/1.1~Host: a~Upgrade: websocket~Connection: Upgrade~Sec-WebSocket-Key:"
            + " dGhlIHNhbXBsZSBub25jZQ==~Sec-WebSocket-Version: 8, 426, 'Sec-WebSocket-Version must be 13, not \"8\"'",
    })
    void answersEachFaultWithItsStatusAndOneLine(String lines, int status, String sentence) throws Exception {
        try (PeerServer server = WebSockets.bind(ANY)) {
            String body = sentence.replaceAll("[^ -~]", "?");
            String answer = assertRefused(server, lines.replace("~", "\r\n") + "\r\n\r\n", status, body);
            if (status == 426) {
                assertThat(answer).contains("\r\nSec-WebSocket-Version: 13\r\n", "\r\nUpgrade: websocket\r\n");
            }
            if (status == 405) {
                assertThat(answer).contains("\r\nAllow: GET\r\n");
            }
        }
    }

    @Test
    void headThatIsTooLargeIs431WhereverItIsLarge() throws Exception {
        try (PeerServer server = WebSockets.bind(ANY)) {
            String sentence = "the head of the request is larger than 16384 bytes";
            assertRefused(server, "GET /" + "a".repeat(20_000), 431, sentence);
            assertRefused(server, RawPeer.request("/" + "a".repeat(17_000)), 431, sentence);
            assertRefused(server, RawPeer.request("/", "X: " + "a".repeat(17_000)), 431, sentence);
            try (RawPeer raw = RawPeer.to(server)) {
                raw.bytewise(true).ascii("GET /" + "a".repeat(16_379));
                assertThat(raw.rest()).startsWith("HTTP/1.1 431 ");
            }
        }
    }

    @Test
    void headThatIsTooSlowIs408() throws Exception {
        PeerOptions options =
                PeerOptions.builder().timeout(Duration.ofMillis(300)).build();
        try (PeerServer server = WebSockets.bind(ANY, options)) {
            assertRefused(server, "", 408, "the request did not come within PT0.3S");
            assertRefused(server, "GET / HTTP/1.1\r\n", 408, "the request did not come within PT0.3S");
            try (RawPeer raw = RawPeer.to(server)) {
                Future<Void> dribble = Wire.start(() -> {
                    for (String request = RawPeer.request("/"); !request.isEmpty(); request = request.substring(1)) {
                        raw.ascii(request.substring(0, 1));
                        Thread.sleep(50);
                    }
                    return null;
                });
                assertThat(raw.rest()).startsWith("HTTP/1.1 408 ").contains("\r\nConnection: close\r\n");
                raw.reset();
                assertThat(Wire.failure(dribble)).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void connectionsOverTheLimitGet503AndAPlaceIsFreeAfterAnEnd() throws Exception {
        PeerOptions options = PeerOptions.builder().maxConnections(2).build();
        try (PeerServer server = WebSockets.bind(ANY, options);
                RawPeer first = RawPeer.open(server);
                RawPeer second = RawPeer.open(server)) {
            assertRefused(
                    server, RawPeer.request("/"), 503, "this server has 2 connections, its limit; try again later");
            WsPeer accepted = server.accept();
            accepted.close();
            (accepted.remoteAddress().equals(first.socket().getLocalSocketAddress()) ? first : second).expectEnd();
            // The refused connection has a place of its own until its end is seen
            assertThat(eventually(() -> {
                        try (RawPeer third = RawPeer.to(server)) {
                            third.ask("/");
                            return third.head().startsWith("HTTP/1.1 101 ");
                        }
                    }))
                    .isTrue();
        }
    }

    @Test
    void refusalIsTheSameByteByByte() throws Exception {
        try (PeerServer server = WebSockets.bind("ws://127.0.0.1:0/chat");
                RawPeer raw = RawPeer.to(server)) {
            raw.bytewise(true).ask("/");
            assertThat(raw.rest())
                    .matches("(?s)HTTP/1.1 404 Not Found\r\n.*\r\n\r\nthere is nothing at /, only at /chat\n");
        }
    }

    @Test
    void handshakeIsAcceptedByteByByte() throws Exception {
        PeerOptions options = PeerOptions.builder().subprotocols("soap", "wamp").build();
        try (PeerServer server = WebSockets.server(ANY, ECHO, options);
                RawPeer raw = RawPeer.to(server)) {
            raw.bytewise(true).ask("/", "Sec-WebSocket-Protocol: chat, wamp, soap");
            assertThat(raw.head())
                    .isEqualTo(String.join(
                            "\r\n",
                            "HTTP/1.1 101 Switching Protocols",
                            "Upgrade: websocket",
                            "Connection: Upgrade",
                            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
                            "Sec-WebSocket-Protocol: wamp",
                            "",
                            ""));
            raw.frame(RawPeer.TEXT, "hello");
            raw.expectText("hello");
        }
    }

    @Test
    void listensOnIpv6() throws Exception {
        assumeTrue(NetworkInterface.getByInetAddress(InetAddress.getByAddress(ipv6Loopback())) != null, "no ::1 here");
        try (PeerServer server = WebSockets.server("ws://[::1]:0/six", ECHO)) {
            assertThat(server.uri()).isEqualTo(URI.create("ws://[::1]:" + server.port() + "/six"));
            try (WsPeer client = WebSockets.connect(server.uri())) {
                client.write("hello");
                assertThat(client.read().text()).isEqualTo("hello");
                assertThat(client.handshakeRequest().header("Host")).isEqualTo("[::1]:" + server.port());
            }
        }
    }

    private static byte[] ipv6Loopback() {
        byte[] address = new byte[16];
        address[15] = 1;
        return address;
    }

    @Test
    void handlerThatReturnsClosesWith1000() throws Exception {
        try (PeerServer server = WebSockets.server(ANY, peer -> peer.write("bye"));
                RawPeer raw = RawPeer.open(server)) {
            raw.expectText("bye");
            raw.answerClose(1000);
        }
    }

    @Test
    void handlerThatReturnsInsideAMessageStillCloses() throws Exception {
        try (PeerServer server = WebSockets.server(ANY, peer -> peer.write(Frame.text("a", false)));
                RawPeer raw = RawPeer.open(server)) {
            raw.expect(0x01, "61");
            raw.answerClose(1000);
        }
    }

    @Test
    void handlerThatThrowsClosesWith1011AndIsLogged() throws Exception {
        for (Throwable thrown :
                List.of(new IllegalStateException("boom"), new IOException("disk full"), new StackOverflowError())) {
            try (Log log = new Log();
                    PeerServer server = WebSockets.server(ANY, peer -> {
                        throw sneaky(thrown);
                    });
                    RawPeer raw = RawPeer.open(server)) {
                raw.answerClose(1011);
                LogRecord record = log.next();
                assertThat(record.getLevel()).isEqualTo(Level.SEVERE);
                assertThat(record.getThrown()).isSameAs(thrown);
                assertThat(record.getMessage()).contains("WsPeer[server ").endsWith(" failed");
            }
        }
    }

    @Test
    void handlerThatClosedOrWasClosedIsNotAnswered() throws Exception {
        CompletableFuture<Boolean> shutdown = new CompletableFuture<>();
        try (PeerServer server = WebSockets.server(ANY, peer -> shutdown.complete(peer.shutdown(4000, "own")));
                RawPeer raw = RawPeer.open(server)) {
            assertThat(raw.expectClose(4000)).isEqualTo("own");
            raw.close(4000);
            raw.expectEnd();
            assertThat(Wire.result(shutdown)).isTrue();
        }
    }

    @Test
    void handlerRunsOnAVirtualThreadOfItsOwn() throws Exception {
        BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
        CountDownLatch both = new CountDownLatch(2);
        try (PeerServer server = WebSockets.server(ANY, peer -> {
                    threads.add(Thread.currentThread());
                    both.countDown();
                    assertThat(both.await(20, TimeUnit.SECONDS)).isTrue();
                });
                RawPeer first = RawPeer.open(server);
                RawPeer second = RawPeer.open(server)) {
            first.expectClose(1000);
            second.expectClose(1000);
            Thread one = threads.take();
            assertThat(one.isVirtual()).isTrue();
            assertThat(threads.take()).isNotSameAs(one);
        }
    }

    @Test
    void closeOfTheServerSends1001ToAll() throws Exception {
        CountDownLatch ended = new CountDownLatch(20);
        PeerServer server = WebSockets.server(ANY, peer -> {
            peer.write("ready");
            if (peer.read() == null) {
                ended.countDown();
            }
        });
        List<RawPeer> raws = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            RawPeer raw = RawPeer.open(server);
            raws.add(raw);
            raw.expectText("ready");
        }
        assertThat(server.peers()).hasSize(20).allMatch(WsPeer::isOpen);
        Future<Void> closed = Wire.start(() -> {
            server.close();
            return null;
        });
        for (RawPeer raw : raws) {
            raw.answerClose(1001);
            raw.close();
        }
        Wire.result(closed);
        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(server.peers()).isEmpty();
        assertThatThrownBy(() -> RawPeer.to(server)).isInstanceOf(IOException.class);
        server.close(); // has no effect
    }

    @Test
    void closeOfTheServerEndsWhoDoesNotAnswerAndWhoIsInItsHandshake() throws Exception {
        PeerOptions options =
                PeerOptions.builder().shutdownTimeout(Duration.ofMillis(200)).build();
        PeerServer server = WebSockets.bind(ANY, options);
        try (RawPeer silent = RawPeer.open(server);
                RawPeer stalled = RawPeer.to(server)) {
            stalled.ascii("GET / HTTP/1.1\r\n");
            WsPeer peer = server.accept();
            server.close();
            assertThat(peer.isOpen()).isFalse();
            silent.expectClose(1001);
            silent.expectEnd();
            assertEnds(stalled);
        }
    }

    @Test
    void acceptGivesPeersAfterTheirHandshakeAndNullAfterTheTimeout() throws Exception {
        try (PeerServer server = WebSockets.bind(ANY);
                RawPeer stalled = RawPeer.to(server);
                RawPeer failed = RawPeer.to(server)) {
            stalled.ascii("GET / HTTP/1.1\r\n"); // and no more
            failed.ascii("nonsense\r\n\r\n");
            assertThat(failed.rest()).startsWith("HTTP/1.1 400 ");
            RawPeer.to(server).reset();
            assertThat(server.accept(Duration.ofMillis(50))).isNull();
            assertThat(server.accept(Duration.ZERO)).isNull();
            Future<WsPeer> waiting = Wire.start(server::accept);
            for (int i = 0; i < 3; i++) {
                try (RawPeer good = RawPeer.open(server);
                        WsPeer peer = i == 0 ? Wire.result(waiting) : server.accept(RawPeer.LIMIT)) {
                    peer.write("hello");
                    good.expectText("hello");
                }
            }
        }
    }

    @Test
    void closeWakesAnAcceptAndLaterOnesFail() throws Exception {
        PeerServer server = WebSockets.bind(ANY);
        Future<WsPeer> waiting = Wire.start(server::accept);
        server.close();
        assertThat(Wire.failure(waiting))
                .isInstanceOf(SocketException.class)
                .hasMessage("the server at " + server.uri() + " is closed");
        assertThatThrownBy(() -> server.accept(RawPeer.LIMIT)).isInstanceOf(SocketException.class);
    }

    @Test
    void serverWithAHandlerHasNothingToAccept() throws Exception {
        try (PeerServer server = WebSockets.server(ANY, ECHO)) {
            assertThatIllegalStateException()
                    .isThrownBy(server::accept)
                    .withMessage("this server gives its connections to its handler; bind() makes one that does not");
        }
    }

    @Test
    void everyPeerHasAnIdOfItsOwnAndItsAddresses() throws Exception {
        try (PeerServer server = WebSockets.bind(ANY)) {
            List<Long> ids = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                try (WsPeer client = WebSockets.connect(server.uri());
                        WsPeer peer = server.accept()) {
                    ids.add(client.id());
                    ids.add(peer.id());
                    assertThat(client.remoteAddress()).isEqualTo(peer.localAddress());
                    assertThat(client.localAddress()).isEqualTo(peer.remoteAddress());
                    assertThat(peer).hasToString("WsPeer[server " + peer.id() + ", " + client.localAddress() + "]");
                }
            }
            assertThat(ids).doesNotHaveDuplicates();
        }
    }

    /** What the server logs while this is open. */
    private static final class Log extends Handler implements AutoCloseable {
        private final BlockingQueue<LogRecord> records = new LinkedBlockingQueue<>();
        private final Logger logger = Logger.getLogger(PeerServer.class.getName());

        Log() {
            logger.setUseParentHandlers(false);
            logger.addHandler(this);
        }

        LogRecord next() throws InterruptedException {
            return records.poll(20, TimeUnit.SECONDS);
        }

        @Override
        public void publish(LogRecord record) {
            records.add(record);
        }

        @Override
        public void flush() {
            // Nothing is kept back
        }

        @Override
        public void close() {
            logger.removeHandler(this);
            logger.setUseParentHandlers(true);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> Exception sneaky(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private interface Attempt {
        boolean succeeds() throws IOException;
    }

    /** Tries until it succeeds, for as long as a test waits. */
    private static boolean eventually(Attempt attempt) throws Exception {
        long until = System.nanoTime() + RawPeer.LIMIT.toNanos();
        while (System.nanoTime() - until < 0) {
            if (attempt.succeeds()) {
                return true;
            }
            Thread.sleep(20);
        }
        return false;
    }

    private static void assertEnds(RawPeer raw) throws IOException {
        try {
            raw.expectEnd();
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    private static String assertRefused(PeerServer server, String request, int status, String sentence)
            throws IOException {
        try (RawPeer raw = RawPeer.to(server)) {
            raw.ascii(request);
            String answer = raw.rest();
            assertThat(answer)
                    .startsWith("HTTP/1.1 " + status + " ")
                    .contains("\r\nConnection: close")
                    .contains("\r\nContent-Type: text/plain; charset=utf-8\r\n")
                    .contains("\r\nContent-Length: " + (sentence.length() + 1) + "\r\n")
                    .endsWith("\r\n\r\n" + sentence + "\n");
            return answer;
        }
    }
}
