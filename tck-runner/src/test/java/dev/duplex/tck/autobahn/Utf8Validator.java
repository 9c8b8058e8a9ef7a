package dev.duplex.tck.autobahn;

import org.python.core.Py;
import org.python.core.PyString;
import org.python.core.PyTuple;

/**
 * Judges text for the suite, whose own validator is a Python loop over single bytes. Has the suite's names, takes Python
 * strings (one char a byte), and is public for Jython. Confined to the suite's reactor thread.
 */
public final class Utf8Validator {
    /** Continuation bytes still to come, and between which values the next one must be. */
    private int missing;

    private int lowest = 0x80;
    private int highest = 0xBF;
    private boolean rejected;
    private int total;

    /** Begins a new text. */
    public void reset() {
        missing = 0;
        lowest = 0x80;
        highest = 0xBF;
        rejected = false;
        total = 0;
    }

    /**
     * Judges the next bytes of the text: (valid so far, ends with a whole character, index in these bytes, index in the
     * text), where the indexes are those of the first bad byte or of the end. A text once bad stays bad.
     */
    public PyTuple validate(PyString data) {
        String bytes = data.getString();
        for (int i = 0; i < bytes.length(); i++) {
            rejected = rejected || !accepts(bytes.charAt(i));
            if (rejected) {
                total += i;
                return verdict(false, false, i);
            }
        }
        total += bytes.length();
        return verdict(true, missing == 0, bytes.length());
    }

    /** Unicode 16, table 3-7: after E0, ED, F0 and F4 the second byte has a narrower range; C0, C1 and F5 up never occur. */
    private boolean accepts(int b) {
        if (missing > 0) {
            boolean inRange = lowest <= b && b <= highest;
            lowest = 0x80;
            highest = 0xBF;
            missing--;
            return inRange;
        }
        if (b < 0x80) {
            return true;
        }
        missing = b < 0xE0 ? 1 : b < 0xF0 ? 2 : 3;
        switch (b) {
            case 0xE0 -> lowest = 0xA0;
            case 0xED -> highest = 0x9F;
            case 0xF0 -> lowest = 0x90;
            case 0xF4 -> highest = 0x8F;
            default -> {}
        }
        return 0xC2 <= b && b <= 0xF4;
    }

    private PyTuple verdict(boolean valid, boolean whole, int index) {
        return new PyTuple(Py.newBoolean(valid), Py.newBoolean(whole), Py.newInteger(index), Py.newInteger(total));
    }
}
