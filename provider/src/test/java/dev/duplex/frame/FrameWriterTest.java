package dev.duplex.frame;

import static dev.duplex.frame.Wiring.bytes;
import static dev.duplex.frame.Wiring.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.HashSet;
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
