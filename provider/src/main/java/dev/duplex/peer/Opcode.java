package dev.duplex.peer;

/** The kind of a frame, RFC 6455 §5.2. The ordinal is not the wire code: {@link #code()} is. */
public enum Opcode {
    /** A further fragment of a message. */
    CONTINUATION(0x0),
    /** A text message, or its first fragment. */
    TEXT(0x1),
    /** A binary message, or its first fragment. */
    BINARY(0x2),
    /** The closing handshake. */
    CLOSE(0x8),
    /** Asks for a pong. */
    PING(0x9),
    /** Answers a ping, or is sent unasked. */
    PONG(0xA);

    private final int code;

    Opcode(int code) {
        this.code = code;
    }

    /** The four bits on the wire. */
    public int code() {
        return code;
    }

    /** Whether this is a control frame, RFC 6455 §5.5. */
    public boolean isControl() {
        return code >= 0x8;
    }
}
