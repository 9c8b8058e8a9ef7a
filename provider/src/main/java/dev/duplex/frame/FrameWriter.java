package dev.duplex.frame;

import java.io.IOException;
import java.io.OutputStream;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames, each with one write to the stream when header and payload have at most 64 KiB, or several held ones with one. The
 * payload given is never changed. Confined to the holder of its connection's frame lock.
 */
public final class FrameWriter {
    /** Frames up to this size get an array of their own: cheaper than the pool. */
    private static final int SMALL = 1024;

    private final OutputStream out;
    private final @Nullable MaskKeys keys;

    /** Frames that wait for the next write, up to heldBytes; borrowed while there are any. */
    private byte @Nullable [] held;

    private int heldBytes;

    /**
     * Creates a writer.
     *
     * @param out where frames go; written to, never flushed
     * @param masked whether this is a client: it masks what it sends, RFC 6455 §5.1
     */
    public FrameWriter(OutputStream out, boolean masked) {
        this.out = out;
        this.keys = masked ? new MaskKeys() : null;
    }

    /**
     * Writes one frame, those that are held before it, and returns the bytes it has, header included.
     *
     * @param b0 the first byte: opcode, {@link FrameHeader#B0_FIN}, {@link FrameHeader#B0_RSV1}
     */
    public int write(int b0, byte[] payload, int offset, int length) throws IOException {
        if (heldBytes > 0) {
            int bytes = hold(b0, payload, offset, length);
            flush();
            return bytes;
        }
        int total = size(length);
        if (total <= SMALL) {
            writeThrough(new byte[total], b0, payload, offset, length);
            return total;
        }
        BufferPool pool = BufferPool.fitting(total);
        byte[] buffer = pool.take();
        try {
            writeThrough(buffer, b0, payload, offset, length);
        } finally {
            pool.give(buffer);
        }
        return total;
    }

    /**
     * Holds one frame until the next {@link #write} or {@link #flush}, and returns its bytes. What has no room makes those that are held go
     * out, and goes at once when it is larger than 64 KiB.
     */
    public int hold(int b0, byte[] payload, int offset, int length) throws IOException {
        int total = size(length);
        if (heldBytes > BufferPool.LARGE.size() - total) {
            flush();
        }
        if (total > BufferPool.LARGE.size()) {
            return write(b0, payload, offset, length);
        }
        byte[] buffer = roomFor(total);
        int used = FrameHeader.encode(buffer, heldBytes, b0, keys != null, length);
        if (keys == null) {
            System.arraycopy(payload, offset, buffer, used, length);
        } else {
            int key = keys.next();
            Masking.putKey(buffer, used, key);
            Masking.apply(payload, offset, buffer, used + FrameHeader.KEY_SIZE, length, key);
        }
        heldBytes += total;
        return total;
    }

    /** Writes the frames that are held. */
    public void flush() throws IOException {
        byte[] buffer = held;
        if (buffer != null) {
            try {
                out.write(buffer, 0, heldBytes);
            } finally {
                discard();
            }
        }
    }

    /** Whether frames are held. */
    public boolean holds() {
        return heldBytes > 0;
    }

    /** Forgets the frames that are held. */
    public void discard() {
        byte[] buffer = held;
        if (buffer != null) {
            held = null;
            heldBytes = 0;
            BufferPool.fitting(buffer.length).give(buffer);
        }
    }

    private byte[] roomFor(int bytes) {
        byte[] buffer = held;
        if (buffer == null || buffer.length - heldBytes < bytes) {
            BufferPool pool = BufferPool.fitting(heldBytes + bytes);
            byte[] larger = pool.take();
            if (buffer != null) {
                System.arraycopy(buffer, 0, larger, 0, heldBytes);
                BufferPool.fitting(buffer.length).give(buffer);
            }
            buffer = larger;
            held = buffer;
        }
        return buffer;
    }

    private int size(int length) {
        return Math.addExact(FrameHeader.size(length, keys != null), length);
    }

    private void writeThrough(byte[] buffer, int b0, byte[] payload, int offset, int length) throws IOException {
        int used = FrameHeader.encode(buffer, 0, b0, keys != null, length);
        if (keys == null) {
            int first = Math.min(length, buffer.length - used);
            System.arraycopy(payload, offset, buffer, used, first);
            out.write(buffer, 0, used + first);
            if (first < length) {
                out.write(payload, offset + first, length - first);
            }
            return;
        }
        int key = keys.next();
        Masking.putKey(buffer, used, key);
        used += FrameHeader.KEY_SIZE;
        int done = 0;
        do {
            int count = Math.min(length - done, buffer.length - used);
            Masking.apply(payload, offset + done, buffer, used, count, Masking.rotate(key, done));
            out.write(buffer, 0, used + count);
            done += count;
            used = 0;
        } while (done < length);
    }

    /** Keys from a strong source, drawn many at a time. RFC 6455 §5.3: the next key must not be predictable. */
    private static final class MaskKeys {
        private static final SecureRandom RANDOM = new SecureRandom();
        private static final int DRAWN_AT_ONCE = 32;

        private final byte[] drawn = new byte[DRAWN_AT_ONCE * FrameHeader.KEY_SIZE];
        private int used = drawn.length;

        int next() {
            if (used == drawn.length) {
                RANDOM.nextBytes(drawn);
                used = 0;
            }
            int key = Masking.key(drawn, used);
            used += FrameHeader.KEY_SIZE;
            return key;
        }
    }
}
