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
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.SelectableChannelEndPoint;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that were taken over from Jetty, plain and under TLS. */
@Timeout(60)
final class JettyTest {
    private static final Duration LIMIT = RawPeer.LIMIT;
    private static final int MIB = 1 << 20;
    private static final int LARGEST = 16 * MIB;
    private static final BlockingQueue<Integer> ENDS = new LinkedBlockingQueue<>();

    @TempDir
    private static Path folder;

    private static Identity identity;

    /** Returns what it gets. */
    @ServerEndpoint("/echo")
    public static final class Echo {
        @OnMessage(maxMessageSize = LARGEST)
        public String echo(String text) {
            return text;
        }

        @OnMessage(maxMessageSize = LARGEST)
        public ByteBuffer echo(ByteBuffer data) {
            return data;
        }

        @OnClose
        public void closed(CloseReason reason) {
            ENDS.add(reason.getCloseCode().getCode());
        }

        @OnError
        public void failed(Throwable cause) {
            // Tells no more than the end that follows
        }
    }

    /** Closes when it is told to. */
    @ServerEndpoint("/closing")
    public static final class Closing {
        @OnMessage
        public void close(Session session, String reason) throws IOException {
            session.close(new CloseReason(CloseReason.CloseCodes.getCloseCode(4000), reason));
        }
    }

    /** Sends without end to who may not read. */
    @ServerEndpoint("/flood")
    @PeerPolicy(writeTimeoutSeconds = 1)
    public static final class Flood {
        @OnOpen
        public void open(Session session) throws IOException {
            ByteBuffer data = ByteBuffer.allocate(MIB);
            while (session.isOpen()) {
                session.getBasicRemote().sendBinary(data.duplicate());
            }
        }

        @OnClose
        public void closed(CloseReason reason) {
            ENDS.add(reason.getCloseCode().getCode());
        }

        @OnError
        public void failed(Throwable cause) {
            // Tells no more than the end that follows
        }
    }

    @BeforeAll
    static void makeKeys() throws Exception {
        identity = Identity.local(folder);
    }

