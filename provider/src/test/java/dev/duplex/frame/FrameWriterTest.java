package dev.duplex.frame;

import static dev.duplex.frame.Wiring.bytes;
import static dev.duplex.frame.Wiring.frame;
import static dev.duplex.frame.Wiring.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class FrameWriterTest {
    private final Recorder out = new Recorder();

    @Test
    void aServerWritesTheExamplesOfTheRfc() throws IOException {
        FrameWriter writer = new FrameWriter(out, false);
        // RFC 6455 §5.7
        writer.write(0x81, bytes("48 65 6c 6c 6f"), 0, 5);
        writer.write(0x01, bytes("48 65 6c 6c 6f"), 0, 3);
        writer.write(0x80, bytes("48 65 6c 6c 6f"), 3, 2);
        writer.write(0x89, new byte[0], 0, 0);
        assertThat(out.toByteArray()).isEqualTo(bytes("81 05 48 65 6c 6c 6f 01 03 48 65 6c 80 02 6c 6f 89 00"));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 82 00",
        "1, 82 01",
        "125, 82 7d",
        "126, 82 7e 00 7e",
        "127, 82 7e 00 7f",
        "65535, 82 7e ff ff",
        "65536, 82 7f 00 00 00 00 00 01 00 00",
        "65537, 82 7f 00 00 00 00 00 01 00 01",
        "16777216, 82 7f 00 00 00 00 01 00 00 00"
    })
    void aLengthTakesItsShortestForm(int length, String header) throws IOException {
        byte[] expected = bytes(header);
        int written = new FrameWriter(out, false).write(0x82, new byte[length], 0, length);
        assertThat(written).isEqualTo(expected.length + length).isEqualTo(out.size());
        assertThat(out.toByteArray()).startsWith(expected);

        out.reset();
        written = new FrameWriter(out, true).write(0x82, new byte[length], 0, length);
        expected[1] |= (byte) 0x80;
        assertThat(written).isEqualTo(expected.length + 4 + length).isEqualTo(out.size());
        assertThat(out.toByteArray()).startsWith(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 1_000, 1_018, 1_024, 8_180, 8_192, 60_000, 65_528})
    void aFrameThatFitsTheBufferIsOneWrite(int length) throws IOException {
        for (boolean masked : new boolean[] {false, true}) {
            out.writes = 0;
            new FrameWriter(out, masked).write(0x82, new byte[length], 0, length);
            assertThat(out.writes).isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatItWritesIsThePayloadAndThePayloadStays(boolean masked) throws IOException {
        Random random = new Random(5);
        FrameWriter writer = new FrameWriter(out, masked);
        for (int length : new int[] {0, 1, 9, 1_010, 1_100, 8_190, 8_200, 65_520, 65_540, 200_003}) {
            byte[] array = new byte[length + 11];
            random.nextBytes(array);
            byte[] before = array.clone();
            out.reset();
            writer.write(0x82, array, 4, length);
            byte[] payload = Arrays.copyOfRange(array, 4, 4 + length);
            assertThat(masked ? unmasked(out.toByteArray(), length) : out.toByteArray())
                    .isEqualTo(frame(0x82, payload));
            assertThat(array).isEqualTo(before);
        }
    }

    @Test
    void everyFrameOfAClientHasAKeyOfItsOwn() throws IOException {
        FrameWriter writer = new FrameWriter(out, true);
        Set<Integer> keys = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            out.reset();
            writer.write(0x81, new byte[0], 0, 0);
            keys.add(Masking.key(out.toByteArray(), 2));
        }
        // Of a thousand in four thousand million hardly two are the same
        assertThat(keys).hasSizeGreaterThan(990);
    }

    @ParameterizedTest
    @ValueSource(ints = {2_000, 20_000, 200_000})
    void givesItsBufferBackOnceAlsoWhenTheStreamFails(int length) throws IOException {
        BufferPool pool = BufferPool.fitting(length);
        byte[] buffer = new byte[pool.size()];
        pool.give(buffer);
        FrameWriter broken = new FrameWriter(new Broken(), true);
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> broken.write(0x82, new byte[length], 0, length))
                .withMessage("broken");
        new FrameWriter(out, true).write(0x82, new byte[length], 0, length);
        assertThat(pool.take()).isSameAs(buffer);
        assertThat(pool.take()).isNotSameAs(buffer);
    }

    // ---- held frames

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void heldFramesGoOutInOrderWithTheNextWriteInOne(boolean masked) throws IOException {
        FrameWriter writer = new FrameWriter(out, masked);
        int key = masked ? 4 : 0;
        assertThat(writer.holds()).isFalse();
        assertThat(writer.hold(0x81, bytes("61"), 0, 1)).isEqualTo(3 + key);
        assertThat(writer.hold(0x82, bytes("00 62 00"), 1, 1)).isEqualTo(3 + key);
        assertThat(writer.holds()).isTrue();
        assertThat(out.size()).isZero();
        assertThat(writer.write(0x89, bytes("63"), 0, 1)).isEqualTo(3 + key);
        assertThat(writer.holds()).isFalse();
        assertThat(out.writes).isOne();
        assertThat(frames(masked)).containsExactly("81 01 61", "82 01 62", "89 01 63");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFlushWritesWhatIsHeldInOneAndNothingTheSecondTime(boolean masked) throws IOException {
        FrameWriter writer = new FrameWriter(out, masked);
        writer.flush();
        writer.hold(0x81, bytes("61"), 0, 1);
        writer.hold(0x81, bytes("62"), 0, 1);
        writer.flush();
        writer.flush();
        assertThat(out.writes).isOne();
        assertThat(frames(masked)).containsExactly("81 01 61", "81 01 62");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noMoreThanABufferIsHeldAndTheOrderStays(boolean masked) throws IOException {
        FrameWriter writer = new FrameWriter(out, masked);
        List<String> expected = new ArrayList<>();
        for (int length : new int[] {9_000, 60_000, 3_000, 70_000, 5, 65_500, 65_536, 1, 200_000}) {
            byte[] payload = new byte[length];
            new Random(length).nextBytes(payload);
            int before = out.size();
            writer.hold(0x82, payload, 0, length);
            expected.add(hex(frame(0x82, payload)));
            if (length > 65_526) { // with its header it fits no buffer
                assertThat(writer.holds()).isFalse();
                assertThat(out.size()).isGreaterThan(before + length);
            }
        }
        writer.flush();
        assertThat(frames(masked)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8_000, 9_000, 60_000})
    void whatIsHeldIsGivenBackOnceHoweverThatEnds(int length) throws IOException {
        for (String end : new String[] {"flush", "discard", "broken"}) {
            byte[] medium = new byte[BufferPool.MEDIUM.size()];
            byte[] large = new byte[BufferPool.LARGE.size()];
            BufferPool.MEDIUM.give(medium);
            BufferPool.LARGE.give(large);
            FrameWriter writer = new FrameWriter(end.equals("broken") ? new Broken() : out, true);
            writer.hold(0x82, new byte[1], 0, 1);
            writer.hold(0x82, new byte[length], 0, length);
            switch (end) {
                case "flush" -> writer.flush();
                case "discard" -> writer.discard();
                default -> assertThatExceptionOfType(IOException.class).isThrownBy(writer::flush);
            }
            writer.discard();
            assertThat(writer.holds()).isFalse();
            assertThat(BufferPool.MEDIUM.take()).isSameAs(medium);
            assertThat(BufferPool.MEDIUM.take()).isNotSameAs(medium);
            assertThat(BufferPool.LARGE.take()).isSameAs(large);
            assertThat(BufferPool.LARGE.take()).isNotSameAs(large);
        }
    }

    /** What was written, frame by frame. */
    private List<String> frames(boolean masked) throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(out.toByteArray());
        Wiring wiring = masked ? Wiring.CLIENT : Wiring.SERVER;
        List<String> frames = new ArrayList<>();
        while (in.available() > 0) {
            frames.add(wiring.received(in));
        }
        return frames;
    }

    private static byte[] unmasked(byte[] frame, int length) {
        int header = frame.length - length - 4;
        byte[] plain = new byte[header + length];
        System.arraycopy(frame, 0, plain, 0, header);
        assertThat(plain[1]).as("second byte").isNegative(); // the mask bit
        plain[1] &= 0x7F;
        for (int i = 0; i < length; i++) {
            plain[header + i] = (byte) (frame[header + 4 + i] ^ frame[header + i % 4]);
        }
        return plain;
    }

    private static final class Recorder extends ByteArrayOutputStream {
        private int writes;

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            writes++;
            super.write(bytes, offset, length);
        }
    }

    private static final class Broken extends OutputStream {
        @Override
        public void write(int value) throws IOException {
            throw new IOException("broken");
        }
    }
}
