package dev.duplex.deflate;

import java.util.ArrayDeque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Keeps a bounded number of idle codecs for whoever needs one next; what it hands out is as good as new.
 *
 * <p>A codec holds native memory (a Deflater about 260 KiB, an Inflater up to 40 KiB) and is dear to make: the bound
 * keeps what is idle small, and nothing bounds how many are in use, so that nobody waits for one. Safe for any thread.
 */
final class CodecPool<C> {
    private final int maxIdle;
    private final Supplier<C> make;
    private final Consumer<C> reset;
    private final Consumer<C> end;

    private final ReentrantLock lock = new ReentrantLock();
    /** The one used last is on top: its memory is still in the processor's caches. Guarded by {@link #lock}. */
    private final ArrayDeque<C> idle;

    CodecPool(int maxIdle, Supplier<C> make, Consumer<C> reset, Consumer<C> end) {
        this.maxIdle = maxIdle;
        this.make = make;
        this.reset = reset;
        this.end = end;
        this.idle = new ArrayDeque<>(maxIdle);
    }

    /**
     * How many codecs a pool keeps: without context takeover a codec is in use only while a processor works on it,
     * so two for each processor serve all but fragmented messages.
     */
    static int defaultMaxIdle() {
        return 2 * Runtime.getRuntime().availableProcessors();
    }

    /** A codec without any state, the caller's own until it is given back. */
    C take() {
        C codec;
        lock.lock();
        try {
            codec = idle.pollLast();
        } finally {
            lock.unlock();
        }
        return codec != null ? codec : make.get();
    }

    /** Takes a codec back, in whatever state it is; the caller must not use it, or give it back, any more. */
    void give(C codec) {
        reset.accept(codec);
        lock.lock();
        try {
            if (idle.size() < maxIdle) {
                idle.addLast(codec);
                return;
            }
        } finally {
            lock.unlock();
        }
        end.accept(codec);
    }

    /** How many codecs wait for use. */
    int idle() {
        lock.lock();
        try {
            return idle.size();
        } finally {
            lock.unlock();
        }
    }
}
