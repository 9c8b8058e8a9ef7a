package dev.duplex.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
final class ReadTest {
    private static final Duration SOON = Duration.ofMillis(2);
    private static final PeerOptions SMALL =
            PeerOptions.builder().maxReceivePayload(1000).build();

    @ParameterizedTest
    @CsvSource({"CLIENT, false", "CLIENT, true", "SERVER, false", "SERVER, true"})
    void givesDataFramesAsTheyWereSent(Role role, boolean bytewise) throws Exception {
        try (Wire wire = Wire.of(role)) {
            wire.raw().bytewise(bytewise);
            byte[] large = "x".repeat(70_000).getBytes(UTF_8);
            Future<Void> sent = Wire.start(() -> {
                wire.raw().frame(RawPeer.TEXT, "héllo");
                wire.raw().hexFrame(RawPeer.BINARY, "00ff");
                wire.raw().frame(0x01, "a");
                wire.raw().frame(0x00, "");
                wire.raw().frame(RawPeer.CONTINUATION, "b");
                wire.raw().frame(RawPeer.BINARY, new byte[0]);
                wire.raw().frame(RawPeer.TEXT, large);
                return null;
            });

            assertThat(wire.peer().read()).isEqualTo(Frame.text("héllo"));
            assertThat(wire.peer().read()).isEqualTo(Frame.binary(new byte[] {0, (byte) 0xFF}));
            assertThat(wire.peer().read()).isEqualTo(Frame.text("a", false));
            assertThat(wire.peer().read()).isEqualTo(Frame.continuation(new byte[0], false));
            assertThat(wire.peer().read()).isEqualTo(Frame.continuation("b".getBytes(UTF_8), true));
            assertThat(wire.peer().read()).isEqualTo(Frame.binary(new byte[0]));
            assertThat(wire.peer().read()).isEqualTo(new Frame(Opcode.TEXT, true, large));
            Wire.result(sent);
        }
    }

