package dev.duplex.tck.autobahn;

import org.python.core.Py;
import org.python.core.PyString;

/**
 * Masks payloads for the suite, whose own masker is a Python loop over single bytes. Has the suite's names, takes and
 * gives Python strings (one char a byte), and is public for Jython. Confined to the suite's reactor thread.
 */
public final class XorMasker {
    private final String mask;
    private int position;

    /** Leaves the payload as it is; the suite counts the bytes of unmasked frames with such a one. */
    public XorMasker() {
        this(Py.newString("\0\0\0\0"));
    }

    public XorMasker(PyString mask) {
        this.mask = mask.getString();
        if (this.mask.length() != 4) {
            throw new IllegalArgumentException("A mask has 4 bytes, not " + this.mask.length());
        }
    }

    /** How many bytes have been masked. */
    public int pointer() {
        return position;
    }

    public void reset() {
        position = 0;
    }

    /** Masks the next bytes of the payload. */
    public PyString process(PyString data) {
        char[] bytes = data.getString().toCharArray();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= mask.charAt(position++ & 3);
        }
        return Py.newString(new String(bytes));
    }
}
