package dev.duplex.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The masking of client frames, RFC 6455 §5.3: byte i of the payload is XORed with byte i mod 4 of the key.
 * A key is an int whose lowest byte comes first on the wire.
 */
final class Masking {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080808080808080L;

    private Masking() {}

    /** The key in the four bytes at {@code offset}. */
    static int key(byte[] in, int offset) {
        return (int) INTS.get(in, offset);
    }

    /** Puts a key into the four bytes at {@code offset}. */
    static void putKey(byte[] out, int offset, int key) {
        INTS.set(out, offset, key);
    }

    /** The key for a payload from its byte {@code position} on. */
    static int rotate(int key, int position) {
        return Integer.rotateRight(key, position << 3);
    }

    /**
     * XORs {@code length} bytes of {@code in} into {@code out}, which may be the same array at the same offset.
     * The first of them meets the first byte of the key. Returns whether all results are ASCII.
     */
    static boolean apply(byte[] in, int inOffset, byte[] out, int outOffset, int length, int key) {
        long wide = (key & 0xFFFFFFFFL) | ((long) key << 32);
        long seen = 0;
        int i = 0;
        for (; i <= length - Long.BYTES; i += Long.BYTES) {
            long value = (long) LONGS.get(in, inOffset + i) ^ wide;
            LONGS.set(out, outOffset + i, value);
            seen |= value;
        }
        for (; i < length; i++) {
            byte value = (byte) (in[inOffset + i] ^ key >>> ((i & 3) << 3));
            out[outOffset + i] = value;
            seen |= value;
        }
        return (seen & HIGH_BITS) == 0;
    }

    /** How many of the {@code length} bytes at {@code offset}, counted in whole groups of eight from the first, are ASCII. */
    static int asciiPrefix(byte[] in, int offset, int length) {
        int i = 0;
        while (i <= length - Long.BYTES && ((long) LONGS.get(in, offset + i) & HIGH_BITS) == 0) {
            i += Long.BYTES;
        }
        return i;
    }
}
