package dev.duplex.tck.autobahn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.python.core.Py;
import org.python.core.PyTuple;

final class Utf8ValidatorTest {
    private final Utf8Validator validator = new Utf8Validator();

    @Test
    void agreesWithTheJdkOnEveryPairOfLeadingBytes() {
        for (int first = 0; first < 0x100; first++) {
            for (int second = 0; second < 0x100; second++) {
                for (byte[] tail : List.of(bytes(), bytes(0x80), bytes(0xBF, 0xBF), bytes('a'))) {
                    byte[] text = ByteBuffer.allocate(2 + tail.length)
                            .put((byte) first)
                            .put((byte) second)
                            .put(tail)
                            .array();
                    validator.reset();
                    PyTuple verdict = validate(text);
                    assertThat(verdict.get(0).equals(true) && verdict.get(1).equals(true))
                            .as("%02X %02X and %d more", first, second, tail.length)
                            .isEqualTo(jdkAccepts(text));
                }
            }
        }
    }

    @Test
    void tellsWhereTheFirstBadByteIs() {
        assertThat(validate("κόσμε".getBytes(StandardCharsets.UTF_8)).toArray()).containsExactly(true, true, 10, 10);
        assertThat(validate(bytes('a', 0xED, 0xA0, 0x80)).toArray()).containsExactly(false, false, 2, 12);
    }

    @Test
    void continuesACharacterInTheNextBytes() {
        assertThat(validate(bytes(0xF4, 0x8F)).toArray()).containsExactly(true, false, 2, 2);
        assertThat(validate(bytes(0xBF)).toArray()).containsExactly(true, false, 1, 3);
        assertThat(validate(bytes(0xBF)).toArray()).containsExactly(true, true, 1, 4);
    }

    @Test
    void aBadTextStaysBadUntilTheNextBegins() {
        validate(bytes(0xFF));
        assertThat(validate(bytes('a')).get(0)).isEqualTo(false);
        validator.reset();
        assertThat(validate(bytes('a')).toArray()).containsExactly(true, true, 1, 1);
    }

    private PyTuple validate(byte[] text) {
        return validator.validate(Py.newString(new String(text, StandardCharsets.ISO_8859_1)));
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static boolean jdkAccepts(byte[] text) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
