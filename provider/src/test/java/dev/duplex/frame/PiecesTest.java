package dev.duplex.frame;

import static dev.duplex.frame.Wiring.bytes;
import static dev.duplex.frame.Wiring.frame;
import static dev.duplex.frame.Wiring.header;
import static dev.duplex.frame.Wiring.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames of messages without a limit: 64 KiB at a time, or 1 KiB of compressed bytes. */
@Timeout(60)
class PiecesTest {
    private static final int PIECE = 64 << 10;
    private static final int COMPRESSED_PIECE = 1 << 10;

    static Stream<Arguments> sizes() {
        return IntStream.of(
                        0,
                        1,
                        2,
                        PIECE - 1,
                        PIECE,
                        PIECE + 1,
                        PIECE + 2,
                        PIECE + 3,
                        2 * PIECE - 1,
                        2 * PIECE,
                        2 * PIECE + 1)
                .boxed()
                .flatMap(size -> Stream.of(Wiring.values()).map(wiring -> Arguments.of(size, wiring)));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void aFrameOfAnySizeComesInPiecesThatTogetherAreIt(int size, Wiring wiring) throws IOException {
        byte[] payload = random(size);
        FrameReader reader = reader(wiring, join(frame(0x82, payload), frame(0x81, bytes("61"))));
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        int opcode = Opcodes.BINARY;
        do {
            assertThat(reader.read()).isTrue();
            assertThat(reader.opcode()).isEqualTo(opcode);
            assertThat(reader.payloadLength()).isEqualTo(Math.min(PIECE, size - joined.size()));
            joined.writeBytes(reader.takePayload());
            assertThat(reader.fin()).isEqualTo(joined.size() == size);
            opcode = Opcodes.CONTINUATION;
        } while (!reader.fin());
        assertThat(joined.toByteArray()).isEqualTo(payload);
        assertThat(reader.read()).isTrue();
        assertThat(reader.opcode()).isEqualTo(Opcodes.TEXT);
        assertThat(reader.read()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void theLastPieceOfAFragmentThatIsNotTheLastDoesNotEndTheMessage(Wiring wiring) throws IOException {
        byte[] first = random(PIECE + 5);
        byte[] second = random(PIECE + 7);
        FrameReader reader = reader(wiring, join(frame(0x02, first), bytes("89 01 70"), frame(0x80, second)));
        List<String> seen = new ArrayList<>();
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        while (reader.read()) {
            seen.add(reader.opcode() + (reader.fin() ? " last " : " ") + reader.payloadLength());
            if (!Opcodes.isControl(reader.opcode())) {
                joined.writeBytes(reader.takePayload());
            }
        }
        assertThat(seen).containsExactly("2 " + PIECE, "0 5", "9 last 1", "0 " + PIECE, "0 last 7");
        assertThat(joined.toByteArray()).isEqualTo(join(first, second));
    }

    @ParameterizedTest
    @EnumSource
    void aCharacterMayBeCutByPiecesAndByFragments(Wiring wiring) throws IOException {
        for (int shift = 0; shift < 4; shift++) {
            byte[] text = ("x".repeat(shift) + "😀".repeat(PIECE / 4 + 3)).getBytes(StandardCharsets.UTF_8);
            byte[] start = Arrays.copyOf(text, PIECE + 3);
            byte[] rest = Arrays.copyOfRange(text, start.length, text.length);
            FrameReader reader = reader(wiring, join(frame(0x01, start), frame(0x80, rest)));
            ByteArrayOutputStream joined = new ByteArrayOutputStream();
            while (reader.read()) {
                joined.writeBytes(reader.takePayload());
            }
            assertThat(joined.toString(StandardCharsets.UTF_8)).isEqualTo(new String(text, StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @EnumSource
    void textThatIsNotUtf8IsFoundInThePieceThatHoldsIt(Wiring wiring) throws IOException {
        byte[] text = "x".repeat(3 * PIECE).getBytes(StandardCharsets.UTF_8);
        text[PIECE - 1] = (byte) 0xC3; // a character that the next piece does not complete
        FrameReader reader = reader(wiring, frame(0x81, text));
        assertThat(reader.read()).isTrue();
        assertThatExceptionOfType(ProtocolFailure.class)
                .isThrownBy(reader::read)
                .withMessage("a text message is not UTF-8")
                .matches(e -> e.code() == 1007);
    }

    @ParameterizedTest
    @EnumSource
    void textThatEndsInsideACharacterIsFoundInItsLastPiece(Wiring wiring) throws IOException {
        byte[] text = "x".repeat(PIECE + 1).getBytes(StandardCharsets.UTF_8);
        text[PIECE] = (byte) 0xC3;
        FrameReader reader = reader(wiring, frame(0x81, text));
        assertThat(reader.read()).isTrue();
        assertThatExceptionOfType(ProtocolFailure.class).isThrownBy(reader::read);
    }

    @ParameterizedTest
    @EnumSource
    void aTimeoutInsideAPieceOrBetweenTwoLosesNothing(Wiring wiring) throws IOException {
        byte[] payload = random(2 * PIECE + 9);
        byte[] wire = wiring.fromRemote(join(frame(0x82, payload), frame(0x82, bytes("01"))));
        int header = wire.length - payload.length - (wiring.client() ? 3 : 7);
        for (int at : new int[] {
            0,
            1,
            header,
            header + 1,
            header + PIECE - 1,
            header + PIECE,
            header + PIECE + 1,
            header + 2 * PIECE,
            wire.length - 1
        }) {
            boolean[] paused = new boolean[1];
            IntUnaryOperator sizes = position -> {
                if (position == at && !paused[0]) {
                    paused[0] = true;
                    return 0;
                }
                return Math.min(position < at ? at - position : Integer.MAX_VALUE, wiring.bytesPerRead());
            };
            FrameReader reader = unlimited(new ScriptedStream(wire, sizes, false), wiring, false);
            ByteArrayOutputStream joined = new ByteArrayOutputStream();
            boolean more = true;
            while (more) {
                try {
                    more = reader.await() && reader.read();
                    if (more) {
                        joined.writeBytes(reader.takePayload());
                    }
                } catch (SocketTimeoutException e) {
                    assertThat(e).hasMessage("a pause at byte " + at);
                }
            }
            assertThat(paused[0]).as("paused at %d", at).isTrue();
            assertThat(joined.toByteArray()).as("paused at %d", at).isEqualTo(join(payload, bytes("01")));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCompressedFrameComesInSmallPieces(Wiring wiring) throws IOException {
        for (int size :
                new int[] {COMPRESSED_PIECE - 1, COMPRESSED_PIECE, COMPRESSED_PIECE + 1, 3 * COMPRESSED_PIECE}) {
            byte[] payload = random(size);
            byte[] wire = wiring.fromRemote(frame(0xC2, payload));
            FrameReader reader = unlimited(ScriptedStream.ended(wire, wiring.bytesPerRead()), wiring, true);
            ByteArrayOutputStream joined = new ByteArrayOutputStream();
            while (reader.read()) {
                assertThat(reader.compressed()).isTrue();
                assertThat(reader.payloadLength()).isEqualTo(Math.min(COMPRESSED_PIECE, size - joined.size()));
                joined.writeBytes(reader.takePayload());
                assertThat(reader.fin()).isEqualTo(joined.size() == size);
            }
            assertThat(joined.toByteArray()).isEqualTo(payload);
        }
    }

    @Test
    void aFrameOfAnyAnnouncedLengthIsTakenAsItComes() throws IOException {
        byte[] wire = join(header(0x82, Long.MAX_VALUE), new byte[PIECE]);
        FrameReader reader = unlimited(ScriptedStream.silent(wire, Integer.MAX_VALUE), Wiring.CLIENT, false);
        assertThat(reader.read()).isTrue();
        assertThat(reader.fin()).isFalse();
        assertThat(reader.payloadLength()).isEqualTo(PIECE);
        assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(reader::read);
    }

    @Test
    void aFrameIsThereWhenAllOfItIs() throws IOException {
        byte[] two = bytes("82 01 61 82 7e 00 80");
        byte[] wire = join(two, new byte[0x80]);
        for (int there = 3; there <= wire.length; there++) {
            int first = there;
            FrameReader reader = unlimited(
                    new ScriptedStream(wire, at -> at < first ? first - at : wire.length, false), Wiring.CLIENT, false);
            assertThat(reader.read()).isTrue();
            assertThat(reader.frameIsThere()).as("%d bytes are there", there).isEqualTo(there == wire.length);
            assertThat(reader.hasBuffered()).isEqualTo(there > 3);
            assertThat(reader.read()).isTrue();
            assertThat(reader.frameIsThere()).isFalse();
        }
    }

    @Test
    void aFrameThatIsHalfReadIsNotThere() {
        FrameReader reader =
                unlimited(ScriptedStream.silent(bytes("82 03 61"), Integer.MAX_VALUE), Wiring.CLIENT, false);
        assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(reader::read);
        assertThat(reader.frameIsThere()).isFalse();
    }

    @Test
    void theNextPieceIsThereWhenAllOfItIs() throws IOException {
        byte[] behind = join(new byte[COMPRESSED_PIECE], new byte[COMPRESSED_PIECE]);
        byte[] wire = join(bytes("82 01 61"), frame(0xC2, behind));
        for (int missing : new int[] {0, 1}) {
            FrameReader reader = unlimited(ScriptedStream.silent(new byte[0], 1), Wiring.CLIENT, true);
            reader.unread(wire, 0, wire.length - missing);
            assertThat(reader.read()).isTrue();
            assertThat(reader.read()).isTrue();
            assertThat(reader.fin()).isFalse();
            assertThat(reader.frameIsThere()).isEqualTo(missing == 0);
        }
    }

    private static FrameReader reader(Wiring wiring, byte[] frames) {
        return unlimited(ScriptedStream.ended(wiring.fromRemote(frames), wiring.bytesPerRead()), wiring, false);
    }

    private static FrameReader unlimited(ScriptedStream in, Wiring wiring, boolean compression) {
        return new FrameReader(in, !wiring.client(), compression, opcode -> FrameReader.UNLIMITED);
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
