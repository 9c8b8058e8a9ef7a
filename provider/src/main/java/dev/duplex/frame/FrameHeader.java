package dev.duplex.frame;

/** The layout of a frame's header, RFC 6455 §5.2. */
public final class FrameHeader {
    /** First byte: this is the last fragment of its message. */
    public static final int B0_FIN = 0x80;
    /** First byte: reserved bit that permessage-deflate uses to mark a compressed message, RFC 7692 §6. */
    public static final int B0_RSV1 = 0x40;

    static final int B0_RSV2_RSV3 = 0x30;
    static final int B0_OPCODE = 0x0F;

    static final int B1_MASK = 0x80;
    static final int B1_LENGTH = 0x7F;

    /** RFC 6455 §5.5: the payload of a control frame is at most this long. */
    public static final int MAX_CONTROL_PAYLOAD = 125;

    static final int LENGTH_16 = 126;
    static final int LENGTH_64 = 127;
    static final int MAX_LENGTH_16 = 0xFFFF;

    /** Bytes of the shortest header, which say how long it is. */
    static final int MIN_SIZE = 2;
    /** Bytes of the longest header: two, a 64-bit length, a masking key. */
    static final int MAX_SIZE = 14;

    static final int KEY_SIZE = 4;

    private FrameHeader() {}

    /** Bytes of the header in front of {@code length} bytes of payload. */
    static int size(int length, boolean masked) {
        int size = length <= MAX_CONTROL_PAYLOAD ? 2 : length <= MAX_LENGTH_16 ? 4 : 10;
        return masked ? size + KEY_SIZE : size;
    }

    /** Bytes of the whole header whose second byte is {@code b1}. */
    static int size(int b1) {
        int length = b1 & B1_LENGTH;
        int size = length < LENGTH_16 ? 2 : length == LENGTH_16 ? 4 : 10;
        return (b1 & B1_MASK) != 0 ? size + KEY_SIZE : size;
    }

    /**
     * Writes a header without its masking key into {@code out} from {@code at} on; the length takes its shortest form. Returns where it
     * ends.
     */
    static int encode(byte[] out, int at, int b0, boolean masked, int length) {
        int mask = masked ? B1_MASK : 0;
        out[at] = (byte) b0;
        if (length <= MAX_CONTROL_PAYLOAD) {
            out[at + 1] = (byte) (mask | length);
            return at + 2;
        }
        if (length <= MAX_LENGTH_16) {
            out[at + 1] = (byte) (mask | LENGTH_16);
            out[at + 2] = (byte) (length >>> 8);
            out[at + 3] = (byte) length;
            return at + 4;
        }
        out[at + 1] = (byte) (mask | LENGTH_64);
        for (int i = 0; i < 8; i++) {
            out[at + 2 + i] = (byte) ((long) length >>> (56 - 8 * i));
        }
        return at + 10;
    }

    /** The payload length in the complete header at {@code offset}; a top bit that is set makes it negative. */
    static long length(byte[] in, int offset) {
        int length = in[offset + 1] & B1_LENGTH;
        if (length < LENGTH_16) {
            return length;
        }
        long value = 0;
        int bytes = length == LENGTH_16 ? 2 : 8;
        for (int i = 0; i < bytes; i++) {
            value = (value << 8) | (in[offset + 2 + i] & 0xFF);
        }
        return value;
    }
}
