package dev.duplex.frame;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lends byte arrays of one size. What is lent and never given back is left to the garbage collector; what is given
 * back beyond the bound is dropped. Safe for any thread; never blocks.
 */
public final class BufferPool {
    /** For a turn of a few small frames: 8 KiB, at most 512 kept (4 MiB). */
    public static final BufferPool MEDIUM = new BufferPool(8 << 10, 512);
    /** For big frames: 64 KiB, at most 128 kept (8 MiB). */
    public static final BufferPool LARGE = new BufferPool(64 << 10, 128);

    private final int size;
    private final int mostKept;
    private final ConcurrentLinkedDeque<byte[]> kept = new ConcurrentLinkedDeque<>();
    private final AtomicInteger count = new AtomicInteger();

    BufferPool(int size, int mostKept) {
        this.size = size;
        this.mostKept = mostKept;
    }

    /** Bytes of each array. */
    public int size() {
        return size;
    }

    /** An array of {@link #size()} bytes with any content. */
    public byte[] take() {
        byte[] buffer = kept.pollFirst();
        if (buffer == null) {
            return new byte[size];
        }
        count.decrementAndGet();
        return buffer;
    }

    /** Takes back an array that {@link #take()} gave; the caller does not touch it again. */
    public void give(byte[] buffer) {
        if (count.incrementAndGet() <= mostKept) {
            kept.addFirst(buffer);
        } else {
            count.decrementAndGet();
        }
    }

    /** The smallest pool whose arrays hold {@code bytes}; {@link #LARGE} when none does. */
    static BufferPool fitting(int bytes) {
        return bytes <= MEDIUM.size ? MEDIUM : LARGE;
    }
}
