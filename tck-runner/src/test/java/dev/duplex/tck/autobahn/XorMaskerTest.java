package dev.duplex.tck.autobahn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.python.core.Py;
import org.python.core.PyString;

final class XorMaskerTest {
    @Test
    void masksTheExampleOfRfc6455() {
        // RFC 6455 §5.7: "Hello", masked.
        XorMasker masker = new XorMasker(octets("37fa213d"));
        assertThat(masker.process(Py.newString("Hello"))).isEqualTo(octets("7f9f4d5158"));
    }

    @Test
    void continuesTheMaskAcrossParts() {
        XorMasker masker = new XorMasker(octets("01020304"));
        assertThat(masker.process(octets("000000"))).isEqualTo(octets("010203"));
        assertThat(masker.process(octets("0000"))).isEqualTo(octets("0401"));
        assertThat(masker.pointer()).isEqualTo(5);
    }

    @Test
    void withoutAMaskOnlyCounts() {
        XorMasker masker = new XorMasker();
        assertThat(masker.process(octets("00ff"))).isEqualTo(octets("00ff"));
        assertThat(masker.pointer()).isEqualTo(2);
        masker.reset();
        assertThat(masker.pointer()).isZero();
    }

    @Test
    void aMaskHasFourBytes() {
        assertThatThrownBy(() -> new XorMasker(octets("010203")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A mask has 4 bytes, not 3");
    }

    private static PyString octets(String hex) {
        return Py.newString(new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1));
    }
}
