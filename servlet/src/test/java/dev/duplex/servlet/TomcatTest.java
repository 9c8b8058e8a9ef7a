package dev.duplex.servlet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.peer.ConnectRequest;
import dev.duplex.peer.Frame;
import dev.duplex.peer.Message;
import dev.duplex.peer.PeerOptions;
import dev.duplex.peer.PeerPolicy;
import dev.duplex.peer.RawPeer;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import dev.duplex.peer.interop.Identity;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.logging.Filter;
import java.util.logging.Logger;
import org.apache.catalina.connector.Connector;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.apache.tomcat.util.threads.ThreadPoolExecutor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What connections get and what Tomcat is left with, over each of its ways to the network. */
@Timeout(60)
final class TomcatTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int LARGEST = 16 << 20;

    private static final Set<Session> OPEN = ConcurrentHashMap.newKeySet();
    private static final BlockingQueue<Integer> CLOSED = new LinkedBlockingQueue<>();

    @TempDir
    private static Path folder;

    private static Identity identity;

    /** A connector of Tomcat. */
    enum Way {
        NIO,
        NIO_TLS,
        NIO2,
        NIO2_TLS,
        /** Its threads are virtual. */
        VIRTUAL_THREADS;

        boolean tls() {
            return this == NIO_TLS || this == NIO2_TLS;
        }

        Connector connector() {
            Connector connector = new Connector(
                    this == NIO2 || this == NIO2_TLS ? "org.apache.coyote.http11.Http11Nio2Protocol" : "HTTP/1.1");
            connector.setProperty("maxThreads", "10");
            if (this == VIRTUAL_THREADS) {
                connector.setProperty("useVirtualThreads", "true");
            }
            if (tls()) {
                connector.setProperty("SSLEnabled", "true");
                connector.setSecure(true);
                connector.setScheme("https");
                SSLHostConfig config = new SSLHostConfig();
                SSLHostConfigCertificate certificate =
                        new SSLHostConfigCertificate(config, SSLHostConfigCertificate.Type.EC);
                certificate.setCertificateKeyFile(identity.key().toString());
                certificate.setCertificateFile(identity.certificate().toString());
                config.addCertificate(certificate);
                connector.addSslHostConfig(config);
            }
            return connector;
        }

        TomcatHost start(Class<?>... endpoints) throws Exception {
            return TomcatHost.start(WebApplication.of(endpoints), connector());
        }

        WsPeer connect(TomcatHost host, String path, PeerOptions.Builder options) throws IOException {
            URI uri = URI.create(host.uri(path).toString().replace("ws:", tls() ? "wss:" : "ws:"));
            return WebSockets.connect(
                    uri,
                    ConnectRequest.none(),
                    options.sslContext(identity.trusting()).build());
        }

        WsPeer connect(TomcatHost host, String path) throws IOException {
            return connect(host, path, PeerOptions.builder());
        }

        RawPeer raw(TomcatHost host) throws IOException {
            InetAddress address = InetAddress.getLoopbackAddress();
            return new RawPeer(
                    tls()
                            ? identity.trusting().getSocketFactory().createSocket(address, host.port())
                            : new Socket(address, host.port()),
                    true);
        }

        RawPeer open(TomcatHost host, String path) throws IOException {
            RawPeer raw = raw(host);
            raw.ask(path);
            assertThat(raw.head()).startsWith("HTTP/1.1 101 ");
            return raw;
        }
    }

    /** Returns what it gets. */
    @ServerEndpoint("/echo")
    @PeerPolicy(maxReceivePayload = LARGEST)
    public static final class Echo {
        @OnOpen
        public void open(Session session) {
            OPEN.add(session);
        }

        @OnMessage
        public String echo(String text) {
            return text;
        }

        @OnMessage
        public byte[] echo(byte[] data) {
            return data;
        }

        @OnClose
        public void close(Session session, CloseReason reason) {
            OPEN.remove(session);
            CLOSED.add(reason.getCloseCode().getCode());
        }
    }

    /** Sends without end, once it is told to. */
    @ServerEndpoint("/flood")
    @PeerPolicy(writeTimeoutSeconds = 1)
    public static final class Flood {
        @OnOpen
        public void open(Session session) {
            OPEN.add(session);
        }

        @OnMessage
        public void flood(String text, Session session) throws IOException {
            while (session.isOpen()) {
                session.getBasicRemote().sendBinary(ByteBuffer.allocate(100_000));
            }
        }

        @OnClose
        public void close(Session session, CloseReason reason) {
            OPEN.remove(session);
            CLOSED.add(reason.getCloseCode().getCode());
        }

        @OnError
        public void error(Throwable cause) {
            // The close callback comes too
        }
    }

    @BeforeAll
    static void makeIdentity() throws IOException {
        identity = Identity.local(folder);
    }

    @BeforeEach
    void forget() {
        OPEN.clear();
        CLOSED.clear();
    }

    @ParameterizedTest
    @EnumSource
    void echoesMessagesOfAnySize(Way way) throws Exception {
        try (TomcatHost host = way.start(Echo.class);
                WsPeer peer = way.connect(host, "/echo", PeerOptions.builder().maxReceivePayload(LARGEST))) {
            Random random = new Random(1);
            for (int size : List.of(0, 1, 125, 126, 127, 8191, 8192, 8193, 65535, 65536, 65537, 1 << 20, LARGEST)) {
                byte[] data = new byte[size];
                random.nextBytes(data);
                FutureTask<?> sent = start(() -> peer.write(data));
                assertThat(received(peer).data()).isEqualTo(data);
                sent.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            }
            assertThat(peer.shutdown(1000, "", LIMIT)).isTrue();
            eventually("connections", host::connections, 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void echoesFragmentsWithCompressionAndWithout(Way way) throws Exception {
        try (TomcatHost host = way.start(Echo.class)) {
            for (boolean compress : List.of(true, false)) {
                try (WsPeer peer =
                        way.connect(host, "/echo", PeerOptions.builder().compression(compress))) {
                    for (int i = 0; i < 20; i++) {
                        String part = "fragment %d ".formatted(i).repeat(1 + 50 * i);
                        peer.write(Frame.text(part, false));
                        peer.ping(new byte[0]);
                        peer.write(Frame.continuation(part.getBytes(UTF_8), true));
                        assertThat(received(peer).text()).isEqualTo(part + part);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsWhatCameTogetherWithTheHandshake(Way way) throws Exception {
        try (TomcatHost host = way.start(Echo.class);
                RawPeer raw = way.raw(host)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(RawPeer.request("/echo").getBytes(ISO_8859_1));
            for (int i = 0; i < 100; i++) {
                all.writeBytes(RawPeer.encode(RawPeer.TEXT, ("early " + i).getBytes(ISO_8859_1), true));
            }
            raw.bytes(all.toByteArray());
            assertThat(raw.head()).startsWith("HTTP/1.1 101 ");
            for (int i = 0; i < 100; i++) {
                raw.expectText("early " + i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsByteByByte(Way way) throws Exception {
        try (TomcatHost host = way.start(Echo.class);
                RawPeer raw = way.open(host, "/echo").bytewise(true)) {
            for (int i = 0; i < 20; i++) {
                raw.frame(RawPeer.TEXT, "slow " + i);
                raw.expectText("slow " + i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsAndWritesAtOnceFromManyThreads(Way way) throws Exception {
        try (TomcatHost host = way.start(Echo.class);
                WsPeer peer = way.connect(host, "/echo")) {
            peer.write("open");
            assertThat(received(peer).text()).isEqualTo("open");
            Session session = OPEN.iterator().next();
            int threads = 4;
            int each = 200;
            byte[] data = new byte[5000];
            List<FutureTask<?>> tasks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                tasks.add(start(() -> {
                    for (int n = 0; n < each; n++) {
                        session.getBasicRemote().sendBinary(ByteBuffer.wrap(data));
                    }
                    return null;
                }));
            }
            tasks.add(start(() -> {
                for (int n = 0; n < each; n++) {
                    peer.write("echo");
                }
                return null;
            }));
            int texts = 0;
            for (int n = 0; n < (threads + 1) * each; n++) {
                Message message = received(peer);
                if (message.isText()) {
                    texts++;
                    assertThat(message.text()).isEqualTo("echo");
                } else {
                    assertThat(message.data()).isEqualTo(data);
                }
            }
            assertThat(texts).isEqualTo(each);
            for (FutureTask<?> task : tasks) {
                task.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void cutsWhoDoesNotReadAndLetsOthersGoOn(Way way) throws Exception {
        try (TomcatHost host = way.start(Echo.class, Flood.class);
                WsPeer other = way.connect(host, "/echo")) {
            List<RawPeer> stalled = new ArrayList<>();
            for (int i = 0; i < 20; i++) { // more than Tomcat has threads
                RawPeer raw = way.open(host, "/flood");
                raw.frame(RawPeer.TEXT, "go");
                stalled.add(raw);
            }
            while (CLOSED.size() < 20) {
                other.write("goes on");
                assertThat(received(other).text()).isEqualTo("goes on");
            }
            assertThat(CLOSED).containsOnly(1006);
            eventually("connections", host::connections, 1);
            for (RawPeer raw : stalled) {
                raw.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsNothingOfClientsThatAreKilled(Way way) throws Exception {
        try (TomcatHost host = way.start(Echo.class, Flood.class)) {
            for (int i = 0; i < 5; i++) {
                kill(way.raw(host));

                RawPeer asking = way.raw(host);
                asking.ascii("GET /echo HTTP/1.1\r\nHost: ");
                kill(asking);

                RawPeer asked = way.raw(host);
                asked.ask("/echo");
                kill(asked);

                kill(way.open(host, "/echo"));

                RawPeer inFrame = way.open(host, "/echo");
                inFrame.hex("81 85 00");
                kill(inFrame);

                RawPeer unread = way.open(host, "/echo");
                unread.frame(RawPeer.BINARY, new byte[100_000]);
                kill(unread);

                RawPeer flooded = way.open(host, "/flood");
                flooded.frame(RawPeer.TEXT, "go");
                flooded.frame();
                kill(flooded);

                RawPeer halfClosed = way.open(host, "/echo");
                halfClosed.endOfStream();
                halfClosed.rest();
                halfClosed.close();
            }
            eventually("connections", host::connections, 0);
            eventually("sessions", OPEN::size, 0);
            eventually("processors", () -> host.protocol().getWaitingProcessorCount(), 0);
            assertThat(CLOSED).containsOnly(1006).hasSizeGreaterThanOrEqualTo(25);
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersBrokenRulesWithTheirCodeAndEndsTcp(Way way) throws Exception {
        try (TomcatHost host = way.start(Echo.class)) {
            Map<String, Integer> broken = Map.of(
                    "81 01 78", // not masked
                    1002,
                    "c1 80 00000000", // a bit that is reserved
                    1002,
                    "89 fe 007e 00000000", // a Ping with 126 bytes
                    1002,
                    "81 82 00000000 c328", // no UTF-8
                    1007,
                    "82 ff 0000000002000000 00000000", // 32 MiB
                    1009);
            for (Map.Entry<String, Integer> rule : broken.entrySet()) {
                try (RawPeer raw = way.open(host, "/echo")) {
                    raw.hex(rule.getKey());
                    raw.expectClose(rule.getValue());
                    raw.expectEnd();
                }
            }
            eventually("connections", host::connections, 0);
        }
    }

    /** RFC 6455 §7.1.1: the server closes TCP first. */
    @ParameterizedTest
    @EnumSource
    void closesTcpBehindTheClosingHandshake(Way way) throws Exception {
        try (TomcatHost host = way.start(Echo.class)) {
            try (RawPeer raw = way.open(host, "/echo")) {
                raw.close(1001);
                raw.expectClose(1001);
                raw.expectEnd();
            }
            assertThat(CLOSED.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS)).isEqualTo(1001);
            try (RawPeer raw = way.open(host, "/echo")) {
                raw.frame(RawPeer.TEXT, "open");
                raw.expectText("open");
                Session session = OPEN.iterator().next();
                FutureTask<?> closing = start(() -> {
                    session.close();
                    return null;
                });
                raw.answerClose(1000);
                closing.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            }
            eventually("connections", host::connections, 0);
            eventually("processors", () -> host.protocol().getWaitingProcessorCount(), 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void holdsNoThreadForIdleConnections(Way way) throws Exception {
        try (TomcatHost host = way.start(Echo.class)) {
            List<RawPeer> idle = new ArrayList<>();
            int count = 100; // ten times as many as Tomcat has threads
            for (int i = 0; i < count; i++) {
                idle.add(way.open(host, "/echo"));
            }
            eventually("connections", host::connections, count);
            if (way != Way.VIRTUAL_THREADS) {
                eventually("busy threads", () -> busy(host), 0);
            }
            for (RawPeer raw : idle) {
                raw.frame(RawPeer.TEXT, "still here");
            }
            for (RawPeer raw : idle) {
                raw.expectText("still here");
            }
            assertThat(platformThreads(host)).isLessThanOrEqualTo(10);
            for (RawPeer raw : idle) {
                raw.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsClientsThatTheApplicationGoesAway(Way way) throws Exception {
        try (TomcatHost host = way.start(Echo.class)) {
            goesAway(way, host, host::undeploy);
            eventually("connections", host::connections, 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsClientsThatTomcatGoesAway(Way way) throws Exception {
        try (TomcatHost host = way.start(Echo.class)) {
            goesAway(way, host, host::close);
        }
    }

    private static void goesAway(Way way, TomcatHost host, Runnable ending) throws Exception {
        try (RawPeer raw = way.open(host, "/echo")) {
            raw.frame(RawPeer.TEXT, "open"); // Tomcat drops what it has upgraded while it pauses its connector
            raw.expectText("open");
            FutureTask<?> ended = start(Executors.callable(ending));
            raw.answerClose(1001);
            ended.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void endsSessionsWhoseConnectorIsStopped(Way way) throws Exception {
        try (TomcatHost host = way.start(Echo.class);
                RawPeer idle = way.open(host, "/echo");
                WsPeer written =
                        way.connect(host, "/echo", PeerOptions.builder().maxReceivePayload(LARGEST))) {
            FutureTask<?> sent =
                    start(() -> written.write(new byte[LARGEST])); // such that Tomcat has to wait for writing
            received(written);
            sent.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            host.connector().stop();
            assertThat(CLOSED.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS)).isEqualTo(1006);
            assertThat(CLOSED.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS)).isEqualTo(1006);
            idle.expectEnd();
        }
    }

    @Test
    void servesAThousandConnections() throws Exception {
        List<RawPeer> peers = new ArrayList<>();
        try (TomcatHost host = Way.NIO.start(Echo.class)) {
            for (int i = 0; i < 1000; i++) {
                peers.add(Way.NIO.open(host, "/echo"));
            }
            for (int round = 0; round < 3; round++) {
                for (RawPeer raw : peers) {
                    raw.frame(RawPeer.TEXT, "round " + round);
                }
                for (RawPeer raw : peers) {
                    raw.expectText("round " + round);
                }
            }
            for (RawPeer raw : peers) {
                raw.close(1000);
            }
            for (RawPeer raw : peers) {
                raw.expectClose(1000);
                raw.expectEnd();
            }
            eventually("connections", host::connections, 0);
            eventually("sessions", OPEN::size, 0);
            eventually("processors", () -> host.protocol().getWaitingProcessorCount(), 0);
        } finally {
            for (RawPeer raw : peers) {
                raw.close();
            }
        }
    }

    /** Tomcat reads them itself while another thread does. */
    @Test
    void refusesTheStreamsOfTheStandard() {
        WebApplication application = WebApplication.of(Echo.class).parameter(ProtocolSwitch.PARAMETER, "standard");
        assertThatThrownBy(() -> TomcatHost.start(application))
                .hasStackTraceContaining("Tomcat's streams of the standard cannot be read safely: leave the context"
                        + " parameter dev.duplex.servlet.switch out");
    }

    /** Tomcat asks no filter then. */
    @Test
    void saysWhatAnApplicationWithoutServletLacks() throws Exception {
        BlockingQueue<String> said = new LinkedBlockingQueue<>();
        Logger log = Logger.getLogger(TomcatSwitch.class.getName());
        Filter before = log.getFilter();
        log.setFilter(message -> said.add(message.getMessage()));
        try (TomcatHost host = TomcatHost.startBare(WebApplication.of(Echo.class));
                RawPeer raw = Way.NIO.raw(host)) {
            raw.ask("/echo");
            assertThat(raw.head()).startsWith("HTTP/1.1 404 ");
            assertThat(said).singleElement().asString().contains("no servlet for all paths", "DefaultServlet");
        } finally {
            log.setFilter(before);
        }
    }

    private static Message received(WsPeer peer) throws IOException {
        Message message = peer.readMessage(LIMIT);
        assertThat(message).isNotNull();
        return message;
    }

    /** As when its process ends: with a reset, and under TLS without a goodbye. */
    private static void kill(RawPeer raw) throws IOException {
        raw.reset();
    }

    private static int busy(TomcatHost host) {
        return ((ThreadPoolExecutor) host.protocol().getExecutor()).getActiveCount();
    }

    /** How many threads Tomcat has for requests. */
    private static long platformThreads(TomcatHost host) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread ->
                        thread.getName().contains("-exec-") && thread.getName().contains(String.valueOf(host.port())))
                .count();
    }

    private static FutureTask<?> start(Callable<?> task) {
        FutureTask<?> future = new FutureTask<>(task);
        Thread.ofVirtual().name("test").start(future);
        return future;
    }

    /** Waits until the count is what it should be; at the deadline it must be. */
    private static void eventually(String what, LongSupplier count, long expected) throws InterruptedException {
        long until = System.nanoTime() + LIMIT.toNanos();
        while (count.getAsLong() != expected && System.nanoTime() - until < 0) {
            Thread.sleep(20);
        }
        assertThat(count.getAsLong()).as(what).isEqualTo(expected);
    }
}
