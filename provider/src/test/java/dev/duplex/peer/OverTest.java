package dev.duplex.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.peer.interop.Identity;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
final class OverTest {
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

    /** TLS between the ends, through a relay that can hold back what goes to the near one. */
    private record Secured(SSLSocket near, SSLSocket far, Relay relay) implements AutoCloseable {
        static Secured connected(Role role, String protocol) throws Exception {
            return connected(role, protocol, 0);
        }

        static Secured connected(Role role, String protocol, int farReceiveBuffer) throws Exception {
            Wire.Sockets here = Wire.Sockets.connected();
            Wire.Sockets there = Wire.Sockets.connected(farReceiveBuffer);
            Relay relay = new Relay(here.far(), there.near());
            SSLSocket near = secure(here.near(), role == Role.CLIENT, protocol);
            SSLSocket far = secure(there.far(), role == Role.SERVER, protocol);
            Future<Void> other = Wire.start(() -> {
                far.startHandshake();
                return null;
            });
            near.startHandshake();
            Wire.result(other);
            return new Secured(near, far, relay);
        }

        private static SSLSocket secure(Socket socket, boolean client, String protocol) throws IOException {
            SSLSocket secured = (SSLSocket)
                    (client ? clientTls : serverTls).getSocketFactory().createSocket(socket, "localhost", 1, true);
            secured.setUseClientMode(client);
            secured.setEnabledProtocols(new String[] {protocol});
            return secured;
        }

        @Override
        public void close() throws IOException {
            near.close();
            far.close();
        }
    }

    /** Carries bytes between two sockets; those to the near end only as far as it is allowed. */
    private static final class Relay {
        private final Semaphore allowed = new Semaphore(Integer.MAX_VALUE / 2);

        Relay(Socket toTheNear, Socket toTheFar) throws IOException {
            InputStream fromNear = toTheNear.getInputStream();
            OutputStream toFar = toTheFar.getOutputStream();
            InputStream fromFar = toTheFar.getInputStream();
            OutputStream toNear = toTheNear.getOutputStream();
            toTheNear.setTcpNoDelay(true);
            Future<Void> unused = Wire.start(() -> {
                try (toTheFar) {
                    fromNear.transferTo(toFar);
                }
                return null;
            });
            Future<Void> unusedToo = Wire.start(() -> {
                try (toTheNear) {
                    for (int b = fromFar.read(); b >= 0; b = fromFar.read()) {
                        allowed.acquire();
                        toNear.write(b);
                    }
                }
                return null;
            });
        }

        void hold() {
            allowed.drainPermits();
        }

        void allow(int bytes) {
            allowed.release(bytes);
        }
    }

