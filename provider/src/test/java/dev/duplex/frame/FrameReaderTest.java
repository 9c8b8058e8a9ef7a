package dev.duplex.frame;

import static dev.duplex.frame.Wiring.bytes;
import static dev.duplex.frame.Wiring.frame;
import static dev.duplex.frame.Wiring.header;
import static dev.duplex.frame.Wiring.hex;
import static dev.duplex.frame.Wiring.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class FrameReaderTest {
    private static final int LIMIT = 1 << 20;
    private static final int BUFFER = 64 << 10;

    // ---- frames as they are

    @ParameterizedTest
    @EnumSource
    void readsTheExamplesOfTheRfc(Wiring wiring) throws IOException {
        // RFC 6455 §5.7
        assertReads(wiring, "81 05 48 65 6c 6c 6f");
        assertReads(wiring, "01 03 48 65 6c", "80 02 6c 6f");
        assertReads(wiring, "89 05 48 65 6c 6c 6f", "8a 05 48 65 6c 6c 6f");
    }

    @Test
    void unmasksTheExampleOfTheRfc() throws IOException {
        byte[] masked = bytes("81 85 37 fa 21 3d 7f 9f 4d 51 58");
        FrameReader reader = new FrameReader(ScriptedStream.ended(masked, 1), true, false, opcode -> LIMIT);
        assertThat(reader.read()).isTrue();
        assertThat(new String(reader.takePayload(), StandardCharsets.US_ASCII)).isEqualTo("Hello");
    }

    @ParameterizedTest
    @EnumSource
    void letsControlFramesPassInsideAMessage(Wiring wiring) throws IOException {
        assertReads(
                wiring, "01 02 e2 82", "89 01 ff", "00 01 ac", "8a 00", "00 00", "88 02 03 e8", "80 01 21", "82 01 ff");
    }

    static Stream<Arguments> lengths() {
        return IntStream.of(0, 1, 125, 126, 127, 511, 512, 513, 8191, 8192, 8193, 65_534, 65_535, 65_536, 65_537)
                .boxed()
                .flatMap(length -> Stream.of(Wiring.values()).map(wiring -> Arguments.of(length, wiring)));
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void readsEveryFormOfLength(int length, Wiring wiring) throws IOException {
        byte[] text = new byte[length];
        Arrays.fill(text, (byte) 'x');
        byte[] any = new byte[length];
        new Random(length).nextBytes(any);
        byte[][] frames = {frame(0x81, text), frame(0x82, any), frame(0x02, any), frame(0x80, any)};
        assertThat(readAll(reader(wiring, LIMIT, join(frames))))
                .isEqualTo(Stream.of(frames).map(FrameReaderTest::show).toList());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void readsSixteenMebibytes(boolean client) throws IOException {
        Wiring wiring = client ? Wiring.CLIENT : Wiring.SERVER;
        byte[] payload = new byte[16 << 20];
        new Random(16).nextBytes(payload);
        byte[] wire = wiring.fromRemote(join(frame(0x82, payload), frame(0x81, new byte[0])));
        for (int bytesPerRead : new int[] {Integer.MAX_VALUE, 4093}) {
            FrameReader reader =
                    new FrameReader(ScriptedStream.ended(wire, bytesPerRead), !client, false, opcode -> payload.length);
            assertThat(reader.read()).isTrue();
            assertThat(reader.takePayload()).isEqualTo(payload);
            assertThat(reader.read()).isTrue();
            assertThat(reader.payloadLength()).isZero();
            assertThat(reader.read()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void saysWhetherAMessageIsTextAndCompressed(Wiring wiring) throws IOException {
        byte[] wire = wiring.fromRemote(bytes("41 01 ff 89 00 80 01 ff 81 01 21 c2 00"));
        FrameReader reader = new FrameReader(
                ScriptedStream.ended(wire, wiring.bytesPerRead()), !wiring.client(), true, opcode -> 10);
        List<String> seen = new ArrayList<>();
        while (reader.read()) {
            seen.add(reader.opcode() + (reader.text() ? " text" : "") + (reader.compressed() ? " compressed" : ""));
        }
        // UTF-8 is not judged before it is inflated, and what a control frame says of a message is of the one around it
        assertThat(seen)
                .containsExactly(
                        "1 text compressed", "9 text compressed", "0 text compressed", "1 text", "2 compressed");
    }

    @ParameterizedTest
    @EnumSource
    void endsWithTheStreamAlsoInsideAFrame(Wiring wiring) throws IOException {
        byte[] whole = wiring.fromRemote(join(frame(0x81, new byte[300]), frame(0x82, new byte[70_000])));
        int second = wiring.fromRemote(frame(0x81, new byte[300])).length;
        for (int cut : new int[] {0, 1, 2, 3, 4, 100, second - 1, second, second + 1, second + 9, second + 69_000}) {
            FrameReader reader = new FrameReader(
                    ScriptedStream.ended(Arrays.copyOf(whole, cut), wiring.bytesPerRead()),
                    !wiring.client(),
                    false,
                    opcode -> LIMIT);
            if (cut >= second) {
                assertThat(reader.read()).isTrue();
            }
            assertThat(reader.read()).as("cut at %d", cut).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsFirstWhatCameBehindTheOpeningHandshake(Wiring wiring) throws IOException {
        for (int size : new int[] {5, 600, 9_000, 60_000}) {
            byte[] frame = frame(0x82, new byte[size]);
            byte[] wire = wiring.fromRemote(join(frame, frame));
            for (int before : new int[] {0, 1, size, Math.min(wire.length, BUFFER)}) {
                FrameReader reader = new FrameReader(
                        ScriptedStream.ended(Arrays.copyOfRange(wire, before, wire.length), wiring.bytesPerRead()),
                        !wiring.client(),
                        false,
                        opcode -> LIMIT);
                reader.unread(join(new byte[7], wire), 7, before);
                assertThat(reader.hasBuffered()).isEqualTo(before > 0);
                assertThat(readAll(reader)).containsExactly(show(frame), show(frame));
            }
        }
    }

    @Test
    void knowsThatItsArrayWasTooSmallForWhatHasCome() throws IOException {
        byte[] frame = frame(0x82, new byte[250]);
        FrameReader reader = new FrameReader(
                ScriptedStream.ended(join(frame, frame, frame), Integer.MAX_VALUE), false, false, opcode -> LIMIT);
        reader.read();
        reader.read();
        assertThat(reader.isCut()).isTrue();
        reader.read();
        assertThat(reader.isCut()).isFalse();
    }

    @Test
    void knowsThatMoreWasReadThanTheFrame() throws IOException {
        FrameReader reader = reader(Wiring.CLIENT, LIMIT, bytes("81 01 61 81 01 62"));
        reader.read();
        assertThat(reader.hasBuffered()).isTrue();
        reader.read();
        assertThat(reader.hasBuffered()).isFalse();
    }

    // ---- broken rules

    /** Frames, the last of which breaks a rule with its last byte; the limit, whether compression is agreed, code and sentence. */
    static Stream<Arguments> malformed() {
        List<Arguments> rows = new ArrayList<>();
        for (int opcode : new int[] {3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf}) {
            String reserved = "opcode 0x" + Integer.toHexString(opcode) + " is reserved";
            add(rows, HexFormat.of().toHexDigits((byte) (0x80 | opcode)) + " 00", 1002, reserved);
            add(rows, HexFormat.of().toHexDigits((byte) opcode) + " 00", 1002, reserved);
        }
        String reservedBit = "a reserved bit is set that no agreed extension uses";
        for (String b0 : List.of("c1", "a1", "91", "f1", "d2", "40", "c9", "a8", "9a")) {
            add(rows, b0 + " 00", 1002, reservedBit);
        }
        for (String b0 : List.of("a1", "91", "e1", "d1", "a9")) {
            addCompressed(rows, b0 + " 00", reservedBit);
        }
        for (String b0 : List.of("08", "09", "0a")) {
            add(rows, b0 + " 00", 1002, "a control frame is fragmented");
        }
        for (String b0 : List.of("88", "89", "8a")) {
            String tooLong = "a control frame has more than 125 bytes of payload";
            add(rows, b0 + " 7e 00 7e", 1002, tooLong);
            add(rows, b0 + " 7f 00 00 00 00 00 01 00 00", 1002, tooLong);
        }
        String orphan = "a continuation frame has no message to continue";
        add(rows, "80 00", 1002, orphan);
        add(rows, "00 00", 1002, orphan);
        add(rows, "81 00 80 00", 1002, orphan);
        add(rows, "01 00 80 00 80 00", 1002, orphan);
        add(rows, "89 00 80 00", 1002, orphan);
        String inside = "a new message begins inside another";
        add(rows, "01 00 81 00", 1002, inside);
        add(rows, "01 00 01 00", 1002, inside);
        add(rows, "02 00 82 00", 1002, inside);
        add(rows, "02 00 00 00 89 00 81 00", 1002, inside);
        addCompressed(rows, "c9 00", "a control frame is marked as compressed");
        addCompressed(rows, "41 00 c0 00", "a continuation frame is marked as compressed");
        addCompressed(rows, "01 00 c0 00", "a continuation frame is marked as compressed");
        String topBit = "a frame's 64-bit length has its top bit set";
        add(rows, "82 7f 80 00 00 00 00 00 00 00", 1002, topBit);
        add(rows, "82 7f ff ff ff ff ff ff ff ff", 1002, topBit);
        add(rows, "82 7e 00 00", 1002, "a frame's length 0 is not in its shortest form");
        add(rows, "82 7e 00 7d", 1002, "a frame's length 125 is not in its shortest form");
        add(rows, "82 7f 00 00 00 00 00 00 00 01", 1002, "a frame's length 1 is not in its shortest form");
        add(rows, "82 7f 00 00 00 00 00 00 ff ff", 1002, "a frame's length 65535 is not in its shortest form");
        String notText = "a text message is not UTF-8";
        add(rows, "81 05 ff", 1007, notText);
        add(rows, "81 05 61 62 c0", 1007, notText);
        add(rows, "81 05 e2 82 41", 1007, notText);
        add(rows, "81 02 e2 82", 1007, notText); // ends inside a character
        add(rows, "01 02 e2 82 80 05 41", 1007, notText);
        add(rows, "01 02 e2 82 89 02 82 ac 80 00", 1007, notText);
        add(rows, "01 00 00 01 f4 00 01 90", 1007, notText);
        add(rows, "81 7e 02 00 ed a0", 1007, notText);
        rows.add(Arguments.of("82 0b", 10, false, 1009, tooBig("11", 0, 10)));
        rows.add(Arguments.of("82 01", 0, false, 1009, tooBig("1", 0, 0)));
        rows.add(Arguments.of("02 06 01 02 03 04 05 06 80 05", 10, false, 1009, tooBig("5", 6, 10)));
        rows.add(Arguments.of(
                "02 01 01 00 09 01 02 03 04 05 06 07 08 09 89 00 80 01", 10, false, 1009, tooBig("1", 10, 10)));
        rows.add(Arguments.of("82 7e 04 01", 1024, false, 1009, tooBig("1025", 0, 1024)));
        for (int limit : new int[] {10, LIMIT, Integer.MAX_VALUE}) {
            rows.add(Arguments.of(
                    "82 7f 40 00 00 00 00 00 00 00", limit, false, 1009, tooBig("4611686018427387904", 0, limit)));
            rows.add(Arguments.of("81 7f 00 00 00 00 80 00 00 00", limit, false, 1009, tooBig("2147483648", 0, limit)));
        }
        rows.add(Arguments.of(
                "02 01 01 80 7f 00 00 00 00 7f ff ff ff",
                Integer.MAX_VALUE,
                false,
                1009,
                tooBig("2147483647", 1, Integer.MAX_VALUE)));
        return rows.stream()
                .flatMap(row -> Stream.of(Wiring.values()).map(wiring -> {
                    List<Object> all = new ArrayList<>(List.of(row.get()));
                    all.add(wiring);
                    return Arguments.of(all.toArray());
                }));
    }

    private static void add(List<Arguments> rows, String wire, int code, String sentence) {
        rows.add(Arguments.of(wire, LIMIT, false, code, sentence));
    }

    private static void addCompressed(List<Arguments> rows, String wire, String sentence) {
        rows.add(Arguments.of(wire, LIMIT, true, 1002, sentence));
    }

    private static String tooBig(String length, int before, int limit) {
        return "Payload size limit reached: a frame of " + length + " bytes after " + before + ", the limit is "
                + limit;
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void failsAtTheByteThatBreaksARule(
            String wire, int limit, boolean compression, int code, String sentence, Wiring wiring) {
        // The stream is silent behind that byte: a reader that asks for more times out
        ScriptedStream stream = ScriptedStream.silent(wiring.fromRemote(bytes(wire)), wiring.bytesPerRead());
        FrameReader reader = new FrameReader(stream, !wiring.client(), compression, opcode -> limit);
        assertThatExceptionOfType(ProtocolFailure.class)
                .isThrownBy(() -> readAll(reader))
                .withMessage(sentence)
                .satisfies(failure -> assertThat(failure.code()).isEqualTo(code));
    }

    @ParameterizedTest
    @ValueSource(strings = {"83", "a1", "08", "80"})
    void judgesAHeaderByItsFirstTwoBytes(String b0) {
        for (String wire : new String[] {b0 + " 80", b0 + " fe", b0 + " ff"}) {
            FrameReader reader = new FrameReader(ScriptedStream.silent(bytes(wire), 1), true, false, opcode -> LIMIT);
            assertThatExceptionOfType(ProtocolFailure.class).isThrownBy(reader::read);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void aServerRefusesAFrameThatIsNotMasked(int bytesPerRead) {
        for (String wire : new String[] {"81 00", "81 05 48 65 6c 6c 6f", "89 00", "88 00"}) {
            FrameReader reader =
                    new FrameReader(ScriptedStream.silent(bytes(wire), bytesPerRead), true, false, opcode -> LIMIT);
            assertThatExceptionOfType(ProtocolFailure.class)
                    .isThrownBy(reader::read)
                    .withMessage("a client's frame is not masked")
                    .satisfies(failure -> assertThat(failure.code()).isEqualTo(1002));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void aClientRefusesAFrameThatIsMasked(int bytesPerRead) {
        for (String wire : new String[] {"81 80", "81 85 37 fa 21 3d 7f 9f 4d 51 58", "89 80", "88 80"}) {
            FrameReader reader =
                    new FrameReader(ScriptedStream.silent(bytes(wire), bytesPerRead), false, false, opcode -> LIMIT);
            assertThatExceptionOfType(ProtocolFailure.class)
                    .isThrownBy(reader::read)
                    .withMessage("a server's frame is masked")
                    .satisfies(failure -> assertThat(failure.code()).isEqualTo(1002));
        }
    }

    static Stream<Arguments> longTexts() {
        return IntStream.of(400, 600, 8_000, 9_000, 65_536, 65_537, 300_000)
                .boxed()
                .flatMap(length -> Stream.of(Wiring.values()).map(wiring -> Arguments.of(length, wiring)));
    }

    @ParameterizedTest
    @MethodSource("longTexts")
    void findsTheFirstBadByteOfALongTextWhenItComes(int length, Wiring wiring) {
        for (int bad : new int[] {0, 1, 300, length / 2, length - 2, length - 1}) {
            byte[] text = new byte[bad + 1];
            Arrays.fill(text, (byte) 'x');
            text[bad] = (byte) 0xFF;
            byte[] wire = wiring.fromRemote(join(header(0x81, length), text));
            FrameReader reader = new FrameReader(
                    ScriptedStream.silent(wire, wiring.bytesPerRead()), !wiring.client(), false, opcode -> LIMIT);
            assertThatExceptionOfType(ProtocolFailure.class)
                    .as("bad byte at %d", bad)
                    .isThrownBy(reader::read)
                    .withMessage("a text message is not UTF-8");
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesALimitToTheByte(Wiring wiring) throws IOException {
        byte[] frames = bytes("82 0a 01 02 03 04 05 06 07 08 09 0a 02 06 01 02 03 04 05 06 80 04 01 02 03 04 81 00");
        assertThat(readAll(reader(wiring, 10, frames))).hasSize(4);
    }

    @ParameterizedTest
    @EnumSource
    void asksForTheLimitOnceForEachMessage(Wiring wiring) throws IOException {
        List<Integer> asked = new ArrayList<>();
        byte[] wire = bytes("01 01 61 89 01 62 00 01 63 80 01 64 82 02 01 02 81 00 82 03");
        FrameReader reader = new FrameReader(
                ScriptedStream.silent(wiring.fromRemote(wire), wiring.bytesPerRead()),
                !wiring.client(),
                false,
                opcode -> {
                    asked.add(opcode);
                    return opcode == Opcodes.TEXT ? 3 : 2;
                });
        assertThatExceptionOfType(ProtocolFailure.class)
                .isThrownBy(() -> readAll(reader))
                .withMessage(tooBig("3", 0, 2));
        assertThat(asked).containsExactly(Opcodes.TEXT, Opcodes.BINARY, Opcodes.TEXT, Opcodes.BINARY);
    }

    @ParameterizedTest
    @EnumSource
    void aCompressedFrameMayBeALittleLongerThanTheLimitOfWhatItInflatesTo(Wiring wiring) throws IOException {
        for (int limit : new int[] {0, 1_000, 100_000}) {
            int longest = limit + limit / 8 + 64;
            byte[] wire = wiring.fromRemote(join(frame(0x42, new byte[longest]), frame(0x80, new byte[longest])));
            FrameReader reader = new FrameReader(
                    ScriptedStream.ended(wire, wiring.bytesPerRead()), !wiring.client(), true, opcode -> limit);
            assertThat(readAll(reader)).hasSize(2);

            byte[] longer = wiring.fromRemote(header(0xC2, longest + 1));
            FrameReader refusing = new FrameReader(
                    ScriptedStream.silent(longer, wiring.bytesPerRead()), !wiring.client(), true, opcode -> limit);
            assertThatExceptionOfType(ProtocolFailure.class)
                    .isThrownBy(refusing::read)
                    .withMessage("Payload size limit reached: a compressed frame of " + (longest + 1)
                            + " bytes, the limit is " + limit + " inflated")
                    .satisfies(failure -> assertThat(failure.code()).isEqualTo(1009));
        }
    }

    @ParameterizedTest
    @EnumSource
    void noCompressedFrameIsLongerThanAnArrayCanBe(Wiring wiring) {
        byte[] wire = wiring.fromRemote(header(0xC2, 1L << 31));
        FrameReader reader = new FrameReader(
                ScriptedStream.silent(wire, wiring.bytesPerRead()),
                !wiring.client(),
                true,
                opcode -> Integer.MAX_VALUE);
        assertThatExceptionOfType(ProtocolFailure.class)
                .isThrownBy(reader::read)
                .withMessage(
                        "Payload size limit reached: a compressed frame of 2147483648 bytes, the limit is 2147483647"
                                + " inflated");
    }

    @ParameterizedTest
    @EnumSource
    void controlFramesDoNotCountForTheLimit(Wiring wiring) throws IOException {
        assertThat(readAll(reader(wiring, 1, bytes("02 01 01 89 03 01 02 03 80 00"))))
                .hasSize(3);
    }

    // ---- memory

    @ParameterizedTest
    @ValueSource(longs = {LIMIT, Integer.MAX_VALUE, 1L << 31, 1L << 62})
    void aHeaderAloneReservesNoMemory(long announced) {
        byte[] wire = header(0x82, announced);
        long used = allocated(() -> {
            FrameReader reader =
                    new FrameReader(ScriptedStream.silent(wire, 100), false, false, opcode -> Integer.MAX_VALUE);
            assertThatExceptionOfType(IOException.class).isThrownBy(reader::read);
            reader.release();
        });
        assertThat(used).as("bytes allocated").isLessThan(3 * BUFFER);
    }

    @Test
    void anArrayGrowsWithWhatHasArrived() {
        int arrived = 100_000;
        byte[] wire = join(header(0x82, Integer.MAX_VALUE), new byte[arrived]);
        long used = allocated(() -> {
            FrameReader reader =
                    new FrameReader(ScriptedStream.silent(wire, 100), false, false, opcode -> Integer.MAX_VALUE);
            assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(reader::read);
        });
        assertThat(used).as("bytes allocated").isLessThan(20L * arrived);
    }

    @Test
    void theArrayOfALargeFrameIsHandedOutWithoutACopy() throws IOException {
        FrameReader reader = reader(Wiring.CLIENT, LIMIT, frame(0x82, new byte[100_000]));
        reader.read();
        assertThat(reader.takePayload()).isSameAs(reader.payload()).hasSize(100_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 512, 600, 8_192, 60_000})
    void aPayloadTakenIsTheCallersOwn(int length) throws IOException {
        FrameReader reader =
                reader(Wiring.CLIENT, LIMIT, join(frame(0x82, new byte[length]), frame(0x82, filled(length))));
        reader.read();
        byte[] taken = reader.takePayload();
        reader.read();
        assertThat(taken).isEqualTo(new byte[length]);
    }

    @ParameterizedTest
    @EnumSource
    void anIdleReaderHoldsLittle(Wiring wiring) throws IOException {
        for (int length : new int[] {0, 100, 600, 8_000, 20_000, 65_536, 200_000}) {
            byte[] wire = wiring.fromRemote(frame(0x82, new byte[length]));
            ScriptedStream stream = ScriptedStream.silent(wire, wiring.bytesPerRead());
            FrameReader reader = new FrameReader(stream, !wiring.client(), false, opcode -> LIMIT);
            reader.read();
            assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(reader::read);
            assertThat(stream.lastRoom())
                    .as("bytes held after a frame of %d", length)
                    .isEqualTo(512);
            assertThat(reader.payload()).hasSize(512);
            reader.release();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReaderThatWaitsForTheNextFrameHoldsLittle(Wiring wiring) throws IOException {
        for (int length : new int[] {0, 600, 20_000, 65_536, 200_000}) {
            byte[] wire = wiring.fromRemote(frame(0x82, new byte[length]));
            ScriptedStream stream = ScriptedStream.silent(wire, wiring.bytesPerRead());
            FrameReader reader = new FrameReader(stream, !wiring.client(), false, opcode -> LIMIT);
            assertThat(reader.await()).isTrue();
            assertThat(reader.read()).isTrue();
            assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(reader::await);
            assertThat(stream.lastRoom()).as("bytes held after %d", length).isEqualTo(512);
            assertThat(reader.payload()).as("array of the frame before").hasSize(512);
            reader.release();
        }
    }

    @ParameterizedTest
    @EnumSource
    void waitingTakesNothingFromTheFrame(Wiring wiring) throws IOException {
        byte[] frames = bytes("81 01 61 89 00 82 01 62");
        FrameReader reader = reader(wiring, LIMIT, frames);
        List<String> read = new ArrayList<>();
        while (reader.await()) {
            assertThat(reader.await()).isTrue(); // at once: it has begun
            assertThat(reader.read()).isTrue();
            read.add(show(reader));
        }
        assertThat(read).containsExactly("81 01 61", "89 00", "82 01 62");
        assertThat(reader.await()).isFalse();
    }

    @Test
    void waitingInsideAFrameReturnsAtOnce() throws IOException {
        FrameReader reader =
                new FrameReader(ScriptedStream.silent(bytes("82 05 01"), 100), false, false, opcode -> LIMIT);
        assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(reader::read);
        assertThat(reader.await()).isTrue();
    }

    @Test
    void goesOnWithAnotherStreamInsideAFrame() throws IOException {
        FrameReader reader =
                new FrameReader(ScriptedStream.silent(bytes("81 03 61"), 100), false, false, opcode -> LIMIT);
        assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(reader::read);
        reader.source(ScriptedStream.ended(bytes("62 63"), 1));
        assertThat(reader.read()).isTrue();
        assertThat(show(reader)).isEqualTo("81 03 61 62 63");
    }

    @Test
    void saysWhenBytesCameLast() throws IOException {
        long before = System.nanoTime();
        FrameReader reader = reader(Wiring.CLIENT_BYTE_BY_BYTE, LIMIT, bytes("81 01 61"));
        long made = reader.heardAt();
        assertThat(made - before).isNotNegative();
        reader.await();
        long heard = reader.heardAt();
        assertThat(heard - made).isNotNegative();
        reader.read();
        assertThat(reader.heardAt() - heard).isPositive();
        heard = reader.heardAt();
        assertThat(reader.await()).isFalse();
        assertThat(reader.heardAt()).as("an end is no byte").isEqualTo(heard);
    }

    @Test
    void readsManyFramesAtOnceWhenTheyHaveComeAlready() throws IOException {
        byte[] frame = frame(0x82, new byte[9_000]);
        ScriptedStream stream = ScriptedStream.silent(join(frame, frame, frame, frame), Integer.MAX_VALUE);
        FrameReader reader = new FrameReader(stream, false, false, opcode -> LIMIT);
        reader.read();
        while (reader.hasBuffered()) {
            reader.read();
        }
        assertThat(stream.position()).isEqualTo(4 * frame.length);
        assertThat(stream.lastRoom()).isEqualTo(BUFFER);
        assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(reader::await);
        assertThat(stream.lastRoom()).isEqualTo(512);
        reader.release();
    }

    @Test
    void shrinksWhenLessComesAgain() throws IOException {
        byte[] wire = join(frame(0x82, new byte[600]), frame(0x82, new byte[5]), frame(0x82, new byte[5]));
        ScriptedStream stream = new ScriptedStream(wire, at -> at < 604 ? 604 - at : 7, true);
        FrameReader reader = new FrameReader(stream, false, false, opcode -> LIMIT);
        for (int i = 0; i < 3; i++) {
            reader.read();
        }
        assertThat(stream.lastRoom()).isEqualTo(512);
    }

    @ParameterizedTest
    @SuppressWarnings("ReferenceEquality")
    @ValueSource(ints = {600, 8_000, 9_000, 60_000, 65_536, 65_537, 200_000})
    void aBorrowedBufferIsGivenBackOnce(int length) throws IOException {
        byte[] medium = new byte[BufferPool.MEDIUM.size()];
        byte[] large = new byte[BufferPool.LARGE.size()];
        BufferPool.MEDIUM.give(medium);
        BufferPool.LARGE.give(large);
        byte[] wire = frame(0x82, new byte[length]);
        FrameReader reader =
                new FrameReader(ScriptedStream.silent(join(wire, wire, wire), 5_000), false, false, opcode -> LIMIT);
        boolean borrowed = false;
        for (int i = 0; i < 3; i++) {
            reader.read();
            borrowed |= reader.payload() == medium || reader.payload() == large || length > BUFFER;
        }
        reader.release();
        reader.release();
        assertThat(borrowed).isTrue();
        assertGivenBackOnce(BufferPool.MEDIUM, medium);
        assertGivenBackOnce(BufferPool.LARGE, large);
    }

    @ParameterizedTest
    @ValueSource(ints = {600, 9_000, 65_536, 200_000})
    void aBufferBorrowedInsideAFrameIsGivenBackOnce(int length) {
        byte[] medium = new byte[BufferPool.MEDIUM.size()];
        byte[] large = new byte[BufferPool.LARGE.size()];
        for (int cut = 0; cut < length; cut += length / 7) {
            BufferPool.MEDIUM.give(medium);
            BufferPool.LARGE.give(large);
            byte[] wire = join(header(0x82, length), new byte[cut]);
            FrameReader reader = new FrameReader(ScriptedStream.silent(wire, 5_000), false, false, opcode -> LIMIT);
            assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(reader::read);
            reader.release();
            assertGivenBackOnce(BufferPool.MEDIUM, medium);
            assertGivenBackOnce(BufferPool.LARGE, large);
        }
    }

    /** The pool hands out first what came last. */
    @SuppressWarnings("ReferenceEquality")
    private static void assertGivenBackOnce(BufferPool pool, byte[] buffer) {
        assertThat(pool.take() == buffer).as("is back").isTrue();
        assertThat(pool.take() == buffer).as("is back twice").isFalse();
    }

    // ---- timeouts

    static Stream<Arguments> everyKindOfFrame() {
        byte[] euros = "€".repeat(60).getBytes(StandardCharsets.UTF_8);
        byte[][] sequences = {
            bytes("81 05 48 65 6c 6c 6f 81 00"),
            join(frame(0x81, euros), bytes("82 00")),
            join(frame(0x82, filled(700)), frame(0x82, filled(9_000))),
            bytes("89 00 89 03 01 02 03 8a 02 05 06 88 05 03 e8 62 79 65"),
            bytes("01 02 e2 82 89 01 ff 00 00 00 01 ac 8a 00 80 01 21 81 01 21"),
        };
        return Stream.of(sequences)
                .flatMap(frames -> Stream.of(Wiring.values()).map(wiring -> Arguments.of(frames, wiring)));
    }

    @ParameterizedTest
    @MethodSource("everyKindOfFrame")
    void aTimeoutAtAnyByteLosesNothing(byte[] frames, Wiring wiring) throws IOException {
        byte[] wire = wiring.fromRemote(frames);
        List<String> expected = readAll(reader(wiring, LIMIT, frames));
        int step = Math.max(1, wire.length / 1_000);
        for (int pause = 0; pause < wire.length; pause += step) {
            assertThat(readAllDespitePauses(wire, wiring, pauseBefore(pause)))
                    .as("pause before byte %d", pause)
                    .isEqualTo(expected);
        }
        assertThat(readAllDespitePauses(wire, wiring, pauseBeforeEveryByte())).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void aTimeoutInsideALargeFrameLosesNothing(Wiring wiring) throws IOException {
        for (int length : new int[] {65_536, 65_542}) {
            byte[] frames = join(frame(0x01, "ä".repeat(length / 2).getBytes(StandardCharsets.UTF_8)), bytes("80 00"));
            byte[] wire = wiring.fromRemote(frames);
            List<String> expected = readAll(reader(wiring, LIMIT, frames));
            List<Integer> pauses =
                    new ArrayList<>(IntStream.range(0, 20).boxed().toList());
            IntStream.range(BUFFER - 2, BUFFER + 18)
                    .filter(at -> at < wire.length)
                    .forEach(pauses::add);
            IntStream.range(wire.length - 10, wire.length).forEach(pauses::add);
            for (int pause : pauses) {
                assertThat(readAllDespitePauses(wire, wiring, pauseBefore(pause)))
                        .as("pause before byte %d of %d", pause, wire.length)
                        .isEqualTo(expected);
            }
            assertThat(readAllDespitePauses(wire, wiring, pauseBeforeEveryByte()))
                    .isEqualTo(expected);
        }
    }

    private static IntUnaryOperator pauseBefore(int position) {
        boolean[] paused = new boolean[1];
        return at -> {
            if (at < position) {
                return position - at;
            }
            if (at == position && !paused[0]) {
                paused[0] = true;
                return 0;
            }
            return Integer.MAX_VALUE;
        };
    }

    private static IntUnaryOperator pauseBeforeEveryByte() {
        boolean[] paused = new boolean[1];
        return at -> {
            paused[0] = !paused[0];
            return paused[0] ? 0 : 1;
        };
    }

    private static List<String> readAllDespitePauses(byte[] wire, Wiring wiring, IntUnaryOperator pauses)
            throws IOException {
        ScriptedStream stream =
                new ScriptedStream(wire, at -> Math.min(pauses.applyAsInt(at), wiring.bytesPerRead()), false);
        FrameReader reader = new FrameReader(stream, !wiring.client(), false, opcode -> LIMIT);
        List<String> frames = new ArrayList<>();
        while (true) {
            try {
                if (!reader.read()) {
                    return frames;
                }
                frames.add(show(reader));
            } catch (SocketTimeoutException e) {
                assertThat(e).hasMessageStartingWith("a pause at byte"); // and on it goes
            }
        }
    }

    private static void assertReads(Wiring wiring, String... frames) throws IOException {
        assertThat(readAll(reader(wiring, LIMIT, bytes(String.join(" ", frames)))))
                .containsExactly(frames);
    }

    private static FrameReader reader(Wiring wiring, int limit, byte[] frames) {
        return new FrameReader(
                ScriptedStream.ended(wiring.fromRemote(frames), wiring.bytesPerRead()),
                !wiring.client(),
                false,
                opcode -> limit);
    }

    private static List<String> readAll(FrameReader reader) throws IOException {
        List<String> frames = new ArrayList<>();
        while (reader.read()) {
            frames.add(show(reader));
        }
        reader.release();
        return frames;
    }

    private static String show(FrameReader reader) {
        return show(frame(reader.opcode() | (reader.fin() ? 0x80 : 0), reader.takePayload()));
    }

    /** A frame in hex; of a long one the sum of its bytes is enough. */
    private static String show(byte[] frame) {
        if (frame.length < 1_000) {
            return hex(frame);
        }
        CRC32 sum = new CRC32();
        sum.update(frame);
        return frame.length + " bytes " + Long.toHexString(sum.getValue());
    }

    private static byte[] filled(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static long allocated(Runnable task) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        task.run(); // classes are loaded by the first run
        long before = threads.getCurrentThreadAllocatedBytes();
        task.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}
