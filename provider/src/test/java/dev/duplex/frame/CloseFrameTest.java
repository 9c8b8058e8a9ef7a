package dev.duplex.frame;

import static dev.duplex.frame.Wiring.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CloseFrameTest {
    @Test
    void legalCodesAreThoseOfTheRfcThoseRegisteredSinceAndThePrivateOnes() {
        List<Integer> legal = IntStream.rangeClosed(0, 65_535)
                .filter(CloseFrame::isLegalOnWire)
                .boxed()
                .toList();
        assertThat(legal)
                .startsWith(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3001)
                .endsWith(4999)
                .hasSize(12 + 2_000);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535})
    void anIllegalCodeIsNotSent(int code) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CloseFrame.of(code, ""))
                .withMessage("Close code " + code
                        + " must not be sent; RFC 6455 §7.4 allows 1000-1003, 1007-1014 and 3000-4999");
    }

    @Test
    void aReasonHasAtMost123BytesOfUtf8() {
        assertThat(CloseFrame.of(1000, "x".repeat(123)).payload()).hasSize(125);
        assertThat(CloseFrame.of(1000, "€".repeat(41)).payload()).hasSize(125);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CloseFrame.of(1000, "x".repeat(124)))
                .withMessage("Close reason has 124 bytes of UTF-8; RFC 6455 §5.5 allows 123");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CloseFrame.of(1000, "x" + "€".repeat(41)))
                .withMessage("Close reason has 124 bytes of UTF-8; RFC 6455 §5.5 allows 123");
    }

    @ParameterizedTest
    @CsvSource({"x, 123", "ä, 122", "€, 123", "😀, 120"})
    void aReasonIsShortenedBetweenCharacters(String character, int bytes) {
        CloseFrame shortened = CloseFrame.shortened(1002, character.repeat(124));
        assertThat(shortened.reason().getBytes(StandardCharsets.UTF_8)).hasSize(bytes);
        assertThat(character.repeat(124)).startsWith(shortened.reason());
        assertThat(CloseFrame.shortened(1002, character)).isEqualTo(new CloseFrame(1002, character));
    }

    @ParameterizedTest
    @CsvSource({"03 e8, 1000, ''", "03 e9 62 79 65, 1001, bye", "0b b8 e2 82 ac, 3000, €", "13 87, 4999, ''"})
    void codeAndReasonAreReadAndWritten(String payload, int code, String reason) throws ProtocolFailure {
        CloseFrame close = CloseFrame.parse(bytes("ff " + payload), 1, bytes(payload).length);
        assertThat(close).isEqualTo(new CloseFrame(code, reason));
        assertThat(close.payload()).isEqualTo(bytes(payload));
    }

    @Test
    void aCloseWithoutABodyIs1005AndBack() throws ProtocolFailure {
        assertThat(CloseFrame.parse(new byte[0], 0, 0)).isEqualTo(new CloseFrame(1005, ""));
        assertThat(CloseFrame.EMPTY.payload()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "03, 1002, 'Close payload has 1 byte; it has none, or two for the code'",
        "00 00, 1002, Close code 0 must not be sent",
        "03 e7, 1002, Close code 999 must not be sent",
        "03 ec, 1002, Close code 1004 must not be sent",
        "03 ed, 1002, Close code 1005 must not be sent",
        "03 ee 61, 1002, Close code 1006 must not be sent",
        "03 f7, 1002, Close code 1015 must not be sent",
        "07 cf, 1002, Close code 1999 must not be sent",
        "13 88, 1002, Close code 5000 must not be sent",
        "ff ff, 1002, Close code 65535 must not be sent",
        "03 e8 ff, 1007, Close reason is not UTF-8",
        "03 e8 61 e2 82, 1007, Close reason is not UTF-8",
        "03 e8 ed a0 80, 1007, Close reason is not UTF-8",
    })
    void refusesAPayloadThatBreaksARule(String payload, int code, String sentence) {
        assertThatExceptionOfType(ProtocolFailure.class)
                .isThrownBy(() -> CloseFrame.parse(bytes(payload), 0, bytes(payload).length))
                .withMessage(sentence)
                .satisfies(failure -> assertThat(failure.code()).isEqualTo(code));
    }
}
