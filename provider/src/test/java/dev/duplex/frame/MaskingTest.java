package dev.duplex.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MaskingTest {
    private static final int KEY = 0x3d21fa37;
    private static final byte[] KEY_ON_WIRE = {0x37, (byte) 0xfa, 0x21, 0x3d};

    @Test
    void aKeyIsItsFourBytesInTheOrderOfTheWire() {
        byte[] wire = new byte[6];
        Masking.putKey(wire, 1, KEY);
        assertThat(Arrays.copyOfRange(wire, 1, 5)).isEqualTo(KEY_ON_WIRE);
        assertThat(Masking.key(wire, 1)).isEqualTo(KEY);
    }

    @Test
    void byteIIsXoredWithByteIModuloFourOfTheKey() {
        Random random = new Random(53);
        for (int length = 0; length <= 70; length++) {
            for (int offset = 0; offset <= 9; offset++) {
                byte[] in = new byte[offset + length + 3];
                random.nextBytes(in);
                byte[] out = new byte[offset + length + 5];
                Masking.apply(in, offset, out, 2, length, KEY);
                byte[] expected = new byte[out.length];
                for (int i = 0; i < length; i++) {
                    expected[2 + i] = (byte) (in[offset + i] ^ KEY_ON_WIRE[i % 4]);
                }
                assertThat(out).isEqualTo(expected);
                byte[] inPlace = in.clone();
                Masking.apply(inPlace, offset, inPlace, offset, length, KEY);
                Masking.apply(inPlace, offset, inPlace, offset, length, KEY);
                assertThat(inPlace).isEqualTo(in);
            }
        }
    }

    @Test
    void aPayloadMayBeMaskedInPieces() {
        byte[] in = new byte[64];
        new Random(1).nextBytes(in);
        byte[] whole = new byte[64];
        Masking.apply(in, 0, whole, 0, 64, KEY);
        for (int cut = 0; cut <= 64; cut++) {
            byte[] pieces = new byte[64];
            Masking.apply(in, 0, pieces, 0, cut, KEY);
            Masking.apply(in, cut, pieces, cut, 64 - cut, Masking.rotate(KEY, cut));
            assertThat(pieces).isEqualTo(whole);
        }
    }

    @Test
    void saysWhetherAllThatComesOutIsAscii() {
        for (int length = 0; length <= 40; length++) {
            byte[] plain = new byte[length];
            Arrays.fill(plain, (byte) 0x7F);
            assertThat(unmasksToAscii(plain)).isTrue();
            for (int bad = 0; bad < length; bad++) {
                plain[bad] = (byte) 0x80;
                assertThat(unmasksToAscii(plain))
                        .as("byte %d of %d", bad, length)
                        .isFalse();
                plain[bad] = 0;
            }
        }
    }

    private static boolean unmasksToAscii(byte[] plain) {
        byte[] masked = new byte[plain.length];
        Masking.apply(plain, 0, masked, 0, plain.length, KEY);
        byte[] again = new byte[plain.length];
        boolean ascii = Masking.apply(masked, 0, again, 0, plain.length, KEY);
        assertThat(again).isEqualTo(plain);
        return ascii;
    }

    @Test
    void anAsciiPrefixIsCountedInEights() {
        byte[] text = new byte[40];
        for (int length = 0; length <= 40; length++) {
            assertThat(Masking.asciiPrefix(text, 0, length)).isEqualTo(length / 8 * 8);
        }
        for (int bad = 0; bad < 37; bad++) {
            text[3 + bad] = (byte) 0x80;
            assertThat(Masking.asciiPrefix(text, 3, 37)).isEqualTo(Math.min(bad / 8 * 8, 32));
            text[3 + bad] = 0;
        }
    }
}
