package dev.duplex.frame;

import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.function.IntUnaryOperator;

/** Gives bytes in pieces of a chosen size, then ends or stays silent; sees how large the arrays are that it is to fill. */
final class ScriptedStream extends InputStream {
    private final byte[] bytes;
    private final IntUnaryOperator sizes;
    private final boolean silentAtEnd;
    private int position;
    private int lastRoom;

    /** Gives at each read at most what {@code sizes} says for the position; a size of 0 lets that read time out. */
    ScriptedStream(byte[] bytes, IntUnaryOperator sizes, boolean silentAtEnd) {
        this.bytes = bytes;
        this.sizes = sizes;
        this.silentAtEnd = silentAtEnd;
    }

    /** Behind the last byte the stream ends. */
    static ScriptedStream ended(byte[] bytes, int bytesPerRead) {
        return new ScriptedStream(bytes, at -> bytesPerRead, false);
    }

    /** Behind the last byte every read times out. */
    static ScriptedStream silent(byte[] bytes, int bytesPerRead) {
        return new ScriptedStream(bytes, at -> bytesPerRead, true);
    }

    /** Length of the array of the last read: what the reader holds while it waits. */
    int lastRoom() {
        return lastRoom;
    }

    int position() {
        return position;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws SocketTimeoutException {
        lastRoom = into.length;
        if (position == bytes.length) {
            if (silentAtEnd) {
                throw new SocketTimeoutException("silence");
            }
            return -1;
        }
        int size = sizes.applyAsInt(position);
        if (size == 0) {
            throw new SocketTimeoutException("a pause at byte " + position);
        }
        int count = Math.min(Math.min(size, length), bytes.length - position);
        System.arraycopy(bytes, position, into, offset, count);
        position += count;
        return count;
    }

    @Override
    public int available() {
        return bytes.length - position;
    }

    @Override
    public int read() {
        throw new UnsupportedOperationException("frames are read in blocks");
    }
}
