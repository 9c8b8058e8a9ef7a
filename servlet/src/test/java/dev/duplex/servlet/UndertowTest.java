package dev.duplex.servlet;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.duplex.peer.ConnectRequest;
import dev.duplex.peer.Message;
import dev.duplex.peer.PeerOptions;
import dev.duplex.peer.RawPeer;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import dev.duplex.peer.interop.Identity;
import io.undertow.UndertowOptions;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xnio.Options;

/** What is special to Undertow. */
final class UndertowTest {
    private static final Duration LIMIT = RawPeer.LIMIT;

    @BeforeEach
    void forget() {
        Places.Flood.ENDS.clear();
        Places.Ends.CODES.clear();
    }

    @Test
    void takesItsOwnChannelUnlessTheStandardIsAskedFor() throws Exception {
        List<String> switches = new ArrayList<>();
        WebApplication application = WebApplication.of(Places.Echo.class);
        application.after((classes, context) ->
                switches.add(ProtocolSwitch.of(context).getClass().getSimpleName()));
        try (Host.Running running = Host.UNDERTOW.start(application)) {
            assertThat(running.port()).isPositive();
        }
        application.parameter(ProtocolSwitch.PARAMETER, "standard");
        try (Host.Running running = Host.UNDERTOW.start(application)) {
            assertThat(running.port()).isPositive();
        }
        assertThat(switches).containsExactly("UndertowSwitch", "StandardSwitch");
    }

    /** Its streams mix the bytes up when two threads read them in turn. */
    @Test
    void refusesTheStreamsOfTheStandardUnderTls(@TempDir Path folder) throws Exception {
        Identity identity = Identity.local(folder);
        try (UndertowServer server = secure(identity, true);
                SSLSocket socket =
                        (SSLSocket) identity.trusting().getSocketFactory().createSocket("127.0.0.1", server.port());
                RawPeer raw = new RawPeer(socket, true)) {
            raw.ask("/echo");
            assertThat(raw.head())
                    .startsWith("HTTP/1.1 503 ")
                    .doesNotContain("Sec-WebSocket-Accept")
                    .doesNotContain("Upgrade");
        }
    }

    @Test
    void speaksTls(@TempDir Path folder) throws Exception {
        Identity identity = Identity.local(folder);
        try (UndertowServer server = secure(identity, false)) {
            try (WsPeer peer = connect(server, identity)) {
                for (int size : new int[] {0, 1, 126, 16_383, 16_384, 16_385, 65_536, 4 << 20}) {
                    byte[] data = new byte[size];
                    new Random(size).nextBytes(data);
                    peer.write(data);
                    assertThat(peer.readMessage(LIMIT))
                            .as("%d bytes", size)
                            .isNotNull()
                            .extracting(Message::data)
                            .isEqualTo(data);
                }
                assertThat(peer.shutdown(1000, "", LIMIT)).isTrue();
            }
        }
    }

    @Test
    void readsTlsWhileItWrites(@TempDir Path folder) throws Exception {
        Identity identity = Identity.local(folder);
        try (UndertowServer server = secure(identity, false);
                WsPeer peer = connect(server, identity)) {
            byte[] data = new byte[50_000];
            new Random(1).nextBytes(data);
            int count = 200;
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < count; i++) {
                        peer.write(data);
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            for (int i = 0; i < count; i++) {
                assertThat(peer.readMessage(LIMIT))
                        .isNotNull()
                        .extracting(Message::data)
                        .isEqualTo(data);
            }
            assertThat(writer.join(LIMIT)).isTrue();
        }
    }

    @Test
    void answersWhatCameWithTheHandshakeInTls(@TempDir Path folder) throws Exception {
        Identity identity = Identity.local(folder);
        try (UndertowServer server = secure(identity, false);
                SSLSocket socket =
                        (SSLSocket) identity.trusting().getSocketFactory().createSocket("127.0.0.1", server.port());
                RawPeer raw = new RawPeer(socket, true)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(RawPeer.request("/echo").getBytes(US_ASCII));
            all.writeBytes(RawPeer.encode(RawPeer.TEXT, "early".getBytes(US_ASCII), true));
            raw.bytes(all.toByteArray());
            assertThat(raw.head()).startsWith("HTTP/1.1 101 ");
            raw.expectText("early");
            raw.frame(RawPeer.TEXT, "late");
            raw.expectText("late");
        }
    }

