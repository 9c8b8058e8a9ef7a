package dev.duplex.peer.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.duplex.peer.CloseReason;
import dev.duplex.peer.Frame;
import dev.duplex.peer.HandshakeRequest;
import dev.duplex.peer.Message;
import dev.duplex.peer.Opcode;
import dev.duplex.peer.PayloadTooLargeException;
import dev.duplex.peer.PeerOptions;
import dev.duplex.peer.ProtocolException;
import dev.duplex.peer.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds between our end, in either role, and every other implementation, whatever is between them. */
@Timeout(120)
@ParameterizedClass
@MethodSource("meetings")
final class RealPeerTest {
    /** How the bytes travel. */
    enum Wire {
        PLAIN,
        TLS,
        COMPRESSED
    }

    private static final int SIXTEEN_MIB = 16 << 20;
    /** Every length of UTF-8, a surrogate pair, a joined emoji, a control character, both ends of Unicode. */
    private static final String SCRIPTS = "aä€😀 Ελληνικά 漢字 👩‍👩‍👧 \u0000 \uFFFF \uDBFF\uDFFF";

    /** At both sides of where the form of a frame's length changes, RFC 6455 §5.2. */
    static final List<Integer> LENGTHS = List.of(0, 1, 125, 126, 65535, 65536);

    static final List<CloseReason> CLOSE_REASONS = List.of(
            new CloseReason(1000, ""),
            new CloseReason(1001, "going away"),
            new CloseReason(3000, "späße 😀"),
            new CloseReason(4999, "x".repeat(123)));

    static final List<CloseReason> CLOSE_REASONS_AND_NONE = Stream.concat(
                    CLOSE_REASONS.stream(), Stream.of(new CloseReason(CloseReason.NO_STATUS, "")))
            .toList();

    @TempDir
    private static Path folder;

    private static @Nullable Identity identity;
    private static @Nullable PeerProcess child;

    @Parameter(0)
    PeerKind kind;

    @Parameter(1)
    Role role;

    @Parameter(2)
    Wire wire;

    static Stream<Arguments> meetings() {
        return Stream.of(PeerKind.values())
                .flatMap(kind -> Stream.of(Role.values())
                        .flatMap(role -> Stream.of(Wire.values())
                                .map(wire -> Arguments.argumentSet(
                                        "our " + role + " and " + kind + ", " + wire, kind, role, wire))));
    }

    /** A child for each class invocation, so that none inherits another's state. */
    @BeforeParameterizedClassInvocation
    static void start(PeerKind kind, Role role, Wire wire) throws IOException {
        child = kind.start();
        identity = wire == Wire.TLS ? Identity.make(folder, "server", Identity.EC, "IP:127.0.0.1") : null;
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        if (child != null) {
            child.close();
        }
    }

    @Test
    void textArrivesBothWays() throws Exception {
        try (Pair pair = open()) {
            for (String text : List.of("", "a", SCRIPTS, "é".repeat(33_000))) {
                pair.ours.write(text);
                assertThat(pair.theirs.nextText()).isEqualTo(text);
                pair.theirs.text(text);
                assertThat(message(pair)).isEqualTo(new Message(Opcode.TEXT, text.getBytes(UTF_8)));
            }
        }
    }

    @ParameterizedTest
    @FieldSource("LENGTHS")
    void bytesArriveBothWays(int length) throws Exception {
        byte[] bytes = bytes(length);
        try (Pair pair = open()) {
            pair.ours.write(bytes);
            assertThat(pair.theirs.nextBinary()).isEqualTo(bytes);
            pair.theirs.frames(Opcode.BINARY, bytes);
            assertThat(message(pair)).isEqualTo(new Message(Opcode.BINARY, bytes));
        }
    }

    @Test
    void sixteenMebibytesOfTextArriveBothWays() throws Exception {
        String part = "0123456789 äöü € 😀 ";
        String text = part.repeat(SIXTEEN_MIB / part.getBytes(UTF_8).length);
        try (Pair pair = open(options().maxReceivePayload(SIXTEEN_MIB), Map.of("echo", true))) {
            pair.ours.write(text);
            Message echo = message(pair);
            assertThat(echo.isText()).isTrue();
            assertThat(echo.text().equals(text)).as("the text is the same").isTrue();
        }
    }

