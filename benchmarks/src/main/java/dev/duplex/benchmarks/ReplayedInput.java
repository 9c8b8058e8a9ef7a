package dev.duplex.benchmarks;

import java.io.InputStream;

/** The same frame over and over, then the end of the stream. No read goes beyond what would have arrived together. Confined to one thread. */
final class ReplayedInput extends InputStream {
    private final byte[] together;
    private long turnsLeft;
    private int position;

    /**
     * An input that has not begun.
     *
     * @param framesTogether how many arrive at a time: a read ends with the last of them
     * @param frames how many in all; a multiple of that
     */
    ReplayedInput(byte[] frame, int framesTogether, long frames) {
        this.together = new byte[frame.length * framesTogether];
        for (int i = 0; i < framesTogether; i++) {
            System.arraycopy(frame, 0, together, i * frame.length, frame.length);
        }
        this.turnsLeft = frames / framesTogether;
        if (turnsLeft * framesTogether != frames) {
            throw new IllegalArgumentException(frames + " frames cannot arrive " + framesTogether + " at a time");
        }
        this.position = together.length;
    }

    /** The same frame, one at a time, without an end. */
    static ReplayedInput endless(byte[] frame) {
        return new ReplayedInput(frame, 1, Long.MAX_VALUE);
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        if (position == together.length) {
            if (turnsLeft == 0) {
                return -1;
            }
            turnsLeft--;
            position = 0;
        }
        int count = Math.min(length, together.length - position);
        System.arraycopy(together, position, into, offset, count);
        position += count;
        return count;
    }
}
