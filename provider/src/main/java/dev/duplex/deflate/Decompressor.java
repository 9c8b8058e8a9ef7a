package dev.duplex.deflate;

import dev.duplex.frame.CloseFrame;
import dev.duplex.frame.ProtocolFailure;
import java.util.Objects;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Decompresses the payloads of messages, one fragment or any part of one at a time, and never beyond a given size.
 *
 * <p>Confined to its owner: the reader of the connection calls it, {@link #close()} included. A native codec is made,
 * or borrowed, with the first bytes, and given back at the end of the message, or at {@link #close()} when the context
 * is kept. After an exception the decompressor is closed, because the peer's context is lost. RFC 7692 §7.2.2.
 */
public final class Decompressor implements AutoCloseable {
    /** What the sender left out at the end of the message: the rest of an empty stored block, RFC 7692 §7.2.2. */
    private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

    /** The same, and an empty stored block that ends the stream: a codec that sees the end was between two blocks. */
    private static final byte[] TAIL_AND_END = {0, 0, (byte) 0xFF, (byte) 0xFF, 1, 0, 0, (byte) 0xFF, (byte) 0xFF};

    private static final byte[] NOTHING = {};

    /** The first buffer for a short input that is likely to grow: text does so about threefold. */
    private static final int FIRST_ROOM_BYTES = 256;

    private static final CodecPool<Inflater> INFLATERS =
            new CodecPool<>(CodecPool.defaultMaxIdle(), () -> new Inflater(true), Inflater::reset, Inflater::end);

    private final boolean contextTakeover;
    private final CodecPool<Inflater> pool;

    private @Nullable Inflater inflater;
    private boolean closed;

    /** Nothing of the message was seen yet, or nothing since a block that ended the stream. */
    private boolean betweenStreams = true;

    /** A decompressor whose peer refers back to earlier messages or not; any window that can be agreed on will do. */
    public Decompressor(boolean contextTakeover) {
        this(contextTakeover, INFLATERS);
    }

    Decompressor(boolean contextTakeover, CodecPool<Inflater> pool) {
        this.contextTakeover = contextTakeover;
        this.pool = pool;
    }

    /**
     * Appends to {@code out} all that the next part of a message decompresses to. {@code fin} ends the message.
     *
     * <p>At most {@code maxBytes} are appended, and {@code out} grows as they come, not by the limit. A limit for a
     * whole message is had by passing what is left of it. On failure {@code out} is as long as before.
     *
     * @throws ProtocolFailure 1009 as soon as more than {@code maxBytes} come out; 1007 when the data is not DEFLATE, or
     *     ends inside a block (surely found only without context takeover)
     * @throws IllegalStateException when the decompressor is closed
     */
    public void decompress(byte[] in, int off, int len, boolean fin, int maxBytes, ByteBuilder out)
            throws ProtocolFailure {
        Objects.checkFromIndexSize(off, len, in.length);
        if (maxBytes < 0) {
            throw new IllegalArgumentException("maxBytes must not be negative, but is " + maxBytes);
        }
        if (closed) {
            throw new IllegalStateException("A closed decompressor decompresses nothing");
        }
        int start = out.length();
        boolean done = false;
        try {
            if (len > 0) {
                inflate(in, off, len, maxBytes, start, out);
            }
            if (fin) {
                finish(maxBytes, start, out);
            }
            done = true;
        } catch (DataFormatException e) {
            ProtocolFailure failure = new ProtocolFailure(
                    CloseFrame.INVALID_PAYLOAD,
                    "RFC 7692 §7.2.2: a compressed message must be DEFLATE data, but this is not: " + e.getMessage());
            failure.initCause(e);
            throw failure;
        } finally {
            if (!done) {
                out.length(start);
                close();
            } else if (fin && !contextTakeover) {
                giveBack();
            }
        }
    }

    /** Gives back all native memory; afterwards only this method may be called. Called by the owner only. */
    @Override
    public void close() {
        closed = true;
        giveBack();
    }

    private void finish(int maxBytes, int start, ByteBuilder out) throws DataFormatException, ProtocolFailure {
        // Behind a block that ended the stream, or nothing at all, the tail would be an unfinished block. Senders
        // that omit the octet 0x00 of RFC 7692 §7.2.3.4 and §7.2.3.6 thus do no harm.
        if (!betweenStreams) {
            int before = out.length();
            byte[] tail = contextTakeover ? TAIL : TAIL_AND_END;
            inflate(tail, 0, tail.length, maxBytes, start, out);
            if (out.length() != before || (!contextTakeover && !betweenStreams)) {
                throw new ProtocolFailure(
                        CloseFrame.INVALID_PAYLOAD,
                        "RFC 7692 §7.2.1: a compressed message must end between two DEFLATE blocks");
            }
        }
        betweenStreams = true;
    }

    private void inflate(byte[] in, int off, int len, int maxBytes, int start, ByteBuilder out)
            throws DataFormatException, ProtocolFailure {
        Inflater codec = codec();
        codec.setInput(in, off, len);
        betweenStreams = false;
        int atLeast = Math.max(len, FIRST_ROOM_BYTES);
        while (true) {
            // One byte over the limit, if there is one, proves the excess.
            long left = (long) maxBytes - (out.length() - start) + 1;
            int room = (int) Math.min(left, out.room((int) Math.min(left, atLeast)));
            int made = codec.inflate(out.array(), out.length(), room);
            if (made == left) {
                throw new ProtocolFailure(
                        CloseFrame.TOO_BIG,
                        "Payload size limit reached: a compressed message holds more than the " + maxBytes
                                + " bytes left to it");
            }
            out.length(out.length() + made);
            if (codec.finished()) {
                // RFC 7692 §7.2.3.4: a block may end the stream, and another stream follow in the same message.
                int rest = codec.getRemaining();
                codec.reset();
                if (rest == 0) {
                    betweenStreams = true;
                    return;
                }
                codec.setInput(in, off + len - rest, rest);
            } else if (made < room) {
                break;
            }
            atLeast = 1;
        }
        // A codec that keeps its context must not keep the caller's array.
        codec.setInput(NOTHING);
    }

    private Inflater codec() {
        Inflater held = inflater;
        if (held == null) {
            held = pool.take();
            inflater = held;
        }
        return held;
    }

    private void giveBack() {
        Inflater held = inflater;
        if (held != null) {
            // First forgotten, then given: whatever happens, it is not given twice.
            inflater = null;
            pool.give(held);
        }
    }
}
