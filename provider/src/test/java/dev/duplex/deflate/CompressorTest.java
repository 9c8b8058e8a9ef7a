package dev.duplex.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompressorTest {
    private static final byte[] HELLO = "Hello".getBytes(StandardCharsets.US_ASCII);

    private final CountingPool<Deflater> deflaters =
            new CountingPool<>(1, () -> new Deflater(-1, true), Deflater::reset, Deflater::end);

    static Stream<Arguments> takeoverAndWindow() {
        return ZlibPeerTest.takeoverAndWindow();
    }

    @ParameterizedTest
    @MethodSource("takeoverAndWindow")
    void anyMessagesRoundTrip(boolean takeover, int bits) throws Exception {
        Random random = new Random(bits);
        try (Compressor compressor = new Compressor(takeover, bits);
                Decompressor decompressor = new Decompressor(takeover)) {
            for (int i = 0; i < 150; i++) {
                byte[] message = Payloads.random(random, 10_000);
                byte[] payload = Codecs.compress(compressor, message);
                assertThat(Codecs.decompress(decompressor, payload)).isEqualTo(message);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("takeoverAndWindow")
    void eachFragmentDecompressesAtOnce(boolean takeover, int bits) throws Exception {
        Random random = new Random(bits);
        try (Compressor compressor = new Compressor(takeover, bits);
                Decompressor decompressor = new Decompressor(takeover)) {
            for (int i = 0; i < 30; i++) {
                for (int fragments = random.nextInt(5); fragments > 0; fragments--) {
                    byte[] fragment = Payloads.random(random, 3_000);
                    byte[] payload = Codecs.compress(compressor, fragment, false);
                    assertThat(Codecs.decompress(decompressor, payload, false)).isEqualTo(fragment);
                }
                byte[] last = Payloads.random(random, 3_000);
                byte[] payload = Codecs.compress(compressor, last, true);
                assertThat(Codecs.decompress(decompressor, payload, true)).isEqualTo(last);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("takeoverAndWindow")
    void oneByteInEachFragmentIsAMessageAllTheSame(boolean takeover, int bits) throws Exception {
        byte[] message = Payloads.json(700);
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        try (Compressor compressor = new Compressor(takeover, bits);
                Decompressor decompressor = new Decompressor(takeover)) {
            for (int i = 0; i < message.length; i++) {
                payload.write(
                        Codecs.compress(compressor, Arrays.copyOfRange(message, i, i + 1), i == message.length - 1));
            }
            assertThat(Codecs.decompress(decompressor, payload.toByteArray())).isEqualTo(message);
        }
    }

    @ParameterizedTest
    @MethodSource("takeoverAndWindow")
    void anEmptyMessageIsASingleZero(boolean takeover, int bits) {
        // RFC 7692 §7.2.3.6
        try (Compressor compressor = new Compressor(takeover, bits)) {
            assertThat(Codecs.compress(compressor, new byte[0])).containsExactly(0);
            Codecs.compress(compressor, HELLO);
            assertThat(Codecs.compress(compressor, new byte[0])).containsExactly(0);
            assertThat(Codecs.compress(compressor, new byte[0])).containsExactly(0);
        }
    }

    @ParameterizedTest
    @MethodSource("takeoverAndWindow")
    void onlyTheLastFragmentLeavesOutItsTail(boolean takeover, int bits) {
        // RFC 7692 §7.2.1
        byte[] tail = Codecs.hex("00 00 ff ff");
        try (Compressor compressor = new Compressor(takeover, bits)) {
            assertThat(Codecs.compress(compressor, HELLO, false)).endsWith(tail);
            byte[] last = Codecs.compress(compressor, HELLO, true);
            assertThat(last).hasSizeLessThan(HELLO.length + 6);
            assertThat(Arrays.copyOfRange(last, Math.max(0, last.length - 4), last.length))
                    .isNotEqualTo(tail);
        }
    }

    @Test
    void anEmptyFragmentThatIsNotTheLastIsEmpty() {
        try (Compressor compressor = new Compressor(true, 15)) {
            assertThat(Codecs.compress(compressor, new byte[0], false)).isEmpty();
            Codecs.compress(compressor, HELLO, false);
            assertThat(Codecs.compress(compressor, new byte[0], false)).isEmpty();
            assertThat(Codecs.compress(compressor, new byte[0], true)).containsExactly(0);
        }
    }

    @Test
    void appendsToWhatIsThereAndReadsOnlyItsRange() throws Exception {
        ByteBuilder out = new ByteBuilder(0);
        out.length(14);
        Arrays.fill(out.array(), 0, 14, (byte) 9);
        byte[] in = "<<Hello>>".getBytes(StandardCharsets.US_ASCII);
        try (Compressor compressor = new Compressor(false, 15)) {
            compressor.compress(in, 2, 5, true, out);
        }
        byte[] all = out.toByteArray();
        assertThat(Arrays.copyOf(all, 14)).containsOnly(9);
        assertThat(Codecs.decompress(new Decompressor(false), Arrays.copyOfRange(all, 14, all.length)))
                .isEqualTo(HELLO);
    }

    /** zlib writes its flush marker again when the first one just filled the room; that must stay valid. */
    @Test
    void anyRoomThatTheOutputHappensToHaveIsEnough() throws Exception {
        byte[] message = Payloads.noise(300);
        for (int room = 0; room < 340; room++) {
            ByteBuilder out = new ByteBuilder(room);
            try (Compressor compressor = new Compressor(true, 15);
                    Decompressor decompressor = new Decompressor(true)) {
                compressor.compress(message, 0, message.length, true, out);
                assertThat(Codecs.decompress(decompressor, out.toByteArray())).isEqualTo(message);
                assertThat(Codecs.decompress(decompressor, Codecs.compress(compressor, HELLO)))
                        .isEqualTo(HELLO);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 12, 15})
    void theContextOfEarlierMessagesHelpsLaterOnes(int bits) {
        byte[] message = Payloads.noise(100);
        try (Compressor keeps = new Compressor(true, bits);
                Compressor forgets = new Compressor(false, bits)) {
            assertThat(Codecs.compress(keeps, message)).hasSizeGreaterThan(100);
            assertThat(Codecs.compress(keeps, message)).hasSizeLessThan(30);
            assertThat(Codecs.compress(forgets, message)).isEqualTo(Codecs.compress(forgets, message));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 12, 15})
    void theContextReachesBackOverSeveralMessages(int bits) {
        byte[] message = Payloads.noise(100);
        try (Compressor compressor = new Compressor(true, bits)) {
            Codecs.compress(compressor, message);
            Codecs.compress(compressor, Payloads.noise(101));
            Codecs.compress(compressor, Payloads.noise(102));
            assertThat(Codecs.compress(compressor, message)).hasSizeLessThan(30);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 12, 15})
    void theContextOfEarlierFragmentsHelpsLaterOnesAlsoWhenMessagesForget(int bits) {
        byte[] fragment = Payloads.noise(100);
        try (Compressor compressor = new Compressor(false, bits)) {
            assertThat(Codecs.compress(compressor, fragment, false)).hasSizeGreaterThan(100);
            assertThat(Codecs.compress(compressor, fragment, true)).hasSizeLessThan(30);
            assertThat(Codecs.compress(compressor, fragment, true)).hasSizeGreaterThan(100);
        }
    }

    @Test
    void aSmallWindowSeesTheSliceBefore() {
        // Independent slices alone would make this 2.8 times smaller, and a full window 6.8 times.
        byte[] message = Payloads.json(64_000);
        try (Compressor compressor = new Compressor(false, 9)) {
            assertThat(Codecs.compress(compressor, message)).hasSizeLessThan(message.length * 10 / 31);
        }
    }

    @Test
    void noiseGrowsByLittle() {
        byte[] noise = Payloads.noise(100_000);
        assertThat(Codecs.compress(new Compressor(false, 15), noise)).hasSizeLessThan(100_100);
        assertThat(Codecs.compress(new Compressor(false, 8), noise)).hasSizeLessThan(107_000);
    }

    @Test
    void borrowsNothingBeforeTheFirstByte() {
        Compressor compressor = new Compressor(true, 15, deflaters.pool);
        Codecs.compress(compressor, new byte[0]);
        compressor.close();
        assertThat(deflaters.made).isEmpty();
    }

    @Test
    void givesTheCodecBackAfterEachMessageWhenTheContextIsForgotten() {
        Compressor compressor = new Compressor(false, 15, deflaters.pool);
        Codecs.compress(compressor, HELLO, false);
        assertThat(deflaters.pool.idle()).isZero();
        Codecs.compress(compressor, HELLO, true);
        assertThat(deflaters.pool.idle()).isOne();
        Codecs.compress(compressor, HELLO, true);
        assertThat(deflaters.made).hasSize(1);
        assertThat(deflaters.returns()).isEqualTo(2);
    }

    @Test
    void aForgottenMessageThatEndsEmptyGivesItsCodecBackToo() {
        Compressor compressor = new Compressor(false, 15, deflaters.pool);
        Codecs.compress(compressor, HELLO, false);
        Codecs.compress(compressor, new byte[0], true);
        assertThat(deflaters.returns()).isOne();
    }

    @Test
    void keepsTheCodecWithTheContextUntilItIsClosed() {
        Compressor compressor = new Compressor(true, 15, deflaters.pool);
        Codecs.compress(compressor, HELLO);
        Codecs.compress(compressor, HELLO);
        assertThat(deflaters.returns()).isZero();
        compressor.close();
        assertThat(deflaters.returns()).isOne();
    }

    @Test
    void aSmallWindowHoldsNoCodecBetweenCalls() {
        Compressor compressor = new Compressor(true, 9, deflaters.pool);
        Codecs.compress(compressor, Payloads.json(2_000), false);
        assertThat(deflaters.returns()).isOne();
        Codecs.compress(compressor, HELLO, true);
        assertThat(deflaters.returns()).isEqualTo(2);
        assertThat(deflaters.made).hasSize(1);
    }

    @Test
    void closingTwiceGivesBackOnce() {
        Compressor compressor = new Compressor(true, 15, deflaters.pool);
        Codecs.compress(compressor, HELLO);
        compressor.close();
        compressor.close();
        assertThat(deflaters.returns()).isOne();
    }

    @Test
    void aFailureGivesTheCodecBackAndClosesTheCompressor() {
        CountingPool<Deflater> failing = new CountingPool<>(
                1,
                () -> new Deflater(-1, true) {
                    @Override
                    public int deflate(byte[] output, int off, int len, int flush) {
                        throw new IllegalStateException("broken");
                    }
                },
                Deflater::reset,
                Deflater::end);
        for (int bits : new int[] {9, 15}) {
            Compressor compressor = new Compressor(false, bits, failing.pool);
            int before = failing.returns();
            assertThatThrownBy(() -> Codecs.compress(compressor, HELLO)).hasMessage("broken");
            assertThat(failing.returns()).isEqualTo(before + 1);
            assertThatIllegalStateException()
                    .isThrownBy(() -> Codecs.compress(compressor, HELLO))
                    .withMessage("A closed compressor compresses nothing");
            compressor.close();
            assertThat(failing.returns()).isEqualTo(before + 1);
        }
    }

    @Test
    void aClosedCompressorCompressesNothing() {
        Compressor compressor = new Compressor(true, 15);
        compressor.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> Codecs.compress(compressor, HELLO))
                .withMessage("A closed compressor compresses nothing");
    }

    @Test
    void aBadRangeLeavesItUsable() throws Exception {
        Compressor compressor = new Compressor(true, 15);
        assertThatThrownBy(() -> compressor.compress(HELLO, 3, 3, true, new ByteBuilder(0)))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(Codecs.decompress(new Decompressor(true), Codecs.compress(compressor, HELLO)))
                .isEqualTo(HELLO);
    }

    @ParameterizedTest
    @ValueSource(ints = {-15, 7, 16})
    void rejectsWindowsThatDoNotExist(int bits) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Compressor(true, bits))
                .withMessage("windowBits must be in 8..15 (RFC 7692 §7.1.2), but is " + bits);
    }
}
