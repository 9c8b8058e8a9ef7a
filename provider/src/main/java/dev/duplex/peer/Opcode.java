package dev.duplex.peer;

import dev.duplex.frame.Opcodes;

/** The kind of a frame, RFC 6455 §5.2. */
public enum Opcode {
    /** A further fragment of a message. */
    CONTINUATION(Opcodes.CONTINUATION),
    /** A text message, or its first fragment. */
    TEXT(Opcodes.TEXT),
    /** A binary message, or its first fragment. */
    BINARY(Opcodes.BINARY),
    /** The closing handshake; see {@link WsPeer#shutdown(int, String)}. */
    CLOSE(Opcodes.CLOSE),
    /** Asks for a pong; see {@link WsPeer#ping(byte[])}. */
    PING(Opcodes.PING),
    /** Answers a ping. */
    PONG(Opcodes.PONG);

    private final int code;

    Opcode(int code) {
        this.code = code;
    }

    /** The four bits on the wire. */
    public int code() {
        return code;
    }

    /** Whether frames of this kind are control frames, RFC 6455 §5.5. */
    public boolean isControl() {
        return Opcodes.isControl(code);
    }

    /** The opcode of a data frame. */
    static Opcode ofData(int code) {
        return switch (code) {
            case Opcodes.CONTINUATION -> CONTINUATION;
            case Opcodes.TEXT -> TEXT;
            case Opcodes.BINARY -> BINARY;
            default -> throw new IllegalArgumentException("opcode " + code + " is not one of a data frame");
        };
    }
}