    @BeforeEach
    void forget() {
        ENDS.clear();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void echoesMessagesOfEverySize(boolean tls) throws Exception {
        try (JettyServer jetty = start(tls, Echo.class);
                WsPeer peer = connect(jetty, tls, "/echo", false)) {
            for (int size : new int[] {0, 1, 125, 126, 65_535, 65_536, MIB, LARGEST}) {
                byte[] data = random(size);
                peer.write(data);
                assertThat(message(peer).data()).as("%d bytes", size).isEqualTo(data);
            }
            byte[] part = random(100_000);
            peer.write(Frame.binary(part, false));
            peer.write(Frame.continuation(part, false));
            peer.write(Frame.continuation(part, true));
            assertThat(message(peer).data()).hasSize(3 * part.length);
            assertThat(peer.shutdown(1000, "", LIMIT)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void echoesCompressedMessages(boolean tls) throws Exception {
        try (JettyServer jetty = start(tls, Echo.class);
                WsPeer peer = connect(jetty, tls, "/echo", true)) {
            String text = "again and again ".repeat(100_000);
            for (int i = 0; i < 3; i++) {
                peer.write(text);
                assertThat(message(peer).text()).isEqualTo(text);
            }
        }
    }

    /** Far more than anybody buffers is under way in both directions at once. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsOnWhileItWrites(boolean tls) throws Exception {
        try (JettyServer jetty = start(tls, Echo.class);
                WsPeer peer = connect(jetty, tls, "/echo", false)) {
            byte[] data = random(200_000);
            CompletableFuture<Void> written = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 100; i++) {
                    write(peer, data);
                }
            });
            for (int i = 0; i < 100; i++) {
                assertThat(message(peer).data()).isEqualTo(data);
            }
            written.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Nothing is lost or sent twice where the network took no more, and Jetty went on. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void writesOnWhenASlowClientReads(boolean tls) throws Exception {
        try (JettyServer jetty = start(tls, Echo.class);
                RawPeer raw = open(jetty, tls, "/echo")) {
            byte[] data = random(LARGEST);
            raw.frame(RawPeer.BINARY, data);
            SelectableChannelEndPoint endPoint = (SelectableChannelEndPoint)
                    jetty.connector().getConnectedEndPoints().iterator().next();
            long until = System.nanoTime() + LIMIT.toNanos();
            while (!endPoint.isWriteInterested()) {
                assertThat(System.nanoTime()).isLessThan(until);
                Thread.onSpinWait();
            }
            assertThat(raw.frame().payload()).isEqualTo(data);
            raw.frame(RawPeer.TEXT, "next");
            raw.expectText("next");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void answersWhatCameTogetherWithTheRequest(boolean tls) throws Exception {
        try (JettyServer jetty = start(tls, Echo.class);
                RawPeer raw = connect(jetty, tls)) {
            byte[] large = random(10_000);
            ByteBuffer all = ByteBuffer.allocate(20_000);
            all.put(RawPeer.request("/echo").getBytes(ISO_8859_1));
            all.put(RawPeer.encode(RawPeer.TEXT, "early".getBytes(UTF_8), true));
            all.put(RawPeer.encode(RawPeer.BINARY, large, true));
            byte[] sent = new byte[all.flip().remaining()];
            all.get(sent);
            raw.bytes(sent);
            assertThat(raw.head()).startsWith("HTTP/1.1 101 ");
            raw.expectText("early");
            assertThat(raw.frame().payload()).isEqualTo(large);
            raw.frame(RawPeer.TEXT, "late");
            raw.expectText("late");
        }
    }

    /** And its bytes come one by one. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void takesOverAConnectionThatHadOtherRequests(boolean tls) throws Exception {
        try (JettyServer jetty = start(tls, Echo.class);
                RawPeer raw = connect(jetty, tls)) {
            raw.ascii("HEAD /nothing HTTP/1.1\r\nHost: here\r\n\r\n");
            assertThat(raw.head()).startsWith("HTTP/1.1 404 ");
            raw.ask("/echo");
            assertThat(raw.head()).startsWith("HTTP/1.1 101 ");
            raw.bytewise(true).frame(RawPeer.TEXT, "byte by byte");
            raw.expectText("byte by byte");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tellsABrokenRuleByItsCode(boolean tls) throws Exception {
        try (JettyServer jetty = start(tls, Echo.class)) {
            try (RawPeer raw = open(jetty, tls, "/echo")) {
                raw.bytes(RawPeer.encode(RawPeer.TEXT, new byte[] {'x'}, false)); // RFC 6455 §5.1
                raw.expectClose(1002);
            }
            try (RawPeer raw = open(jetty, tls, "/echo")) {
                raw.hexFrame(RawPeer.TEXT, "c3 28");
                raw.expectClose(1007);
            }
            try (RawPeer raw = open(jetty, tls, "/echo")) {
                raw.hex("82 ff 00 00 00 00 7f ff ff ff 00 00 00 00");
                raw.expectClose(1009);
            }
        }
    }

    /** RFC 6455 §7.1.1: the server closes TCP first. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closesTcpBehindTheClosingHandshake(boolean tls) throws Exception {
        try (JettyServer jetty = start(tls, Echo.class, Closing.class)) {
            try (RawPeer raw = open(jetty, tls, "/echo")) {
                raw.close(1000);
                raw.expectClose(1000);
                raw.expectEnd();
            }
            try (RawPeer raw = open(jetty, tls, "/closing")) {
                raw.frame(RawPeer.TEXT, "enough");
                assertThat(raw.expectClose(4000)).isEqualTo("enough");
                raw.close(4000);
                raw.expectEnd();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cutsWhoDoesNotReadAndServesTheOthers(boolean tls) throws Exception {
        List<RawPeer> stalled = new ArrayList<>();
        try (JettyServer jetty = start(tls, Echo.class, Flood.class);
                WsPeer peer = connect(jetty, tls, "/echo", false)) {
            BlockingQueue<Connection> gone = gone(jetty);
            for (int i = 0; i < 5; i++) {
                stalled.add(open(jetty, tls, "/flood"));
            }
            for (int i = 0; i < 100; i++) {
                peer.write("meanwhile");
                assertThat(message(peer).text()).isEqualTo("meanwhile");
            }
            for (int i = 0; i < stalled.size(); i++) {
                assertThat(ENDS.poll(20, TimeUnit.SECONDS)).isEqualTo(1006);
            }
            awaitGone(gone, stalled.size());
            peer.write("afterwards");
            assertThat(message(peer).text()).isEqualTo("afterwards");
        } finally {
            for (RawPeer raw : stalled) {
                raw.close();
            }
        }
    }

    /** In the request, before the answer, within a frame, while the server writes, and in the closing handshake. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keepsNothingOfClientsThatGoAtAnyTime(boolean tls) throws Exception {
        try (JettyServer jetty = start(tls, Echo.class, Flood.class, Closing.class);
                WsPeer peer = connect(jetty, tls, "/echo", false)) {
            BlockingQueue<Connection> gone = gone(jetty);
            String request = RawPeer.request("/echo");
            int count = 0;
            for (int length = 1; length <= request.length(); length += 30) {
                try (RawPeer raw = connect(jetty, tls)) {
                    raw.ascii(request.substring(0, length));
                    raw.reset();
                    count++;
                }
            }
            for (int i = 0; i < 3; i++) {
                try (RawPeer raw = connect(jetty, tls)) {
                    raw.ascii(request);
                    raw.reset();
                }
                try (RawPeer raw = open(jetty, tls, "/echo")) {
                    raw.hex("81 85 00 00 00 00 61");
                    raw.reset();
                }
                try (RawPeer raw = open(jetty, tls, "/echo")) {
                    raw.frame(RawPeer.BINARY, new byte[MIB]);
                    raw.reset();
                }
                try (RawPeer raw = open(jetty, tls, "/flood")) {
                    raw.frame();
                    raw.reset();
                }
                try (RawPeer raw = open(jetty, tls, "/closing")) {
                    raw.frame(RawPeer.TEXT, "bye");
                    raw.expectClose(4000);
                    raw.reset();
                }
                count += 5;
            }
            awaitGone(gone, count);
            peer.write("still there");
            assertThat(message(peer).text()).isEqualTo("still there");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void idleConnectionsHoldNoThreadOfJetty(boolean tls) throws Exception {
        QueuedThreadPool threads = new QueuedThreadPool(8);
        threads.setName("jetty");
        try (JettyServer jetty = JettyServer.start(WebApplication.of(Echo.class), context(tls), threads);
                Peers peers = new Peers()) {
            for (int i = 0; i < (tls ? 50 : 500); i++) {
                peers.all.add(connect(jetty, tls, "/echo", false));
            }
            for (int round = 0; round < 2; round++) {
                for (WsPeer peer : peers.all) {
                    peer.write("once");
                    assertThat(message(peer).text()).isEqualTo("once");
                }
            }
            assertThat(threads.getThreads()).isLessThanOrEqualTo(8);
            assertThat(Thread.getAllStackTraces())
                    .allSatisfy((thread, stack) -> assertThat(thread.getName().startsWith("jetty")
                                    && List.of(stack).stream()
                                            .anyMatch(frame ->
                                                    frame.getClassName().startsWith("dev.duplex.")))
                            .as("%s is in Duplex: %s", thread, List.of(stack))
                            .isFalse());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void survivesTheIdleTimeoutOfTheConnector(boolean tls) throws Exception {
        try (JettyServer jetty = start(tls, Echo.class)) {
            jetty.connector().setIdleTimeout(300);
            try (RawPeer raw = open(jetty, tls, "/echo")) {
                for (int i = 0; i < 3; i++) {
                    try (RawPeer http = connect(jetty, tls)) {
                        http.ascii("HEAD /nothing HTTP/1.1\r\nHost: here\r\n\r\n");
                        assertThat(http.head()).startsWith("HTTP/1.1 404 ");
                        http.expectEnd(); // the time is over for who is not upgraded
                    }
                }
                raw.frame(RawPeer.TEXT, "still there");
                raw.expectText("still there");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tellsClientsThatTheApplicationEnds(boolean tls) throws Exception {
        try (JettyServer jetty = start(tls, Echo.class);
                RawPeer one = open(jetty, tls, "/echo");
                RawPeer other = open(jetty, tls, "/echo")) {
            CompletableFuture<Void> end = ending(jetty::undeploy);
            one.answerClose(1001);
            other.answerClose(1001);
            end.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(ENDS).hasSize(2);
        }
    }

    /** Though Jetty stops its connectors before its applications. */
    @ParameterizedTest
    @ValueSource(longs = {0, 20_000})
    void tellsClientsThatTheServerStops(long stopTimeout) throws Exception {
        for (boolean tls : new boolean[] {false, true}) {
            try (JettyServer jetty = start(tls, Echo.class);
                    RawPeer one = open(jetty, tls, "/echo");
                    RawPeer other = open(jetty, tls, "/echo")) {
                jetty.server().setStopTimeout(stopTimeout);
                CompletableFuture<Void> end = ending(jetty::end);
                one.answerClose(1001);
                other.answerClose(1001);
                end.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    @Test
    void anApplicationThatStartsAgainIsServedAgain() throws Exception {
        try (JettyServer jetty = start(false, Echo.class)) {
            for (int i = 0; i < 3; i++) {
                jetty.context().stop();
                jetty.context().start();
                try (RawPeer raw = open(jetty, false, "/echo")) {
                    raw.frame(RawPeer.TEXT, "again");
                    raw.expectText("again");
                    raw.close(1000);
                    raw.expectClose(1000);
                    raw.expectEnd();
                }
            }
        }
    }

    /** A filter that fails behind the handshake: its answer is the one that counts, and HTTP goes on. */
    @Test
    void leavesTheConnectionWhenTheAnswerIsNoUpgradeAfterAll() throws Exception {
        Filter failing = (request, response, chain) -> {
            chain.doFilter(request, response);
            ((HttpServletResponse) response).sendError(500);
        };
        WebApplication application = WebApplication.of(Echo.class)
                .before((classes, context) -> context.addFilter("failing", failing)
                        .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/echo"));
        try (JettyServer jetty = JettyServer.start(application);
                RawPeer raw = connect(jetty, false)) {
            raw.ask("/echo");
            String head = raw.head();
            assertThat(head).startsWith("HTTP/1.1 500 ");
            int length = Integer.parseInt(head.replaceAll("(?s).*\r\nContent-Length: (\\d+)\r\n.*", "$1"));
            raw.socket().getInputStream().readNBytes(length);
            raw.ascii("HEAD /nothing HTTP/1.1\r\nHost: here\r\n\r\n");
            assertThat(raw.head()).startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    void refusesTheWayOfTheStandardWhichJettyDoesNotHave() {
        WebApplication application = WebApplication.of(Echo.class).parameter(ProtocolSwitch.PARAMETER, "standard");
        assertThatThrownBy(() -> JettyServer.start(application))
                .hasMessage("Jetty hands no connection over by the way of the standard: leave the context parameter"
                        + " dev.duplex.servlet.switch out, and Duplex takes it over by Jetty's core");
    }

    @Test
    void saysThatAnApplicationHasOneWebSocketContainerOnly() {
        WebApplication application =
                WebApplication.of(Echo.class).parameter("org.eclipse.jetty.websocket.jakarta", "true");
        assertThatThrownBy(() -> JettyServer.start(application))
                .hasMessage("The context parameter org.eclipse.jetty.websocket.jakarta asks for Jetty's WebSocket"
                        + " container, and an application has one only: set it to false, or leave duplex-servlet"
                        + " out");
    }

    private static JettyServer start(boolean tls, Class<?>... endpoints) throws Exception {
        return JettyServer.start(WebApplication.of(endpoints), context(tls), new QueuedThreadPool());
    }

    private static @Nullable SSLContext context(boolean tls) {
        return tls ? identity.serving() : null;
    }

    private static WsPeer connect(JettyServer jetty, boolean tls, String path, boolean compressed) throws IOException {
        PeerOptions.Builder options =
                PeerOptions.builder().maxReceivePayload(LARGEST).compression(compressed);
        if (tls) {
            options.sslContext(identity.trusting());
        }
        return WebSockets.connect(
                (tls ? jetty.secured(path) : jetty.uri(path)).toString(), ConnectRequest.none(), options.build());
    }

    private static RawPeer connect(JettyServer jetty, boolean tls) throws IOException {
        Socket socket = tls
                ? identity.trusting().getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), jetty.port())
                : new Socket(InetAddress.getLoopbackAddress(), jetty.port());
        return new RawPeer(socket, true);
    }

    private static RawPeer open(JettyServer jetty, boolean tls, String path) throws IOException {
        RawPeer raw = connect(jetty, tls);
        raw.ask(path);
        assertThat(raw.head()).startsWith("HTTP/1.1 101 ");
        return raw;
    }

    private static Message message(WsPeer peer) throws IOException {
        Message message = peer.readMessage(LIMIT);
        assertThat(message).isNotNull();
        return message;
    }

    private static void write(WsPeer peer, byte[] data) {
        try {
            peer.write(data);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] random(int size) {
        byte[] data = new byte[size];
        new Random(size).nextBytes(data);
        return data;
    }

    /** Many clients, that end before the server does. */
    private record Peers(List<WsPeer> all) implements AutoCloseable {
        Peers() {
            this(new ArrayList<>());
        }

        @Override
        public void close() {
            all.forEach(WsPeer::close);
        }
    }

    /** Something that throws. */
    private interface End {
        void run() throws Exception;
    }

    private static CompletableFuture<Void> ending(End end) {
        return CompletableFuture.runAsync(() -> {
            try {
                end.run();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** The connections that were taken over and have ended, from now on. */
    private static BlockingQueue<Connection> gone(JettyServer jetty) {
        BlockingQueue<Connection> gone = new LinkedBlockingQueue<>();
        jetty.connector().addEventListener(new Connection.Listener() {
            @Override
            public void onClosed(Connection connection) {
                gone.add(connection);
            }
        });
        return gone;
    }

    private static void awaitGone(BlockingQueue<Connection> gone, int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            assertThat(gone.poll(20, TimeUnit.SECONDS)).isNotNull();
        }
    }
}
