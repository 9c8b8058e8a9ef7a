package dev.duplex.peer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A whole message.
 *
 * @param opcode {@link Opcode#TEXT} or {@link Opcode#BINARY}
 * @param data all of its bytes; of a text, well-formed UTF-8; not copied
 */
public record Message(Opcode opcode, byte[] data) {
    /** Whether this is text. */
    public boolean isText() {
        return opcode == Opcode.TEXT;
    }

    /** The message as text. */
    public String text() {
        return new String(data, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Message that && opcode == that.opcode && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * opcode.hashCode() + Arrays.hashCode(data);
    }

    /** The kind and the number of bytes; not the content. */
    @Override
    public String toString() {
        return "Message[" + opcode + ", " + data.length + " bytes]";
    }
}
