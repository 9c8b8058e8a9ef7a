package dev.duplex.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ByteBuilderTest {
    @Test
    void keepsItsBytesWhileItGrows() {
        ByteBuilder bytes = new ByteBuilder(0);
        byte[] expected = new byte[1_000];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = (byte) i;
            bytes.append((byte) i);
        }
        assertThat(bytes.toByteArray()).isEqualTo(expected);
        assertThat(bytes.array()).hasSizeLessThanOrEqualTo(2 * expected.length);
    }

    @Test
    void cutsAndExtends() {
        ByteBuilder bytes = new ByteBuilder(1);
        bytes.length(14);
        bytes.append((byte) 7);
        assertThat(bytes.length()).isEqualTo(15);
        assertThat(bytes.array()[14]).isEqualTo((byte) 7);
        bytes.length(0);
        assertThat(bytes.toByteArray()).isEmpty();
    }

    @Test
    void reusesItsArrayAfterACut() {
        ByteBuilder bytes = new ByteBuilder(100);
        byte[] array = bytes.array();
        for (int i = 0; i < 5; i++) {
            bytes.length(100);
            bytes.length(0);
        }
        assertThat(bytes.array()).isSameAs(array);
    }

    @Test
    void rejectsANegativeLength() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ByteBuilder(1).length(-1))
                .withMessage("A length must not be negative, but is -1");
    }
}