    /** RFC 6455 §7.1.1, and the goodbye of TLS before the end of TCP: RFC 8446 §6.1. */
    @Test
    void saysGoodbyeInTlsAndClosesTcpFirst(@TempDir Path folder) throws Exception {
        Identity identity = Identity.local(folder);
        try (UndertowServer server = secure(identity, false);
                SSLSocket socket =
                        (SSLSocket) identity.trusting().getSocketFactory().createSocket("127.0.0.1", server.port());
                RawPeer raw = new RawPeer(socket, true)) {
            raw.ask("/ends");
            assertThat(raw.head()).startsWith("HTTP/1.1 101 ");
            raw.close(1000);
            raw.expectClose(1000);
            raw.expectEnd(); // without the goodbye the JDK would throw
        }
    }

    @Test
    void cutsWhoDoesNotReadTls(@TempDir Path folder) throws Exception {
        Identity identity = Identity.local(folder);
        try (UndertowServer server = secure(identity, false);
                SSLSocket socket =
                        (SSLSocket) identity.trusting().getSocketFactory().createSocket("127.0.0.1", server.port());
                RawPeer stalled = new RawPeer(socket, true);
                WsPeer peer = connect(server, identity)) {
            stalled.ask("/flood");
            assertThat(stalled.head()).startsWith("HTTP/1.1 101 ");
            String end;
            do {
                end = Places.Flood.ENDS.poll(20, TimeUnit.SECONDS);
                assertThat(end).isNotNull();
            } while (!end.startsWith("close"));
            assertThat(end).isEqualTo("close 1006");
            peer.write("afterwards");
            assertThat(peer.readMessage(LIMIT)).isNotNull();
        }
    }

