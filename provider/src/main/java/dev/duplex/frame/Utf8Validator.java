package dev.duplex.frame;

/**
 * Judges UTF-8 as it arrives: a byte that cannot continue a well-formed sequence (RFC 3629 §4) is found when it is
 * seen, however the text is cut into pieces. Confined to one thread.
 */
public final class Utf8Validator {
    /** Continuation bytes that are still to come. */
    private int missing;
    /** The least and the greatest value that the next continuation byte may have. */
    private int least;

    private int greatest;

    /** Creates a validator that expects the first byte of a text. */
    public Utf8Validator() {}

    /** Takes the next bytes of the text. Returns false at the first one that is wrong; the text is then lost. */
    public boolean accept(byte[] bytes, int offset, int length) {
        int end = offset + length;
        for (int i = offset; i < end; i++) {
            byte value = bytes[i];
            if (missing > 0) {
                int next = value & 0xFF;
                if (next < least || next > greatest) {
                    return false;
                }
                expect(missing - 1, 0x80, 0xBF);
            } else if (value < 0) {
                if (!lead(value & 0xFF)) {
                    return false;
                }
            } else {
                int ascii = Masking.asciiPrefix(bytes, i, end - i);
                i += Math.max(ascii, 1) - 1;
            }
        }
        return true;
    }

    /** Whether the text may end here: no sequence is half seen. */
    public boolean complete() {
        return missing == 0;
    }

    /** Forgets all; the next byte is the first of a new text. */
    public void reset() {
        missing = 0;
    }

    /** Takes the first byte of a sequence of several. Overlong forms, surrogates and values over U+10FFFF are not UTF-8. */
    private boolean lead(int value) {
        if (value < 0xC2 || value > 0xF4) {
            return false;
        }
        if (value < 0xE0) {
            expect(1, 0x80, 0xBF);
        } else if (value < 0xF0) {
            expect(2, value == 0xE0 ? 0xA0 : 0x80, value == 0xED ? 0x9F : 0xBF);
        } else {
            expect(3, value == 0xF0 ? 0x90 : 0x80, value == 0xF4 ? 0x8F : 0xBF);
        }
        return true;
    }

    private void expect(int missing, int least, int greatest) {
        this.missing = missing;
        this.least = least;
        this.greatest = greatest;
    }
}
