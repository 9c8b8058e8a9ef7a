package dev.duplex.deflate;

import java.util.Objects;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Compresses the payloads of messages, one fragment at a time, and never refers back beyond the agreed window.
 *
 * <p>Confined to its owner: whoever holds the right to send messages calls it, {@link #close()} included. A native
 * codec is made, or borrowed, with the first bytes, and held no longer than its state is needed: without context
 * takeover to the end of the message, with it to {@link #close()}, and with a window below 15 bits to the end of the
 * call. After an exception the compressor is closed, because what the peer's window holds is no longer known.
 * RFC 7692 §7.2.1.
 */
public final class Compressor implements AutoCloseable {
    /** What a flush ends with, and the last fragment of a message leaves out: RFC 7692 §7.2.1. */
    private static final int FLUSH_TAIL_BYTES = 4;

    /** zlib repeats a flush for which it has fewer than seven bytes of room: correct, but longer. */
    private static final int LEAST_ROOM_BYTES = 16;

    private static final byte[] NOTHING = {};

    private static final CodecPool<Deflater> DEFLATERS = new CodecPool<>(
            CodecPool.defaultMaxIdle(),
            () -> new Deflater(Deflater.DEFAULT_COMPRESSION, true),
            Deflater::reset,
            Deflater::end);

    private final boolean contextTakeover;
    private final int windowBits;
    private final CodecPool<Deflater> pool;

    private @Nullable Deflater deflater;
    private boolean closed;

    /** The last bytes of what was compressed, at most a window of them; unused while the window is the full one. */
    private byte[] history = NOTHING;

    private int historyLength;

    /** A compressor that remembers earlier messages or not, with a window of 2 to {@code windowBits} bytes, 8..15. */
    public Compressor(boolean contextTakeover, int windowBits) {
        this(contextTakeover, windowBits, DEFLATERS);
    }

    Compressor(boolean contextTakeover, int windowBits, CodecPool<Deflater> pool) {
        DeflateParameters.requireWindowBits("windowBits", windowBits);
        this.contextTakeover = contextTakeover;
        this.windowBits = windowBits;
        this.pool = pool;
    }

    /**
     * Appends to {@code out} the next fragment's payload: all of {@code in}'s range, so that the peer can decompress it
     * at once. {@code fin} ends the message.
     *
     * <p>What is appended may be nothing (an empty fragment that is not the last) and is at most a little longer than
     * the input. Bytes already in {@code out} stay.
     *
     * @throws IllegalStateException when the compressor is closed
     */
    public void compress(byte[] in, int off, int len, boolean fin, ByteBuilder out) {
        Objects.checkFromIndexSize(off, len, in.length);
        if (closed) {
            throw new IllegalStateException("A closed compressor compresses nothing");
        }
        boolean done = false;
        try {
            if (len > 0) {
                if (windowBits == DeflateParameters.MAX_WINDOW_BITS) {
                    deflate(codec(), in, off, len, out);
                } else {
                    deflateSlices(in, off, len, fin, out);
                }
                if (fin) {
                    out.length(out.length() - FLUSH_TAIL_BYTES);
                }
            } else if (fin) {
                // RFC 7692 §7.2.3.6: the header of an empty stored block, whose other four bytes are the tail left
                // out. Asking zlib would not do: it flushes nothing when there was nothing since the last flush.
                out.append((byte) 0);
            }
            done = true;
        } finally {
            if (!done) {
                close();
            } else if (fin && !contextTakeover) {
                forget();
            }
        }
    }

    /** Whether what was compressed before makes the next message smaller. */
    public boolean keepsContext() {
        return contextTakeover;
    }

    /** Gives back all native memory; afterwards only this method may be called. Called by the owner only. */
    @Override
    public void close() {
        closed = true;
        forget();
    }

    /**
     * Compresses such that no reference reaches back further than the window, which java.util.zip cannot be told:
     * the codec starts anew for each slice, and is given as dictionary no more of the past than together with the
     * slice fits the window. RFC 7692 §7.1.2.
     */
    private void deflateSlices(byte[] in, int off, int len, boolean fin, ByteBuilder out) {
        int window = 1 << windowBits;
        // What later calls may refer to is copied, what only this one may is not.
        boolean remember = contextTakeover || !fin || historyLength > 0;
        Deflater codec = codec();
        int end = off + len;
        int at = off;
        while (at < end) {
            int past = remember ? historyLength : at - off;
            // Longer slices cost fewer flushes, shorter ones see more of the past: a quarter of past did best.
            int slice = Math.min(end - at, past == 0 ? window : window - window / 4);
            past = Math.min(past, window - slice);
            if (at > off) {
                codec.reset();
            }
            if (past > 0) {
                codec.setDictionary(remember ? history : in, (remember ? historyLength : at) - past, past);
            }
            deflate(codec, in, at, slice, out);
            if (remember) {
                remember(in, at, slice);
            }
            at += slice;
        }
        giveBack();
    }

    private static void deflate(Deflater codec, byte[] in, int off, int len, ByteBuilder out) {
        codec.setInput(in, off, len);
        out.room(len / 2);
        int room;
        int made;
        do {
            room = out.room(LEAST_ROOM_BYTES);
            made = codec.deflate(out.array(), out.length(), room, Deflater.SYNC_FLUSH);
            out.length(out.length() + made);
        } while (made == room);
        // A codec that keeps its context must not keep the caller's array.
        codec.setInput(NOTHING);
    }

    /** Appends to the history, of which it keeps the last window. */
    private void remember(byte[] in, int off, int len) {
        int window = 1 << windowBits;
        if (history.length == 0) {
            history = new byte[window];
        }
        int kept = Math.min(historyLength, window - len);
        System.arraycopy(history, historyLength - kept, history, 0, kept);
        System.arraycopy(in, off, history, kept, len);
        historyLength = kept + len;
    }

    private Deflater codec() {
        Deflater held = deflater;
        if (held == null) {
            held = pool.take();
            deflater = held;
        }
        return held;
    }

    private void forget() {
        giveBack();
        history = NOTHING;
        historyLength = 0;
    }

    private void giveBack() {
        Deflater held = deflater;
        if (held != null) {
            // First forgotten, then given: whatever happens, it is not given twice.
            deflater = null;
            pool.give(held);
        }
    }
}
