package dev.duplex.frame;

/** The opcodes of RFC 6455 §5.2 as they stand in the low four bits of a frame's first byte. */
public final class Opcodes {
    /** A further fragment of a message. */
    public static final int CONTINUATION = 0x0;
    /** A text message or its first fragment. */
    public static final int TEXT = 0x1;
    /** A binary message or its first fragment. */
    public static final int BINARY = 0x2;
    /** The closing handshake. */
    public static final int CLOSE = 0x8;
    /** Asks for a pong. */
    public static final int PING = 0x9;
    /** Answers a ping, or comes unasked. */
    public static final int PONG = 0xA;

    private Opcodes() {}

    /** Whether the opcode is one of a control frame, known or reserved. RFC 6455 §5.5: the highest of the four bits is set. */
    public static boolean isControl(int opcode) {
        return (opcode & 0x8) != 0;
    }

    /** Whether RFC 6455 §11.8 gives the opcode a meaning. */
    static boolean isKnown(int opcode) {
        return opcode <= BINARY || (opcode >= CLOSE && opcode <= PONG);
    }
}
