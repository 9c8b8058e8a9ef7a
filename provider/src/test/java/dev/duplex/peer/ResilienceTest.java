package dev.duplex.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import dev.duplex.peer.interop.Identity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand connections in all that end badly, and what they leave behind: nothing. */
@Timeout(120)
final class ResilienceTest {
    private static final PeerHandler ECHO = peer -> {
        for (Message message = peer.readMessage(); message != null; message = peer.readMessage()) {
            peer.write(message.text());
        }
    };
    /** More than the network holds while nobody reads. */
    private static final byte[] ENDLESS = new byte[16 << 20];

    @TempDir
    private static Path folder;

    private static SSLContext serverTls;

    @BeforeAll
    static void makeKeys() throws IOException {
        serverTls = Identity.local(folder).serving();
    }

    /** A way to end badly; each connection has a number. */
    private interface Misdeed {
        void commit(PeerServer server, int number) throws IOException;
    }

    @Test
    void clientsThatResetAfterTheHandshakeLeaveNothingBehind() throws Exception {
        survives(
                3000,
                ECHO,
                PeerOptions.defaults(),
                (server, number) -> RawPeer.open(server).reset());
    }

    @Test
    void clientsThatLeaveWithoutACloseLeaveNothingBehind() throws Exception {
        survives(
                1500,
                ECHO,
                PeerOptions.defaults(),
                (server, number) -> RawPeer.open(server).close());
    }

    @Test
    void clientsThatAreCutInsideTheHandshakeLeaveNothingBehind() throws Exception {
        String request = RawPeer.request("/");
        survives(2000, ECHO, PeerOptions.defaults(), (server, number) -> {
            RawPeer raw = RawPeer.to(server);
            raw.ascii(request.substring(0, number % request.length()));
            cut(raw, number);
        });
    }

    @Test
    void clientsThatAreCutInsideAFrameLeaveNothingBehind() throws Exception {
        byte[] frame = RawPeer.encode(RawPeer.TEXT, "x".repeat(70_000).getBytes(UTF_8), true);
        survives(1000, ECHO, PeerOptions.defaults(), (server, number) -> {
            RawPeer raw = RawPeer.open(server);
            raw.bytes(Arrays.copyOf(frame, number < 20 ? number : 70 * number));
            cut(raw, number);
        });
    }

    @Test
    void clientsThatSendRandomBytesLeaveNothingBehind() throws Exception {
        survives(1000, ECHO, PeerOptions.defaults(), (server, number) -> {
            Random random = new Random(number);
            byte[] bytes = new byte[1 + random.nextInt(3000)];
            random.nextBytes(bytes);
            try (RawPeer raw = number % 4 == 0 ? RawPeer.to(server) : RawPeer.open(server)) {
                raw.bytes(bytes);
                raw.endOfStream();
                assertEnds(raw);
            }
        });
    }

    @Test
    void clientsThatSendRandomFramesLeaveNothingBehind() throws Exception {
        int[] firstBytes = {0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8A, 0xC1, 0xC2, 0x41};
        survives(500, ECHO, PeerOptions.defaults(), (server, number) -> {
            Random random = new Random(number);
            try (RawPeer raw = RawPeer.to(server)) {
                raw.ask("/", "Sec-WebSocket-Extensions: permessage-deflate");
                assertThat(raw.head()).contains("permessage-deflate");
                for (int i = 0; i < 20; i++) {
                    byte[] payload = new byte[random.nextInt(100)];
                    random.nextBytes(payload);
                    raw.frame(firstBytes[random.nextInt(firstBytes.length)], payload);
                }
                raw.endOfStream();
                assertEnds(raw);
            } catch (SocketException e) {
                assertThat(e).isNotNull(); // cut off in the middle, as it deserves
            }
        });
    }

    @Test
    void clientsThatStallInTheHandshakeLeaveNothingBehind() throws Exception {
        PeerOptions hurried =
                PeerOptions.builder().timeout(Duration.ofMillis(500)).build();
        List<RawPeer> slow = new ArrayList<>();
        survives(1000, ECHO, hurried, (server, number) -> {
            RawPeer raw = RawPeer.to(server);
            raw.ascii("GET / HTTP/1.1\r\nHost: a\r\nX: ");
            if (number % 2 == 0) {
                raw.ascii("y");
            }
            boolean last;
            synchronized (slow) {
                slow.add(raw);
                last = slow.size() == 1000; // for one of the threads only
            }
            if (last) { // all of them hang on at once
                for (RawPeer each : slow) {
                    assertThat(each.rest()).startsWith("HTTP/1.1 408 ");
                    each.close();
                }
            }
        });
    }