    @Test
    void sixteenMebibytesOfBytesArriveBothWays() throws Exception {
        byte[] bytes = bytes(SIXTEEN_MIB);
        try (Pair pair = open(options().maxReceivePayload(SIXTEEN_MIB), Map.of("echo", true))) {
            pair.ours.write(bytes);
            Message echo = message(pair);
            assertThat(echo.isText()).isFalse();
            assertThat(Arrays.equals(echo.data(), bytes))
                    .as("the bytes are the same")
                    .isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TEXT", "BINARY"})
    void theirFragmentsAreReadAsTheyWereSent(Opcode opcode) throws Exception {
        byte[] whole = SCRIPTS.getBytes(UTF_8);
        byte[][] parts = cut(whole, 4, 5, 8, 8); // inside characters, and an empty one
        try (Pair pair = open()) {
            pair.theirs.frames(opcode, parts);
            for (int i = 0; i < parts.length; i++) {
                assertThat(pair.ours.read(PeerProcess.LIMIT))
                        .isEqualTo(new Frame(i == 0 ? opcode : Opcode.CONTINUATION, i == parts.length - 1, parts[i]));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TEXT", "BINARY"})
    void theirFragmentsMakeAMessage(Opcode opcode) throws Exception {
        byte[] whole = SCRIPTS.getBytes(UTF_8);
        try (Pair pair = open()) {
            pair.theirs.frames(opcode, cut(whole, 4, 5, 8, 8));
            pair.theirs.text("next");
            assertThat(message(pair)).isEqualTo(new Message(opcode, whole));
            assertThat(message(pair).text()).isEqualTo("next");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TEXT", "BINARY"})
    void ourFragmentsMakeAMessageWithPingsBetweenThem(Opcode opcode) throws Exception {
        byte[] whole = SCRIPTS.getBytes(UTF_8);
        byte[][] parts = cut(whole, 4, 5, 8, 8);
        try (Pair pair = open()) {
            pair.ours.write(new Frame(opcode, false, parts[0]));
            for (int i = 1; i < parts.length; i++) {
                pair.ours.ping(new byte[] {(byte) i});
                pair.ours.write(Frame.continuation(parts[i], i == parts.length - 1));
            }
            for (int i = 1; i < parts.length; i++) {
                assertThat(pair.theirs.nextPing()).containsExactly(i);
            }
            assertThat(opcode == Opcode.TEXT ? pair.theirs.nextText().getBytes(UTF_8) : pair.theirs.nextBinary())
                    .isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125})
    void theirPingIsAnsweredWithItsPayload(int length) throws Exception {
        try (Pair pair = open()) {
            pair.theirs.ping(bytes(length));
            pair.theirs.text("after the ping");
            assertThat(message(pair).text()).isEqualTo("after the ping");
            assertThat(pair.theirs.nextPong()).isEqualTo(bytes(length));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125})
    void ourPingIsAnsweredAndGivesTheLatency(int length) throws Exception {
        try (Pair pair = open()) {
            assertThat(pair.ours.latency()).isNull();
            pair.ours.ping(bytes(length));
            assertThat(pair.theirs.nextPing()).isEqualTo(bytes(length));
            pair.theirs.text("after the pong");
            assertThat(message(pair).text()).isEqualTo("after the pong");
            assertThat(pair.ours.latency()).isPositive();
        }
    }

    @ParameterizedTest
    @FieldSource("CLOSE_REASONS_AND_NONE")
    void theirCloseIsReportedAndAnsweredWithItsCode(CloseReason reason) throws Exception {
        try (Pair pair = open()) {
            pair.theirs.close(reason);
            assertThat(pair.ours.readMessage(PeerProcess.LIMIT)).isNull();
            assertThat(pair.ours.closeReason()).isEqualTo(reason);
            assertThat(pair.ours.isOpen()).isFalse();
            assertThat(pair.theirs.closed().code()).isEqualTo(reason.code());
        }
    }

    @ParameterizedTest
    @FieldSource("CLOSE_REASONS")
    void ourShutdownIsHeardAndAnsweredWithItsCode(CloseReason reason) throws Exception {
        try (Pair pair = open()) {
            assertThat(pair.ours.shutdown(reason.code(), reason.reason())).isTrue();
            assertThat(pair.theirs.closed()).isEqualTo(reason);
            assertThat(closeReason(pair).code()).isEqualTo(reason.code());
            assertThat(pair.ours.isOpen()).isFalse();
        }
    }

    @Test
    void shutdownWithoutCodeSays1000() throws Exception {
        try (Pair pair = open()) {
            assertThat(pair.ours.shutdown()).isTrue();
            assertThat(pair.theirs.closed()).isEqualTo(new CloseReason(1000, ""));
        }
    }

    @Test
    void whatWasSentBeforeTheCloseIsReadBeforeTheEnd() throws Exception {
        try (Pair pair = open()) {
            pair.theirs.text("first");
            pair.theirs.text("second");
            pair.theirs.close(new CloseReason(1000, ""));
            assertThat(message(pair).text()).isEqualTo("first");
            assertThat(message(pair).text()).isEqualTo("second");
            assertThat(pair.ours.readMessage(PeerProcess.LIMIT)).isNull();
        }
    }

    @Test
    void theirLossIs1006() throws Exception {
        try (Pair pair = open()) {
            pair.theirs.terminate();
            assertThat(pair.ours.readMessage(PeerProcess.LIMIT)).isNull();
            assertThat(closeReason(pair).code()).isEqualTo(CloseReason.ABNORMAL);
        }
    }

    @Test
    void ourCloseIsALossToThem() throws Exception {
        try (Pair pair = open()) {
            pair.ours.close();
            assertThat(pair.theirs.closed().code()).isEqualTo(CloseReason.ABNORMAL);
        }
    }

    @Test
    void subprotocolThatBothSpeakIsAgreedOn() throws Exception {
        try (Pair pair = open(
                options().subprotocols("chat.v2", "chat.v1"), Map.of("protocols", List.of("chat.v1", "chat.v0")))) {
            assertThat(pair.opened.subprotocol()).isEqualTo("chat.v1");
            assertThat(pair.ours.subprotocol()).isEqualTo("chat.v1");
        }
    }

    @Test
    void subprotocolIsNoneWhenNoneIsAskedFor() throws Exception {
        try (Pair pair = open()) {
            assertThat(pair.opened.subprotocol()).isEmpty();
            assertThat(pair.ours.subprotocol()).isNull();
        }
    }

    @Test
    void compressionIsAgreedOnWhenBothWantIt() throws Exception {
        String text = "again and ".repeat(100);
        try (Pair pair = open()) {
            if (wire == Wire.COMPRESSED) {
                assertThat(pair.opened.agreed()).startsWith("permessage-deflate");
                assertThat(pair.ours.write(text)).isLessThan(text.length() / 4);
            } else {
                assertThat(pair.opened.agreed()).isEmpty();
                assertThat(pair.ours.write(text)).isGreaterThan(text.length());
            }
            assertThat(pair.theirs.nextText()).isEqualTo(text);
        }
    }

    @Test
    void targetOfTheRequestIsSeenWithItsQuery() throws Exception {
        try (Pair pair = open()) {
            String seen = role == Role.CLIENT
                    ? pair.opened.target()
                    : Optional.ofNullable(pair.ours.handshakeRequest())
                            .map(HandshakeRequest::target)
                            .orElse("");
            assertThat(seen).isEqualTo("/chat?room=1");
        }
    }

    @Test
    void theirTextThatIsNotUtf8IsAnsweredWith1007() throws Exception {
        try (Pair pair = open()) {
            pair.theirs.frames(Opcode.TEXT, new byte[] {'a', (byte) 0xC3, '('});
            assertThatExceptionOfType(ProtocolException.class)
                    .isThrownBy(() -> pair.ours.readMessage(PeerProcess.LIMIT))
                    .satisfies(e -> assertThat(e.code()).isEqualTo(1007));
            assertThat(pair.theirs.closed().code()).isEqualTo(1007);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theirMessageOverTheLimitIsAnsweredWith1009(int frames) throws Exception {
        byte[] bytes = bytes(1001);
        try (Pair pair = open(options().maxReceivePayload(1000), Map.of())) {
            pair.theirs.frames(Opcode.BINARY, frames == 1 ? new byte[][] {bytes} : cut(bytes, 1000));
            assertThatExceptionOfType(PayloadTooLargeException.class)
                    .isThrownBy(() -> pair.ours.readMessage(PeerProcess.LIMIT))
                    .withMessageContaining("Payload size limit reached");
            assertThat(pair.theirs.closed().code()).isEqualTo(1009);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 1000})
    void theirMessageOfTheLimitIsTaken(int frames) throws Exception {
        byte[] bytes = bytes(1000);
        int[] positions = IntStream.range(1, frames).map(i -> i * 1000 / frames).toArray();
        try (Pair pair = open(options().maxReceivePayload(1000), Map.of())) {
            pair.theirs.frames(Opcode.BINARY, cut(bytes, positions));
            assertThat(message(pair).data()).isEqualTo(bytes);
        }
    }

    @Test
    void theirMessageThatInflatesOverTheLimitIsAnsweredWith1009() throws Exception {
        try (Pair pair = open(options().maxReceivePayload(1000), Map.of())) {
            pair.theirs.text("x".repeat(1001));
            assertThatExceptionOfType(PayloadTooLargeException.class)
                    .isThrownBy(() -> pair.ours.readMessage(PeerProcess.LIMIT))
                    .withMessageContaining("Payload size limit reached");
            assertThat(pair.theirs.closed().code()).isEqualTo(1009);
        }
    }

    private Pair open() throws Exception {
        return open(options(), Map.of());
    }

    private Pair open(PeerOptions.Builder options, Map<String, ?> theirOptions) throws Exception {
        Map<String, Object> their = new HashMap<>(theirOptions);
        if (wire == Wire.COMPRESSED) {
            their.put("deflate", Map.of());
        }
        return Pair.open(role, requireNonNull(child), options.compression(wire == Wire.COMPRESSED), their, identity);
    }

    private static PeerOptions.Builder options() {
        return PeerOptions.builder();
    }

    private static Message message(Pair pair) throws IOException {
        return requireNonNull(pair.ours.readMessage(PeerProcess.LIMIT), "the connection has ended");
    }

    private static CloseReason closeReason(Pair pair) {
        return requireNonNull(pair.ours.closeReason(), "no close reason");
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    /** The parts of an array before, between and behind the positions. */
    private static byte[][] cut(byte[] whole, int... positions) {
        byte[][] parts = new byte[positions.length + 1][];
        int from = 0;
        for (int i = 0; i < parts.length; i++) {
            int to = i < positions.length ? positions[i] : whole.length;
            parts[i] = Arrays.copyOfRange(whole, from, to);
            from = to;
        }
        return parts;
    }
}
