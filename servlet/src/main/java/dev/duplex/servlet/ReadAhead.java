package dev.duplex.servlet;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that a container's thread has read before the engine asks for them, in order, with a bound. One thread adds, one takes. Holds no memory
 * when it is empty.
 */
final class ReadAhead {
    private static final byte[] NOTHING = {};

    private final int bound;

    private byte[] bytes = NOTHING; // guarded by this, as all below
    private int from;
    private int to;
    private boolean full;
    private boolean ended;
    private @Nullable IOException failure;

    /**
     * An empty one.
     *
     * @param bound has it this many bytes or more, it is full until half of them were taken
     */
    ReadAhead(int bound) {
        this.bound = bound;
    }

    /** Whether more is to be added; if not, {@link #wantsMore()} will say when. */
    synchronized boolean hasRoom() {
        full = to - from >= bound;
        return !full && !ended;
    }

    /** Adds what the buffer has left. */
    synchronized void add(ByteBuffer more) {
        int count = more.remaining();
        if (count == 0) {
            return;
        }
        int kept = to - from;
        if (count > bytes.length - to) {
            byte[] larger =
                    new byte[Math.max(kept + count, Math.min(2 * kept, bound))]; // few copies of many small pieces
            System.arraycopy(bytes, from, larger, 0, kept);
            bytes = larger;
            from = 0;
            to = kept;
        }
        more.get(bytes, to, count);
        to += count;
    }

    /** Nothing more comes behind what is there. Only the first call counts. */
    synchronized void end(@Nullable IOException cause) {
        if (!ended) {
            ended = true;
            failure = cause;
        }
    }

    /**
     * Takes bytes: the number of them, 0 when there are none yet, -1 at the end.
     *
     * @throws IOException when there are none, and it has ended with a cause
     */
    synchronized int take(byte[] target, int offset, int length) throws IOException {
        int count = Math.min(length, to - from);
        if (count == 0) {
            if (failure != null) {
                throw new IOException(failure.getMessage(), failure);
            }
            return ended ? -1 : 0;
        }
        System.arraycopy(bytes, from, target, offset, count);
        from += count;
        if (from == to) {
            bytes = NOTHING;
            from = 0;
            to = 0;
        }
        return count;
    }

    /** Whether there is nothing to take now. */
    synchronized boolean isEmpty() {
        return from == to;
    }

    /** Whether it was full, and has room again; true once. */
    synchronized boolean wantsMore() {
        boolean wanted = full && to - from <= bound / 2;
        if (wanted) {
            full = false;
        }
        return wanted;
    }
}