    @Test
    void clientsThatAreCutInsideTheTlsHandshakeLeaveNothingBehind() throws Exception {
        byte[] hello = clientHello();
        PeerOptions secure = PeerOptions.builder()
                .sslContext(serverTls)
                .timeout(Duration.ofMillis(500))
                .build();
        try (PeerServer server = WebSockets.server("wss://127.0.0.1:0/", ECHO, secure)) {
            leavesNothing(() -> commit(server, 500, (tls, number) -> {
                RawPeer raw = RawPeer.to(tls);
                raw.bytes(Arrays.copyOf(hello, number * 7 % (hello.length + 1)));
                if (number % 25 == 0) {
                    assertEnds(raw); // stalls until it is cut
                }
                cut(raw, number);
            }));
        }
    }

    @Test
    void clientsThatNeverReadEndAtTheWriteTimeoutAndLeaveNothingBehind() throws Exception {
        PeerOptions hurried =
                PeerOptions.builder().writeTimeout(Duration.ofMillis(500)).build();
        AtomicInteger timeouts = new AtomicInteger();
        try (PeerServer server = WebSockets.server(
                "ws://127.0.0.1:0/",
                peer -> {
                    if (peer.handshakeRequest().path().equals("/flood")) {
                        try {
                            peer.write(ENDLESS);
                        } catch (SocketTimeoutException e) {
                            timeouts.incrementAndGet();
                        }
                    } else {
                        ECHO.handle(peer);
                    }
                },
                hurried)) {
            List<RawPeer> deaf = new ArrayList<>();
            try (Healthy healthy = new Healthy(server)) {
                leavesNothing(() -> {
                    for (int i = 0; i < 50; i++) {
                        RawPeer raw = RawPeer.to(server);
                        deaf.add(raw);
                        raw.ask("/flood");
                    }
                    eventually("timeouts", timeouts::get, count -> count == 50);
                    healthy.isAnsweredAgain();
                    for (RawPeer raw : deaf) {
                        raw.reset();
                    }
                });
            }
        }
    }

    @Test
    void serversThatEndBadlyLeaveNothingInTheirClients() throws Exception {
        PeerHandler cuts = peer -> {
            peer.write("hello");
            peer.close();
        };
        try (PeerServer server = WebSockets.server("ws://127.0.0.1:0/", cuts)) {
            leavesNothing(() -> commit(server, 500, (target, number) -> {
                try (WsPeer client = WebSockets.connect(target.uri())) {
                    assertThat(client.read().text()).isEqualTo("hello");
                    assertThat(client.read()).isNull();
                    assertThat(client.closeReason().code()).isEqualTo(1006);
                }
            }));
        }
    }

    @Test
    void countsSeeWhatIsThere() throws Exception {
        try (PeerServer server = WebSockets.server("ws://127.0.0.1:0/", ECHO)) {
            long platform = platformThreads();
            long virtual = virtualThreads();
            long sockets = sockets();
            try (RawPeer one = RawPeer.open(server);
                    RawPeer two = RawPeer.open(server)) {
                assertThat(List.of(one, two)).hasSize(2);
                assertThat(sockets()).isEqualTo(sockets + 4);
                assertThat(virtualThreads()).isEqualTo(virtual + 2);
                try (PeerServer further = WebSockets.bind("ws://127.0.0.1:0/")) {
                    assertThat(further.port()).isPositive();
                    assertThat(platformThreads()).isEqualTo(platform + 1);
                }
            }
        }
    }

    /** Commits it so many times, while another connection is served, and looks at what is left. */
    private static void survives(int times, PeerHandler handler, PeerOptions options, Misdeed misdeed)
            throws Exception {
        Queue<WeakReference<WsPeer>> all = new ConcurrentLinkedQueue<>();
        PeerHandler noted = peer -> {
            all.add(new WeakReference<>(peer));
            handler.handle(peer);
        };
        try (PeerServer server = WebSockets.server("ws://127.0.0.1:0/", noted, options);
                Healthy healthy = new Healthy(server)) {
            leavesNothing(() -> {
                commit(server, times, misdeed);
                healthy.isAnsweredAgain();
            });
            eventually("open peers", () -> server.peers().size(), count -> count == 1);
            // A peer that nothing holds holds no buffer and no codec
            eventually(
                    "peers in memory",
                    () -> {
                        System.gc();
                        return all.stream().filter(peer -> peer.get() != null).count();
                    },
                    count -> count == 1);
        }
    }

