package dev.duplex.engine;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Frames that were read before the application asked for them. Confined to the holder of the connection's reading side. */
final class ReadAhead {
    /** Bytes kept for an application that does not read, while the keep-alive looks for signs of life. */
    private static final int MOST = 64 << 10;
    /** What keeping a small frame costs besides its bytes. */
    private static final int OVERHEAD = 64;

    /** A frame with a payload of its own. */
    record Kept(int opcode, boolean fin, byte[] data) {}

    private @Nullable ArrayDeque<Kept> frames; // null until there is one
    private int bytes;

    /** Whether no more should be read until the application has taken some. */
    boolean full() {
        return bytes >= MOST;
    }

    boolean isEmpty() {
        return frames == null || frames.isEmpty();
    }

    void add(Kept frame) {
        ArrayDeque<Kept> kept = frames;
        if (kept == null) {
            kept = new ArrayDeque<>();
            frames = kept;
        }
        kept.add(frame);
        bytes += frame.data().length + OVERHEAD;
    }

    /** The oldest frame, null when there is none. */
    @Nullable
    Kept take() {
        Kept frame = frames == null ? null : frames.poll();
        if (frame != null) {
            bytes -= frame.data().length + OVERHEAD;
        }
        return frame;
    }
}
