package dev.duplex.frame;

import static dev.duplex.frame.Wiring.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameHeaderTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 127, 255, 256, 65_535, 65_536, 65_537, 16 << 20, Integer.MAX_VALUE})
    void whatIsEncodedIsReadBack(int length) {
        for (boolean masked : new boolean[] {false, true}) {
            byte[] header = new byte[FrameHeader.MAX_SIZE];
            int used = FrameHeader.encode(header, 0, 0xC1, masked, length);
            assertThat(header[0]).isEqualTo((byte) 0xC1);
            assertThat(FrameHeader.length(header, 0)).isEqualTo(length);
            int whole = masked ? used + FrameHeader.KEY_SIZE : used;
            assertThat(FrameHeader.size(length, masked)).isEqualTo(whole);
            assertThat(FrameHeader.size(header[1])).isEqualTo(whole);
            assertThat(Arrays.copyOfRange(header, used, header.length)).containsOnly(0);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "82 00, 2, 0",
        "82 7d, 2, 125",
        "82 7e 00 7e, 4, 126",
        "82 7e 00 00, 4, 0",
        "82 fe ff ff, 8, 65535",
        "82 7f 00 00 00 00 00 01 00 00, 10, 65536",
        "82 ff 40 00 00 00 00 00 00 00, 14, 4611686018427387904",
        "82 7f 80 00 00 00 00 00 00 00, 10, -9223372036854775808",
        "82 7f ff ff ff ff ff ff ff ff, 10, -1"
    })
    void aLengthIsReadAsItStandsThereWhateverItsForm(String wire, int size, long length) {
        assertThat(FrameHeader.size(bytes(wire)[1])).isEqualTo(size);
        assertThat(FrameHeader.length(bytes("ff ff " + wire), 2)).isEqualTo(length);
    }

    @Test
    void theLongestHeaderHasFourteenBytes() {
        assertThat(FrameHeader.size(0xFF)).isEqualTo(FrameHeader.MAX_SIZE).isEqualTo(14);
    }

    @Test
    void theHighestOfTheFourBitsMarksAControlOpcode() {
        for (int opcode = 0; opcode < 16; opcode++) {
            assertThat(Opcodes.isControl(opcode)).isEqualTo(opcode >= 8);
            assertThat(Opcodes.isKnown(opcode)).isEqualTo(opcode < 3 || (opcode >= 8 && opcode < 11));
        }
    }
}
