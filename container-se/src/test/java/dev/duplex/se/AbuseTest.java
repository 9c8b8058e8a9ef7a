package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Crowds that stall, are killed or vanish, and a process without files: the others are not disturbed, and nothing stays behind. */
@Timeout(180)
final class AbuseTest {
    private static final int GOOD = 100;

    @TempDir
    private static Path folder;

    /** Its sessions are known here, without being kept from the garbage collector. */
    @ServerEndpoint("/kept")
    public static final class Kept {
        static final Queue<WeakReference<Session>> SESSIONS = new ConcurrentLinkedQueue<>();
        static final AtomicInteger HEARD = new AtomicInteger();
        static final ConcurrentMap<Integer, AtomicInteger> CLOSED = new ConcurrentHashMap<>();

        @OnOpen
        public void open(Session session) {
            SESSIONS.add(new WeakReference<>(session));
        }

        @OnMessage
        public String hear(String text) {
            HEARD.incrementAndGet();
            return text;
        }

        @OnClose
        public void close(CloseReason reason) {
            CLOSED.computeIfAbsent(reason.getCloseCode().getCode(), code -> new AtomicInteger())
                    .incrementAndGet();
        }

        static long closed(int code) {
            AtomicInteger count = CLOSED.get(code);
            return count == null ? 0 : count.get();
        }
    }

    @BeforeEach
    void forget() {
        Kept.SESSIONS.clear();
        Kept.HEARD.set(0);
        Kept.CLOSED.clear();
    }

    private static List<RawClient> good(DuplexServer server) throws IOException {
        List<RawClient> good = new ArrayList<>();
        for (int i = 0; i < GOOD; i++) {
            good.add(RawClient.upgraded(server, "/echo"));
        }
        return good;
    }

    private static void allEcho(List<RawClient> good, String text) throws IOException {
        for (RawClient client : good) {
            client.echoes(text);
        }
    }

    private static void closeAll(List<RawClient> clients) throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
    }

    @Test
    void fiveThousandSlowHandshakesDisturbNobodyAndAreGoneWithTheirProcess() throws Exception {
        Remains remains = new Remains(folder);
        int slow = 5000;
        try (DuplexServer server = Echo.builder()
                .handshakeTimeout(Duration.ofMinutes(2))
                .maxConnections(slow + GOOD + 10)
                .start()) {
            List<RawClient> good = good(server);
            Process crowd = Crowd.start(Crowd.Kind.SLOW_HEADS, slow, server);
            try {
                Crowd.round(crowd); // all are connected
                Remains.eventually("accepted", Remains::sockets, count -> count >= slow + 2 * GOOD);
                for (int round = 0; round < 5; round++) {
                    Crowd.round(crowd);
                    allEcho(good, "round " + round);
                    try (RawClient late = RawClient.upgraded(server, "/echo")) {
                        late.echoes("late");
                    }
                }
            } finally {
                crowd.destroyForcibly();
            }
            Remains.eventually("sockets", Remains::sockets, count -> count < slow);
            allEcho(good, "afterwards");
            closeAll(good);
        }
        remains.areNoMore();
    }

    @Test
    void sessionsOfAKilledProcessEndWith1006AndAreNotKept() throws Exception {
        Remains remains = new Remains(folder);
        int many = 500;
        try (DuplexServer server = Echo.builder().endpoint(Kept.class).start()) {
            List<RawClient> good = good(server);
            Process crowd = Crowd.start(Crowd.Kind.SESSIONS, many, server);
            try {
                Crowd.round(crowd);
                Crowd.round(crowd);
                Remains.eventually("heard", Kept.HEARD::get, count -> count >= many / 2);
                assertThat(Kept.SESSIONS).hasSize(many);
            } finally {
                crowd.destroyForcibly(); // SIGKILL
            }
            Remains.eventually("closed", () -> Kept.closed(1006), count -> count == many);
            allEcho(good, "afterwards");
            Remains.eventually("kept sessions", AbuseTest::notCollected, count -> count == 0);
            closeAll(good);
        }
        assertThat(Kept.CLOSED).containsOnlyKeys(1006);
        remains.areNoMore();
    }

    private static long notCollected() {
        System.gc();
        return Kept.SESSIONS.stream().filter(each -> each.get() != null).count();
    }

    @Test
    void peersThatAnswerNoPingAreGivenUpAndThoseThatDoStay() throws Exception {
        Remains remains = new Remains(folder);
        int many = 200;
        List<RawClient> vanished = new ArrayList<>();
        try (DuplexServer server = Echo.builder()
                        .endpoint(Kept.class)
                        .property("dev.duplex.pingFrequency", Duration.ofMillis(500))
                        .start();
                WsPeer present = WebSockets.connect(server.uri("/echo"))) {
            Thread answering = Thread.ofVirtual().start(() -> {
                try {
                    while (present.read() != null) { // which answers pings
                        present.latency();
                    }
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            for (int i = 0; i < many; i++) {
                vanished.add(RawClient.upgraded(server, "/kept")); // sends no FIN, no Pong and nothing else
            }
            Remains.eventually("closed", () -> Kept.closed(1006), count -> count == many);
            assertThat(present.isOpen()).isTrue();
            assertThat(answering.isAlive()).isTrue();
            assertThat(present.shutdown()).isTrue();
            answering.join();
        }
        assertThat(Kept.CLOSED).containsOnlyKeys(1006);
        closeAll(vanished);
        remains.areNoMore();
    }

    @Test
    void processWithoutFilesGoesOnAndAcceptsAgainWhenThereAreSome() throws Exception {
        int files = 200;
        Process process = LongLived.startWithFiles(files);
        List<Socket> many = new ArrayList<>();
        try (BufferedReader out = process.inputReader()) {
            int port = Integer.parseInt(out.readLine());
            InetAddress loopback = InetAddress.getLoopbackAddress();
            try (RawClient good = new RawClient(new Socket(loopback, port)).upgraded("/echo")) {
                new RawClient(new Socket(loopback, port)).upgraded("/echo").close();
                good.echoes("before");
                for (int i = 0; i < 2 * files; i++) { // more than it can accept: the others wait in the system's queue
                    many.add(new Socket(loopback, port));
                }
                Remains.eventually("files", () -> openFiles(process), count -> count >= files);
                good.echoes("meanwhile");
                for (Socket socket : many) {
                    socket.close();
                }
                try (RawClient late = new RawClient(new Socket(loopback, port)).upgraded("/echo")) {
                    late.echoes("afterwards");
                    good.echoes("afterwards");
                }
            }
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
            assertThat(process.waitFor(RawClient.LIMIT.toMillis(), TimeUnit.MILLISECONDS))
                    .isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    private static long openFiles(Process process) {
        String[] files =
                Path.of("/proc", String.valueOf(process.pid()), "fd").toFile().list();
        return files == null ? 0 : files.length;
    }
}