    @ParameterizedTest
    @CsvSource({"CLIENT, false", "CLIENT, true", "SERVER, false", "SERVER, true"})
    void answersPingsAndConsumesPongsAlsoBetweenFragments(Role role, boolean bytewise) throws Exception {
        try (Wire wire = Wire.of(role)) {
            wire.raw().bytewise(bytewise);
            Future<Frame> first = Wire.start(() -> wire.peer().read());
            wire.raw().hexFrame(RawPeer.PONG, "0102");
            wire.raw().hexFrame(RawPeer.PING, "0a0b");
            wire.raw().expect(RawPeer.PONG, "0a0b");
            wire.raw().frame(0x01, "a");
            assertThat(Wire.result(first)).isEqualTo(Frame.text("a", false));

            Future<Frame> second = Wire.start(() -> wire.peer().read());
            byte[] longest = new byte[125];
            wire.raw().frame(RawPeer.PING, longest);
            wire.raw().expect(RawPeer.PONG, HexFormat.of().formatHex(longest));
            wire.raw().frame(RawPeer.CONTINUATION, "b");
            assertThat(Wire.result(second)).isEqualTo(Frame.continuation("b".getBytes(UTF_8), true));
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void goesOnInsideAFrameAfterEachTimeout(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            byte[] ping = RawPeer.encode(RawPeer.PING, new byte[] {7}, role == Role.SERVER);
            byte[] text = RawPeer.encode(RawPeer.TEXT, "héllo".repeat(30).getBytes(UTF_8), role == Role.SERVER);
            byte[] bytes = ByteBuffer.allocate(ping.length + text.length)
                    .put(ping)
                    .put(text)
                    .array();
            for (int i = 0; i < bytes.length - 1; i++) {
                wire.raw().bytes(new byte[] {bytes[i]});
                assertThatThrownBy(() -> wire.peer().read(SOON))
                        .isInstanceOf(SocketTimeoutException.class)
                        .hasMessage("No frame came within PT0.002S; the connection stays usable");
            }
            wire.raw().expect(RawPeer.PONG, "07");
            assertThat(wire.peer().isOpen()).isTrue();
            wire.raw().bytes(new byte[] {bytes[bytes.length - 1]});
            assertThat(wire.peer().read(RawPeer.LIMIT)).isEqualTo(Frame.text("héllo".repeat(30)));
            // and without a limit again
            wire.raw().frame(RawPeer.TEXT, "more");
            assertThat(wire.peer().read()).isEqualTo(Frame.text("more"));
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void timeoutOfZeroTakesWhatIsThere(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            wire.raw()
                    .bytes(concat(
                            RawPeer.encode(RawPeer.TEXT, "a".getBytes(UTF_8), role == Role.SERVER),
                            RawPeer.encode(RawPeer.TEXT, "b".getBytes(UTF_8), role == Role.SERVER)));
            assertThat(wire.peer().read()).isEqualTo(Frame.text("a"));
            assertThat(wire.peer().read(Duration.ZERO)).isEqualTo(Frame.text("b"));
            assertThatThrownBy(() -> wire.peer().read(Duration.ZERO)).isInstanceOf(SocketTimeoutException.class);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> wire.peer().read(Duration.ofMillis(-1)))
                    .withMessage("timeout must not be negative, but is PT-0.001S");
        }
    }

    /** The bytes of a frame without mask; the mask bit is set for a server by hand. */
    @ParameterizedTest
    @CsvSource({
        "83 00, 1002, opcode 0x3 is reserved",
        "8b 00, 1002, opcode 0xb is reserved",
        "8f 00, 1002, opcode 0xf is reserved",
        "89 7e 00 7e, 1002, a control frame has more than 125 bytes of payload",
        "88 7f, 1002, a control frame has more than 125 bytes of payload",
        "c1 00, 1002, a reserved bit is set that no agreed extension uses",
        "a1 00, 1002, a reserved bit is set that no agreed extension uses",
        "91 00, 1002, a reserved bit is set that no agreed extension uses",
        "c9 00, 1002, a reserved bit is set that no agreed extension uses",
        "09 00, 1002, a control frame is fragmented",
        "08 00, 1002, a control frame is fragmented",
        "80 00, 1002, a continuation frame has no message to continue",
        "00 00, 1002, a continuation frame has no message to continue",
        "82 7f 80 00 00 00 00 00 00 00, 1002, a frame's 64-bit length has its top bit set",
        "82 7e 00 7d, 1002, a frame's length 125 is not in its shortest form",
        "82 7f 00 00 00 00 00 00 ff ff, 1002, a frame's length 65535 is not in its shortest form",
        "82 7f 00 00 00 00 00 10 00 01, 1009, 'Payload size limit reached: a frame of 1048577 bytes after 0, the limit"
                + " is 1048576'",
        "82 7f 7f ff ff ff ff ff ff ff, 1009, 'Payload size limit reached: a frame of 9223372036854775807 bytes after"
                + " 0, the limit is 1048576'",
    })
    void failsTheConnectionAtTheFirstRuleThatIsBroken(String header, int code, String rule) throws Exception {
        for (Role role : Role.values()) {
            for (boolean bytewise : new boolean[] {false, true}) {
                try (Wire wire = Wire.of(role)) {
                    wire.raw().bytewise(bytewise);
                    wire.raw().frame(RawPeer.TEXT, "before");
                    byte[] bytes = HexFormat.of().parseHex(header.replace(" ", ""));
                    if (role == Role.SERVER) {
                        bytes[1] |= (byte) 0x80;
                        bytes = concat(bytes, new byte[4]);
                    }
                    wire.raw().bytes(bytes);
                    assertThat(wire.peer().read()).isEqualTo(Frame.text("before"));
                    assertFails(wire, code, rule);
                }
            }
        }
    }

    @Test
    void newMessageInsideAnotherFailsTheConnection() throws Exception {
        for (Role role : Role.values()) {
            try (Wire wire = Wire.of(role)) {
                wire.raw().frame(0x01, "a");
                wire.raw().frame(RawPeer.TEXT, "b");
                assertThat(wire.peer().read()).isEqualTo(Frame.text("a", false));
                assertFails(wire, 1002, "a new message begins inside another");
            }
        }
    }

    @Test
    void serverRefusesAnUnmaskedFrameAndClientAMaskedOne() throws Exception {
        try (Wire wire = Wire.of(Role.SERVER)) {
            wire.raw().bytes(RawPeer.encode(RawPeer.TEXT, new byte[1], false));
            assertFails(wire, 1002, "a client's frame is not masked");
        }
        try (Wire wire = Wire.of(Role.CLIENT)) {
            wire.raw().bytes(RawPeer.encode(RawPeer.TEXT, new byte[1], true));
            assertFails(wire, 1002, "a server's frame is masked");
        }
    }

    /** What comes behind the offending byte never comes, so it must be found at that byte. */
    @ParameterizedTest
    @CsvSource({"61 ff", "c3 28", "e2 82 41", "f0 9f 92 41", "c0 80", "ed a0 80", "f4 90", "f8"})
    void findsInvalidUtf8AtTheFirstOffendingByte(String hex) throws Exception {
        byte[] text = HexFormat.of().parseHex(hex.replace(" ", ""));
        for (Role role : Role.values()) {
            try (Wire wire = Wire.of(role)) {
                byte[] whole = new byte[text.length + 100];
                System.arraycopy(text, 0, whole, 0, text.length);
                byte[] frame = RawPeer.encode(RawPeer.TEXT, whole, role == Role.SERVER);
                byte[] begun = Arrays.copyOf(frame, frame.length - 100);
                wire.raw().bytewise(true).bytes(begun);
                assertFails(wire, 1007, "a text message is not UTF-8");
            }
        }
    }

    @Test
    void findsInvalidUtf8AcrossFragments() throws Exception {
        for (Role role : Role.values()) {
            try (Wire wire = Wire.of(role)) {
                wire.raw().hexFrame(0x01, "61 e2 82");
                wire.raw().hexFrame(0x00, "41");
                assertThat(wire.peer().read()).isNotNull();
                assertFails(wire, 1007, "a text message is not UTF-8");
            }
            try (Wire wire = Wire.of(role)) {
                wire.raw().hexFrame(0x01, "61 e2");
                wire.raw().hexFrame(0x00, "82");
                wire.raw().frame(RawPeer.CONTINUATION, "");
                assertThat(wire.peer().read()).isNotNull();
                assertThat(wire.peer().read()).isNotNull();
                assertFails(wire, 1007, "a text message is not UTF-8");
            }
        }
    }

    @Test
    void characterMayBeCutAcrossFragments() throws Exception {
        for (Role role : Role.values()) {
            try (Wire wire = Wire.of(role)) {
                wire.raw().hexFrame(0x01, "e2");
                wire.raw().hexFrame(RawPeer.PING, "");
                wire.raw().hexFrame(0x00, "82");
                wire.raw().hexFrame(RawPeer.CONTINUATION, "ac");
                Message message = wire.peer().readMessage();
                assertThat(message.text()).isEqualTo("€");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "03, 1002, 'Close payload has 1 byte; it has none, or two for the code'",
        "0000, 1002, Close code 0 must not be sent",
        "03e7, 1002, Close code 999 must not be sent",
        "03ec, 1002, Close code 1004 must not be sent",
        "03ed, 1002, Close code 1005 must not be sent",
        "03ee, 1002, Close code 1006 must not be sent",
        "03f7, 1002, Close code 1015 must not be sent",
        "03f8, 1002, Close code 1016 must not be sent",
        "0bb7, 1002, Close code 2999 must not be sent",
        "1388, 1002, Close code 5000 must not be sent",
        "03e8 ff, 1007, Close reason is not UTF-8",
    })
    void failsTheConnectionAtAnIllegalClose(String payload, int code, String rule) throws Exception {
        for (Role role : Role.values()) {
            for (boolean bytewise : new boolean[] {false, true}) {
                try (Wire wire = Wire.of(role)) {
                    wire.raw().bytewise(bytewise).hexFrame(RawPeer.CLOSE, payload);
                    assertFails(wire, code, rule);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void frameOfTheLimitIsReadAndOneMoreByteIsRefusedFromItsHeader(Role role) throws Exception {
        try (Wire wire = Wire.of(role, SMALL)) {
            wire.raw().frame(RawPeer.BINARY, new byte[1000]);
            assertThat(wire.peer().read()).isEqualTo(Frame.binary(new byte[1000]));
            byte[] frame = RawPeer.encode(RawPeer.BINARY, new byte[1001], role == Role.SERVER);
            wire.raw().bytes(Arrays.copyOf(frame, frame.length - 1001)); // the header alone
            assertTooLarge(wire, "Payload size limit reached: a frame of 1001 bytes after 0, the limit is 1000");
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void fragmentsTogetherAreHeldToTheLimit(Role role) throws Exception {
        try (Wire wire = Wire.of(role, SMALL)) {
            wire.raw().frame(0x02, new byte[600]);
            wire.raw().frame(RawPeer.CONTINUATION, new byte[400]);
            assertThat(wire.peer().readMessage().data()).hasSize(1000);
            wire.raw().frame(0x02, new byte[600]);
            wire.raw().frame(0x00, new byte[400]);
            wire.raw().frame(RawPeer.PING, new byte[100]); // does not count
            wire.raw().frame(0x00, new byte[0]);
            wire.raw().frame(0x00, new byte[1]);
            for (int i = 0; i < 3; i++) {
                assertThat(wire.peer().read().fin()).isFalse();
            }
            wire.raw().expect(RawPeer.PONG, "00".repeat(100));
            assertTooLarge(wire, "Payload size limit reached: a frame of 1 bytes after 1000, the limit is 1000");
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void inflatedSizeIsHeldToTheLimit(Role role) throws Exception {
        try (Compressed compressed = Compressed.open(role, SMALL)) {
            Wire wire = compressed.wire();
            wire.raw().frame(RawPeer.BINARY | 0x40, deflated(1000));
            assertThat(wire.peer().read()).isEqualTo(Frame.binary(new byte[1000]));
            wire.raw().frame(RawPeer.BINARY | 0x40, deflated(1001));
            assertTooLarge(wire, null);
        }
        try (Compressed compressed = Compressed.open(role, SMALL)) {
            Wire wire = compressed.wire();
            byte[] bomb = deflated(900_000);
            assertThat(bomb).hasSizeBetween(100, 1000);
            wire.raw().frame(RawPeer.BINARY | 0x40, bomb);
            assertTooLarge(wire, null);
        }
    }

    @Test
    void inflatedFragmentsTogetherAreHeldToTheLimit() throws Exception {
        byte[] bytes = deflated(1001);
        for (Role role : Role.values()) {
            try (Compressed compressed = Compressed.open(role, SMALL)) {
                Wire wire = compressed.wire();
                wire.raw().frame(0x42, Arrays.copyOf(bytes, 3));
                wire.raw().frame(RawPeer.CONTINUATION, Arrays.copyOfRange(bytes, 3, bytes.length));
                assertThat(wire.peer().read()).isNotNull();
                assertTooLarge(wire, null);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void readMessageAssemblesAcrossTimeoutsAndPings(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            wire.raw().hexFrame(0x01, "68 c3");
            assertThatThrownBy(() -> wire.peer().readMessage(SOON)).isInstanceOf(SocketTimeoutException.class);
            wire.raw().hexFrame(RawPeer.PING, "01");
            wire.raw().hexFrame(0x00, "a9");
            assertThatThrownBy(() -> wire.peer().readMessage(SOON)).isInstanceOf(SocketTimeoutException.class);
            wire.raw().frame(RawPeer.CONTINUATION, "llo");
            wire.raw().hexFrame(RawPeer.BINARY, "01");

            Message text = wire.peer().readMessage();
            assertThat(text).isEqualTo(new Message(Opcode.TEXT, "héllo".getBytes(UTF_8)));
            assertThat(text.isText()).isTrue();
            Message binary = wire.peer().readMessage(RawPeer.LIMIT);
            assertThat(binary).isEqualTo(new Message(Opcode.BINARY, new byte[] {1}));
            assertThat(binary.isText()).isFalse();
        }
    }

    @Test
    void readAndReadMessageMixOnlyBetweenMessages() throws Exception {
        try (Wire wire = Wire.of(Role.SERVER)) {
            wire.raw().frame(0x01, "a");
            assertThat(wire.peer().read()).isEqualTo(Frame.text("a", false));
            assertThatIllegalStateException()
                    .isThrownBy(() -> wire.peer().readMessage())
                    .withMessageStartingWith("read() has read a part of the message that comes next");
            wire.raw().frame(RawPeer.CONTINUATION, "b");
            assertThat(wire.peer().read().text()).isEqualTo("b");

            wire.raw().frame(0x01, "c");
            assertThatThrownBy(() -> wire.peer().readMessage(SOON)).isInstanceOf(SocketTimeoutException.class);
            wire.raw().frame(0x00, "d");
            assertThatThrownBy(() -> wire.peer().readMessage(SOON)).isInstanceOf(SocketTimeoutException.class);
            assertThatIllegalStateException()
                    .isThrownBy(() -> wire.peer().read())
                    .withMessageStartingWith("readMessage() has a part of the message that comes next");
            wire.raw().frame(RawPeer.CONTINUATION, "e");
            assertThat(wire.peer().readMessage().text()).isEqualTo("cde");

            wire.raw().frame(RawPeer.TEXT, "f");
            assertThat(wire.peer().read().text()).isEqualTo("f");
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void bothReadsAreNullAfterAnEndInsideAMessage(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            wire.raw().frame(0x01, "a");
            assertThat(wire.peer().read()).isNotNull();
            wire.raw().close();
            assertEndedForBothReads(wire.peer());
        }
        try (Wire wire = Wire.of(role)) {
            wire.raw().frame(0x01, "a");
            assertThatThrownBy(() -> wire.peer().readMessage(SOON)).isInstanceOf(SocketTimeoutException.class);
            wire.peer().close();
            assertEndedForBothReads(wire.peer());
        }
        try (Wire wire = Wire.of(role)) {
            wire.raw().frame(0x01, "a");
            wire.raw().frame(0x01, "b");
            wire.raw().endOfStream();
            assertThatThrownBy(() -> wire.peer().readMessage()).isInstanceOf(ProtocolException.class);
            assertEndedForBothReads(wire.peer());
        }
    }

    @ParameterizedTest
    @CsvSource({"CLIENT, false", "CLIENT, true", "SERVER, false", "SERVER, true"})
    void closeIsAnsweredWithItsCodeAndThenReadIsNull(Role role, boolean bytewise) throws Exception {
        for (int code : new int[] {1000, 1001, 1003, 1011, 1014, 3000, 4999}) {
            try (Wire wire = Wire.of(role)) {
                wire.raw().bytewise(bytewise);
                wire.raw().frame(RawPeer.TEXT, "last");
                byte[] payload = concat(new byte[] {(byte) (code >> 8), (byte) code}, "bÿe".getBytes(UTF_8));
                wire.raw().frame(RawPeer.CLOSE, payload);
                assertThat(wire.peer().closeReason()).isNull();
                assertThat(wire.peer().read()).isEqualTo(Frame.text("last"));

                Future<Frame> end = Wire.start(() -> wire.peer().read());
                assertThat(wire.raw().expectClose(code)).isEmpty();
                wire.raw().endOfStream();
                assertThat(Wire.result(end)).isNull();
                assertThat(wire.peer().closeReason()).isEqualTo(new CloseReason(code, "bÿe"));
                assertThat(wire.peer().error()).isNull();
                wire.raw().expectEnd();
                assertEndedForBothReads(wire.peer());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void closeWithoutCodeIsAnsweredWithoutCode(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            wire.raw().hexFrame(RawPeer.CLOSE, "");
            Future<Frame> end = Wire.start(() -> wire.peer().read());
            wire.raw().expect(RawPeer.CLOSE, "");
            wire.raw().endOfStream();
            assertThat(Wire.result(end)).isNull();
            assertThat(wire.peer().closeReason()).isEqualTo(new CloseReason(1005, ""));
        }
    }

    @Test
    void serverClosesTcpFirstAfterTheHandshakeOfAClient() throws Exception {
        try (Wire wire = Wire.of(Role.SERVER)) {
            wire.raw().close(1000);
            assertThat(wire.peer().read()).isNull();
            wire.raw().expectClose(1000);
            wire.raw().expectEnd(); // and this end has closed nothing
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void endOfStreamAndResetAre1006(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            wire.raw().frame(RawPeer.TEXT, "last");
            wire.raw().endOfStream();
            assertThat(wire.peer().read()).isEqualTo(Frame.text("last"));
            assertThat(wire.peer().read()).isNull();
            assertThat(wire.peer().closeReason()).isEqualTo(new CloseReason(1006, "the stream ended without a Close"));
            assertThat(wire.peer().error()).isNull();
            assertThat(wire.peer().isOpen()).isFalse();
        }
        try (Wire wire = Wire.of(role)) {
            Future<Frame> end = Wire.start(() -> wire.peer().read());
            wire.raw().reset();
            assertThat(Wire.result(end)).isNull();
            assertThat(wire.peer().closeReason().code()).isEqualTo(1006);
            assertThat(wire.peer().error()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void endOfStreamInsideAFrameIs1006(Role role) throws Exception {
        byte[] frame = RawPeer.encode(RawPeer.TEXT, new byte[300], role == Role.SERVER);
        for (int length : new int[] {1, 2, 3, 4, 9, 200}) {
            try (Wire wire = Wire.of(role)) {
                wire.raw().bytes(Arrays.copyOf(frame, length));
                wire.raw().endOfStream();
                assertThat(wire.peer().read()).isNull();
                assertThat(wire.peer().closeReason().code()).isEqualTo(1006);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void closeOfThisEndWakesARead(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            Future<Frame> endless = Wire.start(() -> wire.peer().read());
            Future<Frame> waitsItsTurn = Wire.start(() -> wire.peer().read(RawPeer.LIMIT));
            Future<Message> onPlatformThread = platform(() -> wire.peer().readMessage());
            wire.peer().close();
            wire.peer().close();
            assertThat(Wire.result(endless)).isNull();
            assertThat(Wire.result(waitsItsTurn)).isNull();
            assertThat(Wire.result(onPlatformThread)).isNull();
            assertThat(wire.peer().closeReason())
                    .isEqualTo(new CloseReason(1006, "closed by this end without a closing handshake"));
            assertThat(wire.peer().error()).isNull();
            assertThat(wire.raw().rest()).isEmpty(); // no Close frame
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void framesBehindTheHandshakeAreRead(Role role) throws Exception {
        byte[] frames = concat(
                RawPeer.encode(RawPeer.TEXT, "early".getBytes(UTF_8), role == Role.SERVER),
                RawPeer.encode(RawPeer.BINARY, new byte[10_000], role == Role.SERVER));
        try (Wire wire = early(role, frames)) {
            assertThat(wire.peer().read()).isEqualTo(Frame.text("early"));
            assertThat(wire.peer().read()).isEqualTo(Frame.binary(new byte[10_000]));
        }
    }

    private static Wire early(Role role, byte[] frames) throws Exception {
        Wire.Sockets sockets = Wire.Sockets.connected();
        RawPeer raw = new RawPeer(sockets.far(), role == Role.SERVER);
        if (role == Role.SERVER) {
            raw.bytes(concat(RawPeer.request("/").getBytes(UTF_8), frames));
            WsPeer peer = WsPeer.over(sockets.near()).role(role).open();
            assertThat(raw.head()).startsWith("HTTP/1.1 101 ");
            return new Wire(peer, raw);
        }
        Future<WsPeer> opening = Wire.start(() -> WsPeer.over(sockets.near())
                .role(role)
                .request(URI.create("ws://localhost/"), ConnectRequest.none())
                .open());
        raw.bytes(concat(RawPeer.answer(raw.head()).getBytes(UTF_8), frames));
        return new Wire(Wire.result(opening), raw);
    }

    /** A wire whose handshake agreed on compression without context. */
    record Compressed(Wire wire) implements AutoCloseable {
        static Compressed open(Role role, PeerOptions options) throws Exception {
            String agreed = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover;"
                    + " client_no_context_takeover";
            Wire.Sockets sockets = Wire.Sockets.connected();
            RawPeer raw = new RawPeer(sockets.far(), role == Role.SERVER);
            PeerOptions compressing = PeerOptions.builder()
                    .maxReceivePayload(options.maxReceivePayload())
                    .compression(true)
                    .build();
            Future<WsPeer> opening = Wire.start(() -> WsPeer.over(sockets.near())
                    .role(role)
                    .request(URI.create("ws://localhost/"), ConnectRequest.none())
                    .options(compressing)
                    .open());
            if (role == Role.SERVER) {
                raw.ask("/", agreed);
                assertThat(raw.head()).contains("permessage-deflate");
            } else {
                raw.accept(agreed);
            }
            return new Compressed(new Wire(Wire.result(opening), raw));
        }

        @Override
        public void close() throws IOException {
            wire.close();
        }
    }

    private static byte[] deflated(int zeros) {
        Deflater deflater = new Deflater(9, true);
        try {
            deflater.setInput(new byte[zeros]);
            byte[] out = new byte[zeros + 100];
            int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
            return Arrays.copyOf(out, length - 4); // RFC 7692 §7.2.1
        } finally {
            deflater.end();
        }
    }

    private static <T> Future<T> platform(Callable<T> task) {
        FutureTask<T> future = new FutureTask<>(task);
        Thread.ofPlatform().daemon().start(future);
        return future;
    }

    /** Expects the exception with code and text, the Close with both, and the end. */
    private static void assertFails(Wire wire, int code, String rule) throws Exception {
        Future<Frame> read = Wire.start(() -> wire.peer().read());
        assertThat(wire.raw().expectClose(code)).isEqualTo(rule);
        wire.raw().endOfStream();
        assertThat(Wire.failure(read))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessage(rule);
        wire.raw().expectEnd();
        assertThat(wire.peer().closeReason()).isEqualTo(new CloseReason(1006, rule));
        assertEndedForBothReads(wire.peer());
    }

    private static void assertTooLarge(Wire wire, String message) throws Exception {
        Future<Frame> read = Wire.start(() -> wire.peer().read());
        assertThat(wire.raw().expectClose(1009)).contains("Payload size limit reached");
        wire.raw().endOfStream();
        PayloadTooLargeException e = catchThrowableOfType(PayloadTooLargeException.class, () -> Wire.result(read));
        assertThat(e.code()).isEqualTo(1009);
        assertThat(e).hasMessageContaining("Payload size limit reached");
        if (message != null) {
            assertThat(e).hasMessage(message);
        }
        assertEndedForBothReads(wire.peer());
    }

    private static void assertEndedForBothReads(WsPeer peer) throws IOException {
        for (int i = 0; i < 2; i++) {
            assertThat(peer.read()).isNull();
            assertThat(peer.read(RawPeer.LIMIT)).isNull();
            assertThat(peer.readMessage()).isNull();
            assertThat(peer.readMessage(RawPeer.LIMIT)).isNull();
        }
        assertThat(peer.isOpen()).isFalse();
        assertThat(peer.closeReason()).isNotNull();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }
}
