package dev.duplex.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeflateParametersTest {
    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -9, 0, 7, 16, Integer.MAX_VALUE})
    void windowBitsAreEightToFifteen(int bits) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DeflateParameters(false, false, bits, 15))
                .withMessage("server_max_window_bits must be in 8..15 (RFC 7692 §7.1.2), but is " + bits);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DeflateParameters(false, false, 15, bits))
                .withMessage("client_max_window_bits must be in 8..15 (RFC 7692 §7.1.2), but is " + bits);
    }

    @Test
    void eachSideCompressesByItsOwnContextAndDecompressesByTheOthers() throws Exception {
        DeflateParameters onlyServerForgets = new DeflateParameters(true, false, 15, 15);
        assertThat(keepsContext(onlyServerForgets, true)).isTrue();
        assertThat(keepsContext(onlyServerForgets, false)).isFalse();
        DeflateParameters onlyClientForgets = new DeflateParameters(false, true, 15, 15);
        assertThat(keepsContext(onlyClientForgets, true)).isFalse();
        assertThat(keepsContext(onlyClientForgets, false)).isTrue();
    }

    @Test
    void eachSideCompressesWithItsOwnWindow() {
        DeflateParameters parameters = new DeflateParameters(true, true, 9, 15);
        byte[] message = Payloads.repeating(1_000, 4_000);
        assertThat(Codecs.compress(parameters.compressor(true), message)).hasSizeLessThan(1_200);
        assertThat(Codecs.compress(parameters.compressor(false), message)).hasSizeGreaterThan(4_000);
    }

    private static boolean keepsContext(DeflateParameters parameters, boolean client) throws Exception {
        byte[] message = Payloads.noise(500);
        try (Compressor compressor = parameters.compressor(client);
                Decompressor decompressor = parameters.decompressor(!client)) {
            byte[] first = Codecs.compress(compressor, message);
            byte[] second = Codecs.compress(compressor, message);
            assertThat(Codecs.decompress(decompressor, first)).isEqualTo(message);
            assertThat(Codecs.decompress(decompressor, second)).isEqualTo(message);
            return second.length < first.length / 2;
        }
    }
}
