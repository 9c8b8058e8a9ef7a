package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jakarta.websocket.DeploymentException;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpoint;
import java.io.BufferedReader;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server's start, its addresses and its end. */
@Timeout(120)
final class DuplexServerTest {
    @TempDir
    private static Path folder;

    /** At the path of another. */
    @ServerEndpoint("/echo")
    public static final class Rival {}

    @Test
    void portZeroTakesAFreePortAndUriNamesIt() throws Exception {
        try (DuplexServer first = Echo.builder().start();
                DuplexServer second = Echo.builder().start()) {
            assertThat(first.port()).isPositive().isNotEqualTo(second.port());
            assertThat(first.uri("/echo")).isEqualTo(URI.create("ws://127.0.0.1:" + first.port() + "/echo"));
            assertThat(first.uri("/a%2Fb?c=d")).isEqualTo(URI.create("ws://127.0.0.1:" + first.port() + "/a%2Fb?c=d"));
            assertThat(first.uri("")).isEqualTo(URI.create("ws://127.0.0.1:" + first.port()));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> first.uri("echo"))
                    .withMessage("a path must start with /, which echo does not");
        }
    }

    @Test
    void contextPathIsInFrontOfEveryPath() throws Exception {
        try (DuplexServer server = Echo.builder().contextPath("/app").start()) {
            assertThat(server.uri("/echo").getPath()).isEqualTo("/app/echo");
            try (RawClient client = RawClient.upgraded(server, "/app/echo")) {
                client.echoes("hello");
            }
            try (RawClient client = RawClient.to(server)) {
                client.send(RawClient.upgrade("/echo"));
                assertThat(client.answer()).startsWith("HTTP/1.1 404 ");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/"})
    void contextPathOfTheRootIsNone(String path) throws Exception {
        try (DuplexServer server = Echo.builder().contextPath(path).start();
                RawClient client = RawClient.upgraded(server, "/echo")) {
            client.echoes("hello");
            assertThat(server.uri("/echo").getPath()).isEqualTo("/echo");
        }
    }

    @Test
    void refusesWhatCannotBeServed() {
        DuplexServer.Builder builder = DuplexServer.builder();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.port(65_536))
                .withMessage("a port is between 0 and 65535, which 65536 is not");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.port(-1))
                .withMessage("a port is between 0 and 65535, which -1 is not");
        for (String path : List.of("app", "/app/", "//")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.contextPath(path))
                    .withMessage("a context path is empty, or starts with / and does not end with it, not " + path);
        }
        for (String path :
                List.of("/my chat", "/café", "/a?b", "/a%2", "/a%ff", "/a//b", "/a/../b", "/a/%2e%2e", "/.", "/../a")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.contextPath(path))
                    .withMessage("a context path is written as in a URI, /my%20chat for \"my chat\", and has no empty"
                            + " segment and none of dots, not " + path);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.maxConnections(0))
                .withMessage("maxConnections must be at least 1, not 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.handshakeTimeout(Duration.ZERO))
                .withMessage("handshakeTimeout must be positive, not PT0S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.headLimits(0, 1))
                .withMessage("maxBytes must be at least 1, not 0");
    }

    @Test
    void portThatIsTakenIsNamedAndNothingIsLeft() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, loopback(4))) {
            Remains remains = new Remains(folder);
            assertThatExceptionOfType(BindException.class)
                    .isThrownBy(() -> Echo.builder().port(taken.getLocalPort()).start())
                    .withMessage(
                            "Cannot listen on ws://127.0.0.1:" + taken.getLocalPort() + ": Address already in use");
            remains.areNoMore();
        }
    }

    @Test
    void hostThatIsNotKnownIsNamed() {
        assertThatExceptionOfType(BindException.class)
                .isThrownBy(() -> Echo.builder().host("no.such.host.invalid").start())
                .withMessageStartingWith("Cannot listen on ws://no.such.host.invalid:0: ");
    }

    @Test
    void deploymentThatFailsLeavesNothingListening() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, loopback(4))) {
            port = free.getLocalPort();
        }
        Remains remains = new Remains(folder);
        assertThatExceptionOfType(DeploymentException.class)
                .isThrownBy(
                        () -> Echo.builder().port(port).endpoint(Rival.class).start());
        remains.areNoMore();
        assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> new Socket(loopback(4), port).close());
    }

    @Test
    void endpointsCanBeAddedWhileItServes() throws Exception {
        try (DuplexServer server = DuplexServer.builder().port(0).start()) {
            try (RawClient client = RawClient.to(server)) {
                client.send(RawClient.upgrade("/echo"));
                assertThat(client.answer()).startsWith("HTTP/1.1 404 ");
            }
            server.container().addEndpoint(Echo.class);
            try (RawClient client = RawClient.upgraded(server, "/echo")) {
                client.echoes("hello");
            }
        }
    }

    @Test
    void saysInOneLineWhereItListens() throws Exception {
        List<LogRecord> said = new ArrayList<>();
        Logger logger = Logger.getLogger(DuplexServer.class.getName());
        logger.setLevel(Level.FINE);
        logger.setFilter(line -> {
            said.add(line);
            return false;
        });
        try (DuplexServer server = Echo.builder().start();
                DuplexServer empty = DuplexServer.builder().port(0).start()) {
            assertThat(said).extracting(LogRecord::getLevel).containsOnly(Level.FINE);
            assertThat(said)
                    .extracting(LogRecord::getMessage)
                    .containsExactly("listening on " + server.uri("/echo"), "listening on " + empty.uri("/"));
        } finally {
            logger.setFilter(null);
            logger.setLevel(null);
        }
    }

    @Test
    void keepsTheJvmAliveByAThreadThatAcceptsAndEndsWithTheServer() throws Exception {
        DuplexServer server = Echo.builder().start();
        String name = "duplex-accept-" + server.port();
        assertThat(threads(name))
                .singleElement()
                .satisfies(thread -> assertThat(thread.isDaemon()).isFalse());
        server.close();
        assertThat(threads(name)).isEmpty();
    }

    /** The loopback address of this length in bytes: 127.0.0.1 or ::1. */
    private static InetAddress loopback(int length) throws UnknownHostException {
        byte[] address = new byte[length];
        address[0] = (byte) (length == 4 ? 127 : 0);
        address[length - 1] = 1;
        return InetAddress.getByAddress(address);
    }

    private static List<Thread> threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .toList();
    }

    @Test
    void servesIpv6() throws Exception {
        assumeTrue(NetworkInterface.getByInetAddress(loopback(16)) != null, "no ::1 here");
        for (String host : List.of("::1", "[::1]")) {
            try (DuplexServer server = Echo.builder().host(host).start();
                    RawClient client = new RawClient(new Socket(loopback(16), server.port()))) {
                assertThat(server.uri("/echo")).isEqualTo(URI.create("ws://[::1]:" + server.port() + "/echo"));
                client.send(RawClient.upgrade("/echo"));
                assertThat(client.head()).startsWith("HTTP/1.1 101 ");
                client.echoes("six");
            }
        }
    }

    @Test
    void servesEveryAddress() throws Exception {
        assumeTrue(NetworkInterface.getByInetAddress(loopback(16)) != null, "no ::1 here");
        try (DuplexServer server = Echo.builder().host("::").start()) {
            assertThat(server.uri("/echo")).isEqualTo(URI.create("ws://localhost:" + server.port() + "/echo"));
            for (int length : List.of(4, 16)) {
                try (RawClient client = new RawClient(new Socket(loopback(length), server.port()))) {
                    client.send(RawClient.upgrade("/echo"));
                    assertThat(client.head()).startsWith("HTTP/1.1 101 ");
                    client.echoes("hello");
                }
            }
        }
    }

    @Test
    void stopSends1001ToAllAndLeavesNothing() throws Exception {
        Remains remains = new Remains(folder);
        DuplexServer server = Echo.builder().start();
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            clients.add(RawClient.upgraded(server, "/echo"));
            clients.get(i).echoes("hello");
        }
        FutureTask<Void> stop = inThread(() -> server.stop(RawClient.LIMIT));
        for (RawClient client : clients) {
            client.answersClose(1001);
            client.close();
        }
        stop.get(RawClient.LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> RawClient.to(server));
        server.stop(Duration.ZERO); // has no effect
        server.close(); // nor has this
        remains.areNoMore();
    }

    @Test
    void stopClosesTheSessionsOfAllApplicationsAtATime() throws Exception {
        DuplexServer server = Echo.builder()
                .deploy(Application.builder()
                        .contextPath("/other")
                        .endpoint(Echo.class)
                        .build())
                .start();
        try (RawClient first = RawClient.upgraded(server, "/echo");
                RawClient second = RawClient.upgraded(server, "/other/echo")) {
            FutureTask<Void> stop = inThread(() -> server.stop(Duration.ofHours(1)));
            second.answersClose(1001); // though the first has not answered
            first.answersClose(1001);
            stop.get(RawClient.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void secondStopWaitsForTheFirst() throws Exception {
        DuplexServer server = Echo.builder().start();
        try (RawClient client = RawClient.upgraded(server, "/echo")) {
            FutureTask<Void> first = inThread(() -> server.stop(Duration.ofHours(1)));
            assertThat(client.textUpToClose(1001)).isNull();
            server.stop(Duration.ofMillis(10)); // no longer than that
            FutureTask<Void> second = inThread(() -> server.stop(Duration.ofHours(1)));
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> second.get(200, TimeUnit.MILLISECONDS));
            client.answersClose();
            first.get(RawClient.LIMIT.toSeconds(), TimeUnit.SECONDS);
            second.get(RawClient.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    /** Stops its server. */
    @ServerEndpoint("/admin")
    public static final class Admin {
        private static volatile DuplexServer server;

        @OnMessage
        public void stop(String grace) {
            server.stop(Duration.parse(grace));
            server.stop(Duration.parse(grace)); // nor for the stop that waits for it
            STOPPED.countDown();
        }

        private static final CountDownLatch STOPPED = new CountDownLatch(1);
    }

    @Test
    void callbackCanStopTheServer() throws Exception {
        Remains remains = new Remains(folder);
        Admin.server = Echo.builder().endpoint(Admin.class).start();
        try (RawClient client = RawClient.upgraded(Admin.server, "/echo");
                RawClient admin = RawClient.upgraded(Admin.server, "/admin")) {
            admin.sendText("PT1H");
            assertThat(admin.textUpToClose(1001)).isNull();
            client.answersClose(1001);
            assertThat(Admin.STOPPED.await(RawClient.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            admin.answersClose();
        }
        remains.areNoMore();
    }

    @Test
    void stopCutsWhoDoesNotAnswerAndWhoIsInItsHandshake() throws Exception {
        Remains remains = new Remains(folder);
        DuplexServer server = Echo.builder().start();
        try (RawClient silent = RawClient.upgraded(server, "/echo");
                RawClient stalled = RawClient.to(server)) {
            stalled.send("GET /echo HTTP/1.1\r\n");
            silent.echoes("hello");
            server.stop(Duration.ofMillis(100));
            silent.ends();
            stalled.ends();
        }
        remains.areNoMore();
    }

    @Test
    void stopCutsAtOnceWhoIsInItsHandshakeAndWaitsForSessionsOnly() throws Exception {
        Remains remains = new Remains(folder);
        DuplexServer server = Echo.builder()
                .handshakeTimeout(Duration.ofHours(1))
                .property("dev.duplex.shutdownTimeout", Duration.ofHours(1))
                .start();
        try (RawClient session = RawClient.upgraded(server, "/echo")) {
            session.echoes("hello");
            List<RawClient> slow = new ArrayList<>();
            for (String start : List.of("", "\r\n", "GET /echo HTTP/1.1\r\nA: b")) {
                RawClient client = RawClient.to(server);
                client.send(start);
                slow.add(client);
            }
            FutureTask<Void> stop = inThread(() -> server.stop(Duration.ofHours(1)));
            for (RawClient client : slow) {
                client.ends(); // though the session has not answered its Close
                client.close();
            }
            assertThat(stop.isDone()).isFalse();
            session.answersClose(1001);
            stop.get(RawClient.LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        remains.areNoMore();
    }

    @Test
    void containerIsTheSameForAllWhoAskAtATime() throws Exception {
        int threads = 8;
        for (int i = 0; i < 20; i++) {
            try (DuplexServer server = DuplexServer.builder().port(0).start()) {
                CyclicBarrier start = new CyclicBarrier(threads);
                List<FutureTask<ServerContainer>> asking = new ArrayList<>();
                for (int j = 0; j < threads; j++) {
                    FutureTask<ServerContainer> ask = new FutureTask<>(() -> {
                        start.await();
                        return server.container();
                    });
                    Thread.ofPlatform().start(ask);
                    asking.add(ask);
                }
                Set<ServerContainer> containers = new HashSet<>();
                for (FutureTask<ServerContainer> ask : asking) {
                    containers.add(ask.get(RawClient.LIMIT.toSeconds(), TimeUnit.SECONDS));
                }
                assertThat(containers).hasSize(1);
            }
        }
    }

    @Test
    void authenticatorCanStopTheServer() throws Exception {
        AtomicReference<DuplexServer> stopping = new AtomicReference<>();
        CountDownLatch stopped = new CountDownLatch(1);
        stopping.set(Echo.builder()
                .authenticator(request -> {
                    stopping.get().stop(Duration.ofHours(1));
                    stopped.countDown();
                    return Authenticator.nobody();
                })
                .start());
        try (RawClient client = RawClient.to(stopping.get())) {
            client.send(RawClient.upgrade("/echo"));
            client.ends();
            assertThat(stopped.await(RawClient.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    /** Its close callback returns when it is let go. */
    @ServerEndpoint("/hanging")
    public static final class Hanging {
        private static final CountDownLatch LET_GO = new CountDownLatch(1);

        @OnClose
        public void close() throws InterruptedException {
            LET_GO.await();
        }
    }

    @Test
    void stopReturnsThoughACloseCallbackDoesNot() throws Exception {
        Remains remains = new Remains(folder);
        DuplexServer server =
                DuplexServer.builder().port(0).endpoint(Hanging.class).start();
        FutureTask<Void> stop;
        try (RawClient client = RawClient.upgraded(server, "/hanging")) {
            stop = inThread(() -> server.stop(Duration.ofMillis(100)));
            client.answersClose(1001);
            stop.get(RawClient.LIMIT.toSeconds(), TimeUnit.SECONDS);
        } finally {
            Hanging.LET_GO.countDown();
        }
        remains.areNoMore();
    }

    @Test
    void jvmLivesUntilTheServerIsClosedAndEndsThen() throws Exception {
        Process process = LongLived.start();
        try (BufferedReader out = process.inputReader()) {
            String port = out.readLine();
            assertThat(port).containsOnlyDigits();
            assertThat(out.readLine()).isEqualTo("main is over");
            try (RawClient client = new RawClient(new Socket(loopback(4), Integer.parseInt(port)))) {
                client.send(RawClient.upgrade("/echo"));
                assertThat(client.head()).startsWith("HTTP/1.1 101 ");
                client.echoes("alive");
                assertThat(process.isAlive()).isTrue();
                process.outputWriter().append('\n').flush();
                // It waits for the answer to its Close, though the thread that accepts has ended
                assertThat(process.waitFor(500, TimeUnit.MILLISECONDS)).isFalse();
                client.answersClose(1001);
            }
            assertThat(process.waitFor(RawClient.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void graceIsNotNegative() throws Exception {
        try (DuplexServer server = Echo.builder().start()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> server.stop(Duration.ofSeconds(-1)))
                    .withMessage("the grace must not be negative, as PT-1S is");
            RawClient.upgraded(server, "/echo").close(); // it still serves
        }
    }

    private static FutureTask<Void> inThread(Runnable deed) {
        FutureTask<Void> task = new FutureTask<>(deed, null);
        Thread.ofVirtual().start(task);
        return task;
    }
}
