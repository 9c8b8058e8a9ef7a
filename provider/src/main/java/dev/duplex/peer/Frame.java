package dev.duplex.peer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A frame as it is on the wire, unmasked and decompressed.
 *
 * @param opcode its kind
 * @param fin whether it is the last of its message
 * @param data the payload; not copied
 */
public record Frame(Opcode opcode, boolean fin, byte[] data) {
    /** A text message in one frame. */
    public static Frame text(String text) {
        return text(text, true);
    }

    /** A text message in one frame, or its first fragment. */
    public static Frame text(String text, boolean fin) {
        return new Frame(Opcode.TEXT, fin, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A binary message in one frame. */
    public static Frame binary(byte[] data) {
        return binary(data, true);
    }

    /** A binary message in one frame, or its first fragment. */
    public static Frame binary(byte[] data, boolean fin) {
        return new Frame(Opcode.BINARY, fin, data);
    }

    /** A further fragment of a message. */
    public static Frame continuation(byte[] data, boolean fin) {
        return new Frame(Opcode.CONTINUATION, fin, data);
    }

    /**
     * The payload as text. Of a fragment that is cut inside a character, that character is replaced: assemble first, or let {@link
     * WsPeer#readMessage()} do it.
     */
    public String text() {
        return new String(data, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Frame that
                && opcode == that.opcode
                && fin == that.fin
                && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * opcode.hashCode() + Boolean.hashCode(fin)) + Arrays.hashCode(data);
    }

    /** The kind, whether it is the last, and the number of bytes; not the content. */
    @Override
    public String toString() {
        return "Frame[" + opcode + (fin ? ", fin, " : ", ") + data.length + " bytes]";
    }
}