    @ParameterizedTest
    @CsvSource({"CLIENT, TLSv1.3", "CLIENT, TLSv1.2", "SERVER, TLSv1.3", "SERVER, TLSv1.2"})
    void readGoesOnInsideATlsRecordAfterEachTimeout(Role role, String protocol) throws Exception {
        try (Secured secured = Secured.connected(role, protocol);
                WsPeer peer =
                        WsPeer.over(secured.near()).role(role).handshaked(true).open()) {
            RawPeer raw = new RawPeer(secured.far(), role == Role.SERVER);
            raw.frame(RawPeer.TEXT, "ready");
            assertThat(peer.read(RawPeer.LIMIT).text()).isEqualTo("ready");
            secured.relay().hold();
            raw.hexFrame(RawPeer.PING, "07");
            raw.frame(RawPeer.TEXT, "héllo");
            Frame frame = null;
            int timeouts = 0;
            while (frame == null) {
                secured.relay().allow(1);
                try {
                    frame = peer.read(Duration.ofMillis(2));
                    assertThat(frame).as("not the end").isNotNull();
                } catch (SocketTimeoutException e) {
                    timeouts++;
                }
            }
            assertThat(frame.text()).isEqualTo("héllo");
            assertThat(timeouts).isGreaterThan(20);
            raw.expect(RawPeer.PONG, "07");
            peer.write("reply");
            raw.expectText("reply");
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void closeWakesReadAndWriteUnderTls(Role role) throws Exception {
        try (Secured secured = Secured.connected(role, "TLSv1.3")) {
            WsPeer peer =
                    WsPeer.over(secured.near()).role(role).handshaked(true).open();
            Future<Frame> read = Wire.start(() -> peer.read());
            Future<Integer> write = Wire.start(() -> peer.write(new byte[64 << 20]));
            assertThat(secured.far().getInputStream().read()).isEqualTo(RawPeer.BINARY);
            peer.close();
            assertThat(Wire.result(read)).isNull();
            assertThat(Wire.failure(write)).isInstanceOf(IOException.class);
        }
    }

    /** The closing handshake must not cut off what the network has taken but not delivered. */
    @ParameterizedTest
    @CsvSource({"false", "true"})
    void whatWasWrittenBeforeTheCloseArrives(boolean tls) throws Exception {
        byte[] large = new byte[300_000]; // more than the reader's receive buffer, less than the network holds
        new Random(1).nextBytes(large);
        Wire.Sockets sockets = Wire.Sockets.connected(4096);
        sockets.near().setSendBufferSize(1 << 20);
        Socket near = sockets.near();
        Socket far = sockets.far();
        if (tls) {
            SSLSocket secureNear = Secured.secure(near, false, "TLSv1.3");
            SSLSocket secureFar = Secured.secure(far, true, "TLSv1.3");
            Future<Void> other = Wire.start(() -> {
                secureFar.startHandshake();
                return null;
            });
            secureNear.startHandshake();
            Wire.result(other);
            near = secureNear;
            far = secureFar;
        }
        try (WsPeer peer = WsPeer.over(near).role(Role.SERVER).handshaked(true).open();
                RawPeer raw = new RawPeer(far, true)) {
            peer.write(large);
            raw.close(1000);
            assertThat(peer.read()).isNull(); // this end is done before the other has read anything
            assertThat(raw.frame().payload()).isEqualTo(large);
            raw.expectClose(1000);
        }
    }

    @Test
    void doesTheHandshakeOfEitherRole() throws Exception {
        Wire.Sockets sockets = Wire.Sockets.connected();
        URI uri = URI.create("ws://example.com/chat?a=b");
        ConnectRequest request = ConnectRequest.builder()
                .subprotocol("soap")
                .header("X-Own", "1")
                .build();
        PeerOptions options = PeerOptions.builder().subprotocols("soap").build();
        Future<WsPeer> serving =
                Wire.start(() -> WsPeer.over(sockets.near()).options(options).open());
        try (WsPeer client = WsPeer.over(sockets.far())
                        .role(Role.CLIENT)
                        .request(uri, request)
                        .open();
                WsPeer server = Wire.result(serving)) {
            assertThat(server.isClient()).isFalse();
            assertThat(server.handshakeRequest().target()).isEqualTo("/chat?a=b");
            assertThat(server.handshakeRequest().header("Host")).isEqualTo("example.com");
            assertThat(server.handshakeRequest().header("x-own")).isEqualTo("1");
            assertThat(server.subprotocol()).isEqualTo("soap");
            assertThat(client.isClient()).isTrue();
            assertThat(client.subprotocol()).isEqualTo("soap");
            client.write("hello");
            assertThat(server.read().text()).isEqualTo("hello");
        }
    }

    /** A socket that has the whole answer of a server ready, as much as is asked for at a time. */
    private static final class ReadySocket extends Socket {
        private final ByteArrayOutputStream asked = new ByteArrayOutputStream();
        private final UnaryOperator<byte[]> server;
        private @Nullable InputStream answer;

        ReadySocket(UnaryOperator<byte[]> server) {
            this.server = server;
        }

        @Override
        public OutputStream getOutputStream() {
            return asked;
        }

        @Override
        public InputStream getInputStream() {
            return new InputStream() {
                @Override
                public int read() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    InputStream from = answer;
                    if (from == null) {
                        from = new ByteArrayInputStream(server.apply(asked.toByteArray()));
                        answer = from;
                    }
                    return from.read(bytes, offset, length);
                }
            };
        }
    }

    /** Each read brings all that fits into the buffer: far more than the answer itself. */
    @Test
    void manyInterimAnswersAndFramesAtOnceAreTakenApart() throws Exception {
        byte[] message = new byte[1000];
        UnaryOperator<byte[]> server = request -> {
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            for (int i = 0; i < 700; i++) {
                answer.writeBytes("HTTP/1.1 103 Early Hints\r\nLink: <%s>\r\n\r\n"
                        .formatted("a".repeat(1000))
                        .getBytes(UTF_8));
            }
            answer.writeBytes(RawPeer.answer(new String(request, UTF_8)).getBytes(UTF_8));
            for (int i = 0; i < 1000; i++) {
                answer.writeBytes(RawPeer.encode(RawPeer.BINARY, message, false));
            }
            return answer.toByteArray();
        };
        try (Socket socket = new ReadySocket(server);
                WsPeer peer = WsPeer.over(socket)
                        .role(Role.CLIENT)
                        .request(URI.create("ws://localhost/"), ConnectRequest.none())
                        .open()) {
            for (int i = 0; i < 1000; i++) {
                assertThat(peer.read().data()).isEqualTo(message);
            }
            assertThat(peer.read()).isNull();
        }
    }

    @Test
    void handshakedPeerHasNoRequestResponseOrSubprotocol() throws Exception {
        for (Role role : Role.values()) {
            try (Wire wire = Wire.of(role)) {
                assertThat(wire.peer().handshakeRequest()).isNull();
                assertThat(wire.peer().handshakeResponse()).isNull();
                assertThat(wire.peer().subprotocol()).isNull();
                assertThat(wire.peer().error()).isNull();
                assertThat(wire.peer().isOpen()).isTrue();
            }
        }
    }

    @Test
    void clientNeedsARequest() throws Exception {
        Wire.Sockets sockets = Wire.Sockets.connected();
        try (Socket near = sockets.near();
                Socket far = sockets.far()) {
            Over over = WsPeer.over(near).role(Role.CLIENT);
            assertThatIllegalStateException()
                    .isThrownBy(over::open)
                    .withMessage("a client needs request(uri, request), or handshaked(true)");
            assertThat(far.isClosed()).isFalse();
        }
    }

    @Test
    void socketIsClosedWhenTheHandshakeFails() throws Exception {
        PeerOptions hurried =
                PeerOptions.builder().timeout(Duration.ofMillis(200)).build();
        for (Role role : Role.values()) {
            Wire.Sockets sockets = Wire.Sockets.connected();
            try (RawPeer raw = new RawPeer(sockets.far(), role == Role.SERVER)) {
                Over over = WsPeer.over(sockets.near())
                        .role(role)
                        .request(URI.create("ws://localhost/"), ConnectRequest.none())
                        .options(hurried);
                assertThatThrownBy(over::open).isInstanceOf(IOException.class);
                assertThat(sockets.near().isClosed()).isTrue();
                String sent = raw.rest();
                assertThat(sent).startsWith(role == Role.SERVER ? "HTTP/1.1 408 " : "GET / HTTP/1.1\r\n");
            }
        }
        Wire.Sockets sockets = Wire.Sockets.connected();
        try (RawPeer raw = new RawPeer(sockets.far(), true)) {
            raw.ascii("POST / HTTP/1.1\r\nHost: a\r\n\r\n");
            raw.endOfStream();
            assertThatThrownBy(() -> WsPeer.over(sockets.near()).open())
                    .isInstanceOfSatisfying(
                            HandshakeException.class,
                            e -> assertThat(e.status()).isEqualTo(405));
            assertThat(raw.rest().getBytes(UTF_8)).isNotEmpty();
        }
    }
}