    /** Neither the threads for requests nor those for input and output wait for a connection that is idle. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void holdsNoThreadForIdleConnections(boolean standard) throws Exception {
        WebApplication application = WebApplication.of(Places.Echo.class);
        if (standard) {
            application.parameter(ProtocolSwitch.PARAMETER, "standard");
        }
        List<WsPeer> peers = new ArrayList<>();
        try (UndertowServer server = UndertowServer.start(
                application,
                builder ->
                        builder.addHttpListener(0, "127.0.0.1").setIoThreads(1).setWorkerThreads(2))) {
            try {
                for (int i = 0; i < 500; i++) {
                    peers.add(WebSockets.connect(server.uri("/echo")));
                }
                for (WsPeer peer : peers) {
                    peer.write("to all");
                }
                for (WsPeer peer : peers) {
                    assertThat(peer.readMessage(LIMIT)).isNotNull();
                }
                try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                    plain.setSoTimeout((int) LIMIT.toMillis());
                    plain.getOutputStream()
                            .write("GET /none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
                    assertThat(new String(plain.getInputStream().readAllBytes(), US_ASCII))
                            .startsWith("HTTP/1.1 404 ");
                }
            } finally {
                peers.forEach(WsPeer::close);
            }
        }
    }

    @Test
    void echoesOnThousandsOfConnections() throws Exception {
        long files = ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
                .getMaxFileDescriptorCount();
        int count = (int) Math.min(2000, files / 4); // both ends are in this process
        List<WsPeer> peers = new ArrayList<>();
        try (UndertowServer server = UndertowServer.start(
                WebApplication.of(Places.Echo.class), builder -> builder.addHttpListener(0, "127.0.0.1"))) {
            try {
                for (int i = 0; i < count; i++) {
                    peers.add(WebSockets.connect(server.uri("/echo")));
                }
                for (int round = 0; round < 2; round++) {
                    for (int i = 0; i < count; i++) {
                        peers.get(i).write("message " + i);
                    }
                    for (int i = 0; i < count; i++) {
                        Message echo = peers.get(i).readMessage(LIMIT);
                        assertThat(echo).isNotNull();
                        assertThat(echo.text()).isEqualTo("message " + i);
                    }
                }
            } finally {
                peers.forEach(WsPeer::close);
            }
        }
    }

    /** Undertow's limits for idle connections are meant for requests; the engine has its own for WebSockets. */
    @Test
    void outlivesTheTimeoutsOfRequests() throws Exception {
        try (UndertowServer server = UndertowServer.start(
                        WebApplication.of(Places.Echo.class),
                        builder -> builder.addHttpListener(0, "127.0.0.1")
                                .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, 500));
                UndertowServer other = UndertowServer.start(
                        WebApplication.of(Places.Echo.class),
                        builder -> builder.addHttpListener(0, "127.0.0.1")
                                .setSocketOption(Options.READ_TIMEOUT, 500)
                                .setSocketOption(Options.WRITE_TIMEOUT, 500));
                UndertowServer third = UndertowServer.start(
                        WebApplication.of(Places.Echo.class),
                        builder -> builder.addHttpListener(0, "127.0.0.1")
                                .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, 500)
                                .setServerOption(UndertowOptions.IDLE_TIMEOUT, 500))) {
            for (UndertowServer each : List.of(server, other, third)) {
                try (WsPeer peer = WebSockets.connect(each.uri("/echo"));
                        Socket plain = new Socket(InetAddress.getLoopbackAddress(), each.port())) {
                    peer.write("before");
                    assertThat(peer.readMessage(LIMIT)).isNotNull();
                    plain.setSoTimeout((int) LIMIT.toMillis());
                    plain.getOutputStream().write("GET /none HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
                    plain.getInputStream().readAllBytes(); // its end is the timeout's
                    peer.write("after");
                    assertThat(peer.readMessage(LIMIT)).isNotNull();
                }
            }
        }
    }

    /** Undertow tells nobody before it cuts its connections; who wants clients to be told undeploys first. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endsSessionsWhenTheServerStopsWithoutTheApplication(boolean standard) throws Exception {
        WebApplication application = WebApplication.of(Places.Ends.class);
        if (standard) {
            application.parameter(ProtocolSwitch.PARAMETER, "standard");
        }
        try (UndertowServer server =
                        UndertowServer.start(application, builder -> builder.addHttpListener(0, "127.0.0.1"));
                RawPeer raw = ConnectionsTest.open(server, "/ends")) {
            raw.frame(RawPeer.PING, "there?");
            assertThat(raw.frame().b0()).isEqualTo(RawPeer.PONG);
            server.stopServer();
            raw.expectEnd();
            assertThat(Places.Ends.CODES.poll(20, TimeUnit.SECONDS)).isEqualTo(1006);
        }
    }

    private static UndertowServer secure(Identity identity, boolean standard) throws Exception {
        WebApplication application = WebApplication.of(Places.Echo.class, Places.Ends.class, Places.Flood.class);
        if (standard) {
            application.parameter(ProtocolSwitch.PARAMETER, "standard");
            Filter answering = (request, response, chain) -> {
                try {
                    chain.doFilter(request, response);
                } catch (ServletException e) {
                    ((HttpServletResponse) response).sendError(503, e.getMessage());
                }
            };
            application.after((classes, context) -> context.addFilter("answering", answering)
                    .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*"));
        }
        return UndertowServer.start(
                application, builder -> builder.addHttpsListener(0, "127.0.0.1", identity.serving()));
    }

    private static WsPeer connect(UndertowServer server, Identity identity) throws IOException {
        PeerOptions options = PeerOptions.builder()
                .sslContext(identity.trusting())
                .maxReceivePayload(Places.LARGE)
                .build();
        return WebSockets.connect("wss://127.0.0.1:" + server.port() + "/echo", ConnectRequest.none(), options);
    }
}
