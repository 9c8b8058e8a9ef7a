package dev.duplex.servlet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.ConnectRequest;
import dev.duplex.peer.Frame;
import dev.duplex.peer.Message;
import dev.duplex.peer.PeerOptions;
import dev.duplex.peer.RawPeer;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes through a connection, and how it ends, whichever way it came from its container. */
final class ConnectionsTest {
    private static final Duration LIMIT = RawPeer.LIMIT;
    private static final int MIB = 1 << 20;

    @BeforeEach
    void forget() {
        Places.Flood.ENDS.clear();
        Places.Ends.CODES.clear();
    }

    @ParameterizedTest
    @EnumSource
    void echoesMessagesOfEverySize(Way way) throws Exception {
        try (Host.Running running = way.start(WebApplication.of(Places.Echo.class));
                WsPeer peer = connect(running, false)) {
            for (int size : new int[] {0, 1, 125, 126, 127, 65_535, 65_536, 65_537, MIB, 16 * MIB}) {
                byte[] data = random(size);
                peer.write(data);
                Message echo = peer.readMessage(LIMIT);
                assertThat(echo).as("%d bytes", size).isNotNull();
                assertThat(echo.data()).as("%d bytes", size).isEqualTo(data);
            }
            assertThat(peer.shutdown(1000, "", LIMIT)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void echoesFragments(Way way) throws Exception {
        try (Host.Running running = way.start(WebApplication.of(Places.Echo.class));
                WsPeer peer = connect(running, false)) {
            byte[] part = random(100_000);
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            peer.write(Frame.binary(part, false));
            whole.writeBytes(part);
            for (int i = 0; i < 20; i++) {
                peer.write(Frame.continuation(part, i == 19));
                whole.writeBytes(part);
            }
            assertThat(peer.readMessage(LIMIT))
                    .isNotNull()
                    .extracting(Message::data)
                    .isEqualTo(whole.toByteArray());
        }
    }

    @ParameterizedTest
    @EnumSource
    void echoesCompressedMessages(Way way) throws Exception {
        try (Host.Running running = way.start(WebApplication.of(Places.Echo.class));
                WsPeer peer = connect(running, true)) {
            String text = "to be said again and again; ".repeat(100_000);
            for (int i = 0; i < 3; i++) {
                peer.write(text);
                assertThat(peer.readMessage(LIMIT))
                        .isNotNull()
                        .extracting(Message::text)
                        .isEqualTo(text);
            }
        }
    }

    /** What is more than anybody buffers is on its way in both directions at once. */
    @ParameterizedTest
    @EnumSource
    void readsOnWhileItWrites(Way way) throws Exception {
        try (Host.Running running = way.start(WebApplication.of(Places.Echo.class));
                WsPeer peer = connect(running, false)) {
            byte[] data = random(100_000);
            int count = 60;
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
                Message echo = peer.readMessage(LIMIT);
                assertThat(echo).isNotNull();
                assertThat(echo.data()).isEqualTo(data);
            }
            assertThat(writer.join(LIMIT)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersWhatCameWithTheHandshake(Way way) throws Exception {
        try (Host.Running running = way.start(WebApplication.of(Places.Echo.class));
                RawPeer raw = connect(running)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(RawPeer.request("/echo").getBytes(ISO_8859_1));
            all.writeBytes(RawPeer.encode(RawPeer.TEXT, "early".getBytes(ISO_8859_1), true));
            all.writeBytes(RawPeer.encode(RawPeer.TEXT, "earlier".getBytes(ISO_8859_1), true));
            raw.bytes(all.toByteArray());
            assertThat(raw.head()).startsWith("HTTP/1.1 101 ");
            raw.expectText("early");
            raw.expectText("earlier");
            raw.frame(RawPeer.TEXT, "late");
            raw.expectText("late");
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsBytesThatComeOneByOne(Way way) throws Exception {
        try (Host.Running running = way.start(WebApplication.of(Places.Echo.class));
                RawPeer raw = open(running, "/echo")) {
            raw.bytewise(true);
            for (int i = 0; i < 20; i++) {
                raw.frame(RawPeer.TEXT, "message " + i);
                raw.expectText("message " + i);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsABrokenRuleByItsCode(Way way) throws Exception {
        try (Host.Running running = way.start(WebApplication.of(Places.Echo.class))) {
            try (RawPeer raw = open(running, "/echo")) {
                raw.bytes(RawPeer.encode(RawPeer.TEXT, new byte[] {'x'}, false)); // RFC 6455 §5.1
                raw.expectClose(1002);
            }
            try (RawPeer raw = open(running, "/echo")) {
                raw.hexFrame(RawPeer.TEXT, "c3 28");
                raw.expectClose(1007);
            }
            try (RawPeer raw = open(running, "/echo")) {
                raw.hex("82 ff 00 00 00 00 7f ff ff ff 00 00 00 00");
                raw.expectClose(1009);
            }
        }
    }

    /** RFC 6455 §7.1.1: the server closes TCP first. */
    @ParameterizedTest
    @EnumSource
    void closesTcpBehindTheClosingHandshake(Way way) throws Exception {
        try (Host.Running running = way.start(WebApplication.of(Places.Ends.class))) {
            try (RawPeer raw = open(running, "/ends")) {
                raw.close(1000);
                raw.expectClose(1000);
                raw.expectEnd();
            }
            try (RawPeer raw = open(running, "/ends")) {
                raw.frame(RawPeer.TEXT, "close");
                assertThat(raw.expectClose(4001)).isEqualTo("as asked");
                raw.close(4001);
                raw.expectEnd();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsTheEndpointHowItEnded(Way way) throws Exception {
        try (Host.Running running = way.start(WebApplication.of(Places.Ends.class))) {
            try (RawPeer raw = open(running, "/ends")) {
                raw.close(3000);
                raw.expectClose(3000);
            }
            assertThat(Places.Ends.CODES.poll(20, TimeUnit.SECONDS)).isEqualTo(3000);
            try (RawPeer raw = open(running, "/ends")) {
                raw.reset();
            }
            assertThat(Places.Ends.CODES.poll(20, TimeUnit.SECONDS)).isEqualTo(1006);
            try (RawPeer raw = open(running, "/ends")) {
                raw.endOfStream();
                assertThat(Places.Ends.CODES.poll(20, TimeUnit.SECONDS)).isEqualTo(1006);
            }
            try (RawPeer raw = open(running, "/ends")) {
                raw.hex("81 85 00 00 00 00 61"); // within a frame
                raw.reset();
            }
            assertThat(Places.Ends.CODES.poll(20, TimeUnit.SECONDS)).isEqualTo(1006);
        }
    }

    @ParameterizedTest
    @EnumSource
    void cutsWhoDoesNotReadAndServesTheOthers(Way way) throws Exception {
        try (Host.Running running = way.start(WebApplication.of(Places.Echo.class, Places.Flood.class))) {
            List<RawPeer> stalled = new ArrayList<>();
            try (WsPeer peer = connect(running, false)) {
                for (int i = 0; i < 5; i++) {
                    stalled.add(open(running, "/flood"));
                }
                for (RawPeer raw : stalled) {
                    assertThat(raw.socket().isConnected()).isTrue();
                    peer.write("meanwhile");
                    assertThat(peer.readMessage(LIMIT)).isNotNull();
                }
                int closed = 0;
                while (closed < stalled.size()) {
                    String end = Places.Flood.ENDS.poll(20, TimeUnit.SECONDS);
                    assertThat(end).isNotNull();
                    if (end.startsWith("close")) {
                        assertThat(end).isEqualTo("close 1006");
                        closed++;
                    }
                }
                peer.write("afterwards");
                assertThat(peer.readMessage(LIMIT)).isNotNull();
            } finally {
                for (RawPeer raw : stalled) {
                    raw.close();
                }
            }
        }
    }

    /** Clients that go while the server writes to them harm nobody else. */
    @ParameterizedTest
    @EnumSource
    void survivesClientsThatGoAtAnyTime(Way way) throws Exception {
        try (Host.Running running = way.start(WebApplication.of(Places.Echo.class, Places.Flood.class))) {
            String request = RawPeer.request("/echo");
            for (int length = 0; length < request.length(); length += 20) {
                try (RawPeer raw = connect(running)) {
                    raw.ascii(request.substring(0, length));
                    raw.reset();
                }
            }
            for (int i = 0; i < 10; i++) {
                try (RawPeer raw = connect(running)) {
                    raw.ascii(request);
                    raw.reset();
                }
                try (RawPeer raw = open(running, "/echo")) {
                    raw.frame(RawPeer.BINARY, new byte[MIB]);
                    raw.reset();
                }
                try (RawPeer raw = open(running, "/flood")) {
                    raw.socket().getInputStream().readNBytes(1000);
                    raw.reset();
                }
            }
            for (int i = 0; i < 10; i++) { // more than the container has threads for input and output
                try (WsPeer peer = connect(running, false)) {
                    peer.write("still there");
                    assertThat(peer.readMessage(LIMIT)).isNotNull();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsClientsThatTheApplicationEnds(Way way) throws Exception {
        try (Host.Running running = way.start(WebApplication.of(Places.Ends.class));
                RawPeer one = open(running, "/ends");
                RawPeer other = open(running, "/ends")) {
            Thread ending = Thread.ofPlatform().start(() -> {
                try {
                    running.undeploy();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            one.expectClose(1001);
            other.expectClose(1001);
            one.close(1001);
            other.close(1001);
            assertThat(ending.join(LIMIT)).isTrue();
            assertThat(Places.Ends.CODES).hasSize(2);
        }
    }

    static WsPeer connect(Host.Running running, boolean compressed) throws IOException {
        PeerOptions options = PeerOptions.builder()
                .maxReceivePayload(Places.LARGE)
                .compression(compressed)
                .build();
        return WebSockets.connect(running.uri("/echo").toString(), ConnectRequest.none(), options);
    }

    static RawPeer connect(Host.Running running) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(32 << 10); // so that who does not read is noticed soon
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), running.port()));
        return new RawPeer(socket, true);
    }

    static RawPeer open(Host.Running running, String path) throws IOException {
        RawPeer raw = connect(running);
        raw.ask(path);
        assertThat(raw.head()).startsWith("HTTP/1.1 101 ");
        return raw;
    }

    private static byte[] random(int size) {
        byte[] data = new byte[size];
        new Random(size).nextBytes(data);
        return data;
    }
}
