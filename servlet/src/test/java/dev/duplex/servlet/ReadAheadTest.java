package dev.duplex.servlet;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Bytes that were read before they are asked for. */
final class ReadAheadTest {
    private final ReadAhead ahead = new ReadAhead(8);

    @Test
    void givesBytesInTheirOrder() throws IOException {
        add("abc");
        add("");
        add("de");
        assertThat(take(2)).isEqualTo("ab");
        add("fg");
        assertThat(take(10)).isEqualTo("cdefg");
        assertThat(ahead.isEmpty()).isTrue();
        assertThat(ahead.take(new byte[1], 0, 1)).isZero();
    }

    @Test
    void isFullAtItsBoundUntilHalfIsTaken() throws IOException {
        assertThat(ahead.hasRoom()).isTrue();
        add("1234567");
        assertThat(ahead.hasRoom()).isTrue();
        assertThat(ahead.wantsMore()).as("it was not full").isFalse();
        add("89");
        assertThat(ahead.hasRoom()).isFalse();
        assertThat(take(4)).isEqualTo("1234");
        assertThat(ahead.wantsMore()).as("more than half is left").isFalse();
        assertThat(take(1)).isEqualTo("5");
        assertThat(ahead.wantsMore()).isTrue();
        assertThat(ahead.wantsMore()).as("once").isFalse();
    }

    @Test
    void givesWhatHasComeBeforeItsEnd() throws IOException {
        add("abc");
        ahead.end(null);
        ahead.end(new IOException("too late"));
        assertThat(ahead.hasRoom()).isFalse();
        assertThat(take(10)).isEqualTo("abc");
        assertThat(ahead.take(new byte[1], 0, 1)).isEqualTo(-1);
    }

    @Test
    void givesWhatHasComeBeforeItsFailure() throws IOException {
        IOException cause = new IOException("reset");
        add("abc");
        ahead.end(cause);
        assertThat(take(10)).isEqualTo("abc");
        assertThatThrownBy(() -> take(10))
                .isInstanceOf(IOException.class)
                .hasMessage("reset")
                .hasCause(cause);
    }

    private void add(String text) {
        ahead.add(ByteBuffer.wrap(text.getBytes(US_ASCII)));
    }

    private String take(int length) throws IOException {
        byte[] bytes = new byte[length + 1];
        int count = ahead.take(bytes, 1, length);
        return new String(bytes, 1, count, US_ASCII);
    }
}
