package dev.duplex.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.duplex.frame.ProtocolFailure;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecompressorTest {
    private static final int MIB = 1 << 20;

    private final CountingPool<Inflater> inflaters =
            new CountingPool<>(1, () -> new Inflater(true), Inflater::reset, Inflater::end);

    @ParameterizedTest
    @CsvSource({
        "§7.2.3.1 one block,                     f2 48 cd c9 c9 07 00",
        "§7.2.3.3 a block without compression,   00 05 00 fa ff 48 65 6c 6c 6f 00",
        "§7.2.3.4 a block that ends the stream,  f3 48 cd c9 c9 07 00 00",
        "§7.2.3.5 two blocks,                    f2 48 05 00 00 00 ff ff ca c9 c9 07 00",
    })
    void readsTheExamplesOfTheStandard(String section, String payload) throws Exception {
        for (boolean takeover : new boolean[] {true, false}) {
            try (Decompressor decompressor = new Decompressor(takeover)) {
                for (int i = 0; i < 3; i++) {
                    assertThat(hello(decompressor, payload)).as(section).isEqualTo("Hello");
                    assertThat(byteByByte(decompressor, Codecs.hex(payload)))
                            .as(section)
                            .isEqualTo("Hello".getBytes(StandardCharsets.US_ASCII));
                }
            }
        }
    }

    @Test
    void readsTheFragmentsOfTheStandard() throws Exception {
        // RFC 7692 §7.2.3.1
        Decompressor decompressor = new Decompressor(true);
        String start = text(Codecs.decompress(decompressor, Codecs.hex("f2 48 cd"), false));
        assertThat(start + text(Codecs.decompress(decompressor, Codecs.hex("c9 c9 07 00"), true)))
                .isEqualTo("Hello");
    }

    @Test
    void refersBackToEarlierMessagesWhenTheContextIsKept() throws Exception {
        // RFC 7692 §7.2.3.2
        Decompressor decompressor = new Decompressor(true);
        assertThat(hello(decompressor, "f2 48 cd c9 c9 07 00")).isEqualTo("Hello");
        assertThat(hello(decompressor, "f2 00 11 00 00")).isEqualTo("Hello");
    }

    @Test
    void refusesToReferBackToEarlierMessagesWhenTheContextIsForgotten() throws Exception {
        Decompressor decompressor = new Decompressor(false);
        assertThat(hello(decompressor, "f2 48 cd c9 c9 07 00")).isEqualTo("Hello");
        assertFails(1007, decompressor, Codecs.hex("f2 00 11 00 00"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void readsAnEmptyMessage(boolean takeover) throws Exception {
        // RFC 7692 §7.2.3.6; and a peer that sends no octet at all for it does no harm
        Decompressor decompressor = new Decompressor(takeover);
        for (int i = 0; i < 3; i++) {
            assertThat(hello(decompressor, "00")).isEmpty();
            assertThat(hello(decompressor, "")).isEmpty();
            assertThat(hello(decompressor, "f2 48 cd c9 c9 07 00")).isEqualTo("Hello");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEmptyFragmentMayEndAMessage(boolean takeover) throws Exception {
        Decompressor decompressor = new Decompressor(takeover);
        for (int i = 0; i < 3; i++) {
            String start = text(Codecs.decompress(decompressor, Codecs.hex("f2 48 cd c9 c9 07 00"), false));
            assertThat(start + hello(decompressor, "")).isEqualTo("Hello");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBlockThatEndsTheStreamMayBeTheLastOrBeFollowedByMore(boolean takeover) throws Exception {
        Decompressor decompressor = new Decompressor(takeover);
        for (int i = 0; i < 3; i++) {
            assertThat(hello(decompressor, "f3 48 cd c9 c9 07 00")).isEqualTo("Hello");
            assertThat(hello(decompressor, "f3 48 cd c9 c9 07 00 f3 48 cd c9 c9 07 00 00"))
                    .isEqualTo("HelloHello");
            assertThat(hello(decompressor, "f3 48 cd c9 c9 07 00 f2 48 cd c9 c9 07 00"))
                    .isEqualTo("HelloHello");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneByteInEachPartMakesTheSameMessages(boolean takeover) throws Exception {
        Random random = new Random(1);
        try (Compressor compressor = new Compressor(takeover, 15);
                Decompressor decompressor = new Decompressor(takeover)) {
            for (int i = 0; i < 40; i++) {
                byte[] message = Payloads.random(random, 5_000);
                assertThat(byteByByte(decompressor, Codecs.compress(compressor, message)))
                        .isEqualTo(message);
            }
        }
    }

    @Test
    void appendsToWhatIsThereAndReadsOnlyItsRange() throws Exception {
        ByteBuilder out = new ByteBuilder(0);
        "Oh. ".chars().forEach(c -> out.append((byte) c));
        byte[] in = Codecs.hex("ee ee f2 48 cd c9 c9 07 00 ee");
        new Decompressor(true).decompress(in, 2, 7, true, 5, out);
        assertThat(text(out.toByteArray())).isEqualTo("Oh. Hello");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theLimitIsExact(boolean takeover) throws Exception {
        byte[] payload = Codecs.compress(new Compressor(false, 15), new byte[70_000]);
        ByteBuilder out = new ByteBuilder(0);
        new Decompressor(takeover).decompress(payload, 0, payload.length, true, 70_000, out);
        assertThat(out.toByteArray()).isEqualTo(new byte[70_000]);

        Decompressor decompressor = new Decompressor(takeover);
        assertThatExceptionOfType(ProtocolFailure.class)
                .isThrownBy(() -> decompressor.decompress(payload, 0, payload.length, true, 69_999, out))
                .withMessage("Payload size limit reached: a compressed message holds more than the 69999 bytes left"
                        + " to it")
                .satisfies(failure -> assertThat(failure.code()).isEqualTo(1009));
        assertThat(out.length()).isEqualTo(70_000);
    }

    @Test
    void aLimitOfNothingAllowsTheEmptyMessageOnly() throws Exception {
        ByteBuilder out = new ByteBuilder(0);
        Decompressor decompressor = new Decompressor(true);
        decompressor.decompress(new byte[] {0}, 0, 1, true, 0, out);
        assertThat(out.length()).isZero();
        byte[] hello = Codecs.hex("f2 48 cd c9 c9 07 00");
        assertThatExceptionOfType(ProtocolFailure.class)
                .isThrownBy(() -> decompressor.decompress(hello, 0, hello.length, true, 0, out));
    }

    @Test
    void aBombIsFoundBeforeMemoryIsSpentOnIt() {
        byte[] bomb = Codecs.compress(new Compressor(false, 15), new byte[100 * MIB]);
        assertThat(bomb).hasSizeLessThan(MIB / 4);
        ByteBuilder out = new ByteBuilder(0);
        assertThatExceptionOfType(ProtocolFailure.class)
                .isThrownBy(() -> new Decompressor(true).decompress(bomb, 0, bomb.length, true, MIB, out))
                .withMessageContaining("Payload size limit reached")
                .satisfies(failure -> assertThat(failure.code()).isEqualTo(1009));
        assertThat(out.array()).hasSizeLessThanOrEqualTo(2 * MIB);
    }

    @Test
    void aBombOfManyStreamsIsFoundToo() {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        for (int i = 0; i < 100_000; i++) {
            bomb.writeBytes(Codecs.hex("f3 48 cd c9 c9 07 00"));
        }
        ByteBuilder out = new ByteBuilder(0);
        assertThatExceptionOfType(ProtocolFailure.class)
                .isThrownBy(
                        () -> new Decompressor(false).decompress(bomb.toByteArray(), 0, bomb.size(), true, 1_000, out))
                .satisfies(failure -> assertThat(failure.code()).isEqualTo(1009));
        assertThat(out.array()).hasSizeLessThanOrEqualTo(2 * bomb.size());
    }

    @Test
    void aHighLimitCostsASmallMessageNothing() throws Exception {
        ByteBuilder out = new ByteBuilder(0);
        new Decompressor(true).decompress(Codecs.hex("f2 48 cd c9 c9 07 00"), 0, 7, true, Integer.MAX_VALUE, out);
        assertThat(out.array()).hasSizeLessThanOrEqualTo(512);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "07 00", // a block of the reserved type
                "ff ff ff ff ff",
                "00 05 00 05 00 48 65 6c 6c 6f 00", // a stored block whose length contradicts itself
                "f2 00 11 00 00", // a reference to before the start
            })
    void whatIsNotDeflateIsInconsistent(String payload) {
        for (boolean takeover : new boolean[] {true, false}) {
            assertFails(1007, new Decompressor(takeover), Codecs.hex(payload));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"f2", "f2 48", "f2 48 cd", "f2 48 cd c9 c9", "00 05 00", "00 05 00 fa ff 48 65 6c"})
    void aMessageThatEndsInsideABlockIsInconsistent(String payload) {
        assertFails(1007, new Decompressor(false), Codecs.hex(payload));
    }

    @Test
    void theOmittedTailNeverBecomesContent() {
        // The stored block lacks just the four bytes that the tail has.
        assertFails(1007, new Decompressor(true), Codecs.hex("00 05 00 fa ff 48"));
    }

    @Test
    void arbitraryBytesFailAsTheyShouldOrStayWithinTheLimit() {
        Random random = new Random(7692);
        for (int i = 0; i < 20_000; i++) {
            byte[] payload = new byte[random.nextInt(60)];
            random.nextBytes(payload);
            ByteBuilder out = new ByteBuilder(0);
            try (Decompressor decompressor = new Decompressor(random.nextBoolean(), inflaters.pool)) {
                decompressor.decompress(payload, 0, payload.length, true, 300, out);
                assertThat(out.length()).isLessThanOrEqualTo(300);
            } catch (ProtocolFailure failure) {
                assertThat(failure.code()).isIn(1007, 1009);
                assertThat(out.length()).isZero();
            }
        }
        assertThat(inflaters.made).hasSize(1);
        inflaters.returns();
    }

    @Test
    void borrowsNothingBeforeTheFirstByte() throws Exception {
        Decompressor decompressor = new Decompressor(true, inflaters.pool);
        Codecs.decompress(decompressor, new byte[0]);
        decompressor.close();
        assertThat(inflaters.made).isEmpty();
    }

    @Test
    void givesTheCodecBackAfterEachMessageWhenTheContextIsForgotten() throws Exception {
        Decompressor decompressor = new Decompressor(false, inflaters.pool);
        Codecs.decompress(decompressor, Codecs.hex("f2 48 cd"), false);
        assertThat(inflaters.returns()).isZero();
        Codecs.decompress(decompressor, Codecs.hex("c9 c9 07 00"), true);
        assertThat(inflaters.returns()).isOne();
        Codecs.decompress(decompressor, Codecs.hex("f2 48 cd c9 c9 07 00"), true);
        assertThat(inflaters.returns()).isEqualTo(2);
        assertThat(inflaters.made).hasSize(1);
    }

    @Test
    void keepsTheCodecWithTheContextUntilItIsClosed() throws Exception {
        Decompressor decompressor = new Decompressor(true, inflaters.pool);
        Codecs.decompress(decompressor, Codecs.hex("f2 48 cd c9 c9 07 00"));
        assertThat(inflaters.returns()).isZero();
        decompressor.close();
        decompressor.close();
        assertThat(inflaters.returns()).isOne();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFailureGivesTheCodecBackCleanAndClosesTheDecompressor(boolean takeover) throws Exception {
        Decompressor decompressor = new Decompressor(takeover, inflaters.pool);
        byte[] bad = Codecs.hex("f2 48 cd c9 c9 07 ff ff ff");
        assertFails(1007, decompressor, bad);
        assertThat(inflaters.returns()).isOne();
        assertThatIllegalStateException()
                .isThrownBy(() -> Codecs.decompress(decompressor, bad))
                .withMessage("A closed decompressor decompresses nothing");
        decompressor.close();
        assertThat(inflaters.returns()).isOne();

        Decompressor next = new Decompressor(takeover, inflaters.pool);
        assertThat(hello(next, "f2 48 cd c9 c9 07 00")).isEqualTo("Hello");
        assertThat(inflaters.made).hasSize(1);
    }

    @Test
    void aFailureOfAnyKindGivesTheCodecBack() {
        CountingPool<Inflater> failing = new CountingPool<>(
                1,
                () -> new Inflater(true) {
                    @Override
                    public int inflate(byte[] output, int off, int len) {
                        throw new OutOfMemoryError("broken");
                    }
                },
                Inflater::reset,
                Inflater::end);
        Decompressor decompressor = new Decompressor(false, failing.pool);
        assertThatExceptionOfType(OutOfMemoryError.class)
                .isThrownBy(() -> Codecs.decompress(decompressor, new byte[] {0}));
        assertThat(failing.returns()).isOne();
    }

    @Test
    void rejectsANegativeLimit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Decompressor(true).decompress(new byte[1], 0, 1, true, -1, new ByteBuilder(0)))
                .withMessage("maxBytes must not be negative, but is -1");
    }

    private static void assertFails(int code, Decompressor decompressor, byte[] payload) {
        assertThatExceptionOfType(ProtocolFailure.class)
                .isThrownBy(() -> Codecs.decompress(decompressor, payload))
                .withMessageStartingWith("RFC 7692 §7.2.")
                .satisfies(failure -> assertThat(failure.code()).isEqualTo(code));
    }

    private static byte[] byteByByte(Decompressor decompressor, byte[] payload) throws ProtocolFailure {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        for (int i = 0; i < payload.length; i++) {
            byte[] part = Arrays.copyOfRange(payload, i, i + 1);
            message.writeBytes(Codecs.decompress(decompressor, part, i == payload.length - 1));
        }
        return message.toByteArray();
    }

    private static String hello(Decompressor decompressor, String hex) throws ProtocolFailure {
        return text(Codecs.decompress(decompressor, Codecs.hex(hex)));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
