package dev.duplex.engine;

import static dev.duplex.engine.Line.close;
import static dev.duplex.engine.Line.result;
import static dev.duplex.frame.Wiring.bytes;
import static dev.duplex.frame.Wiring.frame;
import static dev.duplex.frame.Wiring.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.duplex.deflate.ByteBuilder;
import dev.duplex.deflate.Compressor;
import dev.duplex.deflate.Decompressor;
import dev.duplex.deflate.DeflateParameters;
import dev.duplex.frame.FrameWriter;
import dev.duplex.frame.Opcodes;
import dev.duplex.frame.ProtocolFailure;
import dev.duplex.frame.Wiring;
import dev.duplex.transport.MemoryTransport;
import dev.duplex.transport.Watch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class CompressionTest {
    private static final DeflateParameters KEPT = DeflateParameters.DEFAULT;
    private static final String HELLO = "81 05 48 65 6c 6c 6f";

    // ---- receiving

    @ParameterizedTest
    @EnumSource
    void aMarkedMessageIsInflatedAndTheContextKept(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).compressed(KEPT).open()) {
            // RFC 7692 §7.2.3.1, §7.2.3.2, §7.2.3.3, §7.2.3.4
            line.send("c1 07 f2 48 cd c9 c9 07 00");
            line.send("c1 05 f2 00 11 00 00");
            line.send("c1 0b 00 05 00 fa ff 48 65 6c 6c 6f 00");
            line.send("c1 08 f3 48 cd c9 c9 07 00 00");
            for (int i = 0; i < 4; i++) {
                assertThat(line.read()).isEqualTo(HELLO);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMessageWithoutTheMarkIsLeftAsItIs(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).compressed(KEPT).open()) {
            line.send("c1 07 f2 48 cd c9 c9 07 00", "81 01 61", "01 01 c3", "80 01 a4", "c1 05 f2 00 11 00 00");
            for (String frame : new String[] {HELLO, "81 01 61", "01 01 c3", "80 01 a4", HELLO}) {
                assertThat(line.read()).isEqualTo(frame);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theFragmentsOfAMarkedMessageAreInflatedAsTheyComeControlFramesAreNot(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).compressed(KEPT).open()) {
            // RFC 7692 §7.2.3.1
            line.send("41 03 f2 48 cd", "89 02 f2 48", "00 00", "80 04 c9 c9 07 00", "81 01 61");
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            for (String start : new String[] {"01", "00", "80"}) {
                byte[] fragment = bytes(line.read());
                assertThat(hex(fragment)).startsWith(start);
                text.write(fragment, 2, fragment.length - 2);
            }
            assertThat(text.toString(StandardCharsets.US_ASCII)).isEqualTo("Hello");
            assertThat(line.read()).isEqualTo("81 01 61");
            line.assertReceives("8a 02 f2 48");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theLimitHoldsForWhatComesOut(Wiring wiring) throws Exception {
        String told = "Payload size limit reached: a compressed message holds more than the 10000 bytes left to it";
        Compressor remote = new Compressor(true, 15);
        assertFails(line(wiring, 10_000), 1009, told, frame(0xC2, compressed(remote, new byte[10_001], true)));
        try (Line line = line(wiring, 10_000)) {
            line.send(frame(0xC2, compressed(new Compressor(true, 15), new byte[10_000], true)));
            assertThat(line.read()).isEqualTo(hex(frame(0x82, new byte[10_000])));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatCannotBeCompressedMayFillTheLimitToo(Wiring wiring) throws Exception {
        byte[] random = new byte[10_000];
        new Random(1).nextBytes(random);
        byte[] compressed = compressed(new Compressor(true, 15), random, true);
        assertThat(compressed).hasSizeGreaterThan(random.length);
        try (Line line = line(wiring, random.length)) {
            line.send(frame(0xC2, compressed));
            assertThat(line.read()).isEqualTo(hex(frame(0x82, random)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theLimitHoldsOverTheFragmentsOfWhatComesOut(Wiring wiring) throws Exception {
        Compressor remote = new Compressor(true, 15);
        byte[] first = frame(0x42, compressed(remote, new byte[6_000], false));
        byte[] second = frame(0x80, compressed(remote, new byte[4_001], true));
        try (Line line = line(wiring, 10_000)) {
            line.send(first);
            assertThat(line.read()).isEqualTo(hex(frame(0x02, new byte[6_000])));
            String told = "Payload size limit reached: a compressed message holds more than the 4000 bytes left to it";
            assertFails(line, 1009, told, second);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theLimitIsAnewForEachMessage(Wiring wiring) throws Exception {
        Compressor remote = new Compressor(true, 15);
        try (Line line = line(wiring, 10_000)) {
            for (int i = 0; i < 3; i++) {
                line.send(frame(0x42, compressed(remote, new byte[6_000], false)));
                line.send(frame(0x80, compressed(remote, new byte[4_000], true)));
                assertThat(line.read()).isEqualTo(hex(frame(0x02, new byte[6_000])));
                assertThat(line.read()).isEqualTo(hex(frame(0x80, new byte[4_000])));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void theLimitIsAskedForEachMessageAndHoldsForWhatComesOut(Wiring wiring) throws Exception {
        Compressor remote = new Compressor(true, 15);
        Line line = Line.with(wiring)
                .compressed(KEPT)
                .limits(opcode -> opcode == Opcodes.TEXT ? 1_000 : 6_000)
                .open();
        line.send(frame(0xC2, compressed(remote, new byte[6_000], true)));
        assertThat(line.read()).isEqualTo(hex(frame(0x82, new byte[6_000])));
        String told = "Payload size limit reached: a compressed message holds more than the 1000 bytes left to it";
        assertFails(line, 1009, told, frame(0xC1, compressed(remote, new byte[1_001], true)));
    }

    @ParameterizedTest
    @EnumSource
    void textThatIsNotUtf8IsFoundAfterInflating(Wiring wiring) throws Exception {
        String told = "a text message is not UTF-8";
        Compressor remote = new Compressor(false, 15);
        assertFails(line(wiring, 1_000), 1007, told, frame(0xC1, compressed(remote, bytes("61 ff"), true)));
        assertFails(line(wiring, 1_000), 1007, told, frame(0xC1, compressed(remote, bytes("61 e2 82"), true)));
        // in a fragment that is not the last
        assertFails(line(wiring, 1_000), 1007, told, frame(0x41, compressed(remote, bytes("61 ed a0"), false)));
    }

    @ParameterizedTest
    @EnumSource
    void textMayBeCutInsideACharacterAndIsJudgedAcrossFragments(Wiring wiring) throws Exception {
        Compressor remote = new Compressor(true, 15);
        try (Line line = line(wiring, 1_000)) {
            line.send(frame(0x41, compressed(remote, bytes("e2 82"), false)));
            line.send(frame(0x80, compressed(remote, bytes("ac"), true)));
            assertThat(line.read()).isEqualTo("01 02 e2 82");
            assertThat(line.read()).isEqualTo("80 01 ac");
            line.send(frame(0x41, compressed(remote, bytes("e2 82"), false)));
            assertThat(line.read()).isEqualTo("01 02 e2 82");
            assertFails(line, 1007, "a text message is not UTF-8", frame(0x80, compressed(remote, bytes("41"), true)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void binaryIsNotJudged(Wiring wiring) throws Exception {
        try (Line line = line(wiring, 1_000)) {
            line.send(frame(0xC2, compressed(new Compressor(true, 15), bytes("ff fe"), true)));
            assertThat(line.read()).isEqualTo("82 02 ff fe");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotDeflateIsInconsistentData(Wiring wiring) throws Exception {
        assertFails(
                line(wiring, 1_000),
                1007,
                "RFC 7692 §7.2.2: a compressed message must be DEFLATE data, but this is not: invalid block type",
                bytes("c2 02 07 00"));
    }

    @ParameterizedTest
    @EnumSource
    void onlyTheFirstFrameOfAMessageIsMarked(Wiring wiring) throws Exception {
        assertFails(line(wiring, 1_000), 1002, "a control frame is marked as compressed", bytes("c9 00"));
        try (Line line = line(wiring, 1_000)) {
            line.send("01 00");
            assertThat(line.read()).isEqualTo("01 00");
            assertFails(line, 1002, "a continuation frame is marked as compressed", bytes("c0 00"));
        }
    }

    private static Line line(Wiring wiring, int maxPayload) throws IOException {
        return Line.with(wiring).compressed(KEPT).maxPayload(maxPayload).open();
    }

    private static void assertFails(Line opened, int code, String rule, byte[] frame) throws Exception {
        try (Line line = opened) {
            line.send(frame);
            FutureTask<String> reading = line.start(line::read);
            line.assertReceives(close(code, rule), "end");
            line.there.close();
            assertThatExceptionOfType(ProtocolFailure.class)
                    .isThrownBy(() -> result(reading))
                    .withMessage(rule)
                    .satisfies(failure -> assertThat(failure.code()).isEqualTo(code));
        }
    }

    // ---- sending

    @ParameterizedTest
    @EnumSource
    void aMessageIsSentCompressedHoweverSmallWhenTheContextIsKept(Wiring wiring) throws Exception {
        try (Line line = line(wiring, 1_000);
                Decompressor remote = new Decompressor(true)) {
            byte[] large = "Hello ".repeat(100).getBytes(StandardCharsets.US_ASCII);
            int key = wiring.client() ? 4 : 0;
            for (int i = 0; i < 3; i++) {
                int written = line.write(0x81, large, Duration.ofSeconds(10));
                byte[] frame = bytes(line.received());
                assertThat(frame[0]).isEqualTo((byte) 0xC1);
                assertThat(frame).hasSizeLessThan(60).hasSize(written - key);
                assertThat(inflated(remote, frame)).isEqualTo(large);
                line.write(HELLO);
                byte[] small = bytes(line.received());
                assertThat(small[0]).isEqualTo((byte) 0xC1);
                assertThat(inflated(remote, small)).isEqualTo("Hello".getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSmallMessageIsSentAsItIsWhenNoContextIsKept(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring)
                .compressed(new DeflateParameters(true, true, 15, 15))
                .open()) {
            line.write(HELLO);
            line.assertReceives(HELLO);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofAMessageInFragmentsTheFirstIsMarkedAndControlFramesAreNot(Wiring wiring) throws Exception {
        try (Line line = line(wiring, 1_000);
                Decompressor remote = new Decompressor(true)) {
            line.write("01 02 48 65");
            line.connection.ping(bytes("48 65"));
            line.write("00 02 6c 6c");
            line.write("80 01 6f");
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            for (int b0 : new int[] {0x41, 0x89, 0x00, 0x80}) {
                byte[] frame = bytes(line.received());
                assertThat(frame[0] & 0xFF).isEqualTo(b0);
                if (b0 == 0x89) {
                    assertThat(frame).isEqualTo(bytes("89 02 48 65"));
                } else {
                    text.writeBytes(inflated(remote, frame));
                }
            }
            assertThat(text.toString(StandardCharsets.US_ASCII)).isEqualTo("Hello");
        }
    }

    static Stream<DeflateParameters> parameters() {
        return Stream.of(false, true)
                .flatMap(server -> Stream.of(false, true)
                        .flatMap(client ->
                                Stream.of(8, 15).map(bits -> new DeflateParameters(server, client, bits, 23 - bits))));
    }

    @ParameterizedTest
    @MethodSource("parameters")
    void twoEndsUnderstandEachOther(DeflateParameters agreed) throws Exception {
        MemoryTransport transport = MemoryTransport.pair();
        long wait = Line.DEADLINE;
        Connection client =
                new Connection(transport, new ConnectionSettings(true, 0, wait, wait), agreed, Line.Owner.of(100_000));
        Connection server = new Connection(
                transport.remote(), new ConnectionSettings(false, 0, wait, wait), agreed, Line.Owner.of(100_000));
        Random random = new Random(7692);
        for (int i = 0; i < 60; i++) {
            byte[] message = new byte[random.nextInt(5_000)];
            for (int at = 0; at < message.length; at++) {
                message[at] = (byte) (random.nextInt(3) + at % 7);
            }
            Connection from = random.nextBoolean() ? client : server;
            Connection to = from == client ? server : client;
            int cut = random.nextBoolean() ? message.length : random.nextInt(message.length + 1);
            boolean whole = cut == message.length;
            from.write(2, whole, message, 0, cut);
            assertThat(receive(to)).as("message %d", i).isEqualTo(Arrays.copyOf(message, cut));
            if (!whole) {
                from.write(0, true, message, cut, message.length - cut);
                assertThat(receive(to)).as("message %d", i).isEqualTo(Arrays.copyOfRange(message, cut, message.length));
            }
        }
        client.close();
        server.close();
    }

    private static byte[] receive(Connection connection) throws Exception {
        connection.lockReading();
        try {
            assertThat(connection.receive(Line.DEADLINE)).isTrue();
            return connection.takePayload();
        } finally {
            connection.unlockReading();
        }
    }

    // ---- native memory

    @Test
    void theCompressorIsClosedWithTheConnection() {
        Compressor compressor = new Compressor(true, 15);
        compressed(compressor, new byte[100], true);
        Outgoing outgoing = outgoing(MemoryTransport.pair(), compressor);
        outgoing.end();
        assertClosed(compressor);
    }

    @Test
    void theCompressorIsClosedByTheWriterThatIsInsideWhenTheConnectionEnds() throws Exception {
        MemoryTransport transport = MemoryTransport.pair(100);
        Compressor compressor = new Compressor(true, 15);
        CloseState state = new CloseState();
        Outgoing outgoing = new Outgoing(
                new FrameWriter(transport.output(), false), compressor, state, new Watch(now -> Watch.NEVER), 1);
        byte[] random = new byte[1_000];
        new Random(1).nextBytes(random);
        FutureTask<Integer> writing =
                new FutureTask<>(() -> outgoing.data(2, true, random, 0, random.length, Line.DEADLINE, Urgency.NOW));
        Thread.ofVirtual().start(writing);
        transport.awaitBlockedWriter();
        state.end("test");
        outgoing.end();
        compressed(compressor, new byte[1], false); // not yet
        transport.close();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> result(writing));
        assertClosed(compressor);
    }

    @Test
    void theDecompressorIsClosedWithTheConnection() throws Exception {
        Decompressor decompressor = new Decompressor(true);
        Incoming incoming = new Incoming(MemoryTransport.pair(), false, decompressor, opcode -> 1_000);
        byte[] wire = bytes("c1 07 f2 48 cd c9 c9 07 00");
        incoming.unread(wire, 0, wire.length);
        assertThat(incoming.read()).isTrue();
        incoming.release();
        incoming.release();
        assertThatIllegalStateException()
                .isThrownBy(() -> decompressor.decompress(new byte[1], 0, 1, true, 10, new ByteBuilder(0)))
                .withMessage("A closed decompressor decompresses nothing");
    }

    private static Outgoing outgoing(MemoryTransport transport, Compressor compressor) {
        return new Outgoing(
                new FrameWriter(transport.output(), false),
                compressor,
                new CloseState(),
                new Watch(now -> Watch.NEVER),
                Line.DEADLINE);
    }

    private static void assertClosed(Compressor compressor) {
        assertThatIllegalStateException()
                .isThrownBy(() -> compressed(compressor, new byte[1], true))
                .withMessage("A closed compressor compresses nothing");
    }

    private static byte[] compressed(Compressor compressor, byte[] payload, boolean fin) {
        ByteBuilder out = new ByteBuilder(0);
        compressor.compress(payload, 0, payload.length, fin, out);
        return out.toByteArray();
    }

    private static byte[] inflated(Decompressor decompressor, byte[] frame) throws ProtocolFailure {
        ByteBuilder out = new ByteBuilder(0);
        decompressor.decompress(frame, 2, frame.length - 2, frame[0] < 0, 10_000, out);
        return out.toByteArray();
    }
}