    private static void commit(PeerServer server, int times, Misdeed misdeed) throws Exception {
        AtomicInteger next = new AtomicInteger();
        List<Future<Void>> workers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            workers.add(Wire.start(() -> {
                for (int number = next.getAndIncrement(); number < times; number = next.getAndIncrement()) {
                    misdeed.commit(server, number);
                }
                return null;
            }));
        }
        for (Future<Void> worker : workers) {
            Wire.result(worker);
        }
    }

    private interface Deed {
        void run() throws Exception;
    }

    /** Does it, and waits until threads and sockets are no more than before. */
    private static void leavesNothing(Deed deed) throws Exception {
        long platform = platformThreads();
        long virtual = virtualThreads();
        long sockets = sockets();
        deed.run();
        eventually("sockets", ResilienceTest::sockets, count -> count <= sockets);
        eventually("virtual threads", ResilienceTest::virtualThreads, count -> count <= virtual);
        eventually("platform threads", ResilienceTest::platformThreads, count -> count <= platform);
    }

    /** Echoes without a pause and checks every reply, until it is closed. */
    private static final class Healthy implements AutoCloseable {
        private final WsPeer peer;
        private final AtomicInteger replies = new AtomicInteger();
        private final AtomicBoolean enough = new AtomicBoolean();
        private final Future<Void> echoing;

        Healthy(PeerServer server) throws Exception {
            peer = WebSockets.connect(server.uri());
            echoing = Wire.start(() -> {
                while (!enough.get()) {
                    String text = "reply " + replies.get();
                    peer.write(text);
                    assertThat(peer.read(RawPeer.LIMIT).text()).isEqualTo(text);
                    replies.incrementAndGet();
                    Thread.sleep(1); // leaves the processors to the others
                }
                return null;
            });
            isAnsweredAgain();
        }

        void isAnsweredAgain() throws Exception {
            int before = replies.get();
            long until = System.nanoTime() + RawPeer.LIMIT.toNanos();
            while (replies.get() <= before && !echoing.isDone() && System.nanoTime() - until < 0) {
                Thread.sleep(1);
            }
            assertThat(echoing.isDone()).as("every reply was right").isFalse();
            assertThat(replies.get()).isGreaterThan(before);
        }

        @Override
        public void close() {
            enough.set(true);
            try {
                Wire.result(echoing);
            } catch (Exception e) {
                throw new AssertionError("the healthy connection failed", e);
            }
            assertThat(peer.shutdown()).isTrue();
        }
    }

    /** Waits until the count is what it should be; at the deadline it must be. */
    private static void eventually(String what, LongSupplier count, LongPredicate enough) throws InterruptedException {
        long until = System.nanoTime() + RawPeer.LIMIT.toNanos();
        while (!enough.test(count.getAsLong()) && System.nanoTime() - until < 0) {
            Thread.sleep(20);
        }
        assertThat(count.getAsLong()).as(what).matches(enough::test);
    }

    /** Threads of ours that are not virtual; the timer comes and goes as it is needed. */
    private static long platformThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("duplex-")
                        && !thread.getName().equals("duplex-timer"))
                .count();
    }

    private static long virtualThreads() {
        Path dump = folder.resolve("threads.txt");
        try {
            Files.deleteIfExists(dump);
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpThreads(dump.toString(), ThreadDumpFormat.TEXT_PLAIN);
            try (Stream<String> lines = Files.lines(dump)) {
                return lines.filter(
                                line -> line.startsWith("#") && line.contains("\"duplex-") && line.contains("virtual"))
                        .count();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long sockets() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(ResilienceTest::isSocket).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    private static void cut(RawPeer raw, int number) throws IOException {
        if (number % 2 == 0) {
            raw.reset();
        } else {
            raw.close();
        }
    }

    /** Reads to the end, whatever end that is. */
    private static void assertEnds(RawPeer raw) throws IOException {
        try {
            assertThat(raw.rest()).isNotNull();
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    /** What a client of TLS says first. */
    private static byte[] clientHello() throws Exception {
        Wire.Sockets sockets = Wire.Sockets.connected();
        try (Socket near = sockets.near();
                Socket far = sockets.far();
                Socket secured = SSLContext.getDefault()
                        .getSocketFactory()
                        .createSocket(near, InetAddress.getLoopbackAddress().getHostAddress(), 1, true)) {
            Future<Void> handshake = Wire.start(() -> {
                ((SSLSocket) secured).startHandshake();
                return null;
            });
            byte[] header = far.getInputStream().readNBytes(5);
            byte[] body = far.getInputStream().readNBytes(((header[3] & 0xFF) << 8) | (header[4] & 0xFF));
            far.setSoLinger(true, 0);
            far.shutdownOutput();
            assertThat(Wire.failure(handshake)).isInstanceOf(IOException.class);
            byte[] hello = Arrays.copyOf(header, header.length + body.length);
            System.arraycopy(body, 0, hello, header.length, body.length);
            return hello;
        }
    }
}
