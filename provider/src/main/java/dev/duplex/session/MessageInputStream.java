package dev.duplex.session;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** A message as a stream: reads the next frame of it when it is asked for more. Confined to the session's thread, and over when the handler returns. */
final class MessageInputStream extends InputStream {
    private final Inbound inbound;
    private byte[] piece;
    private int position;
    private boolean last;
    private volatile boolean closed;

    MessageInputStream(Inbound inbound, byte[] first, boolean last) {
        this.inbound = inbound;
        this.piece = first;
        this.last = last;
    }

    @Override
    public int read() throws IOException {
        return fill() ? piece[position++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, piece.length - position);
        System.arraycopy(piece, position, bytes, offset, count);
        position += count;
        return count;
    }

    @Override
    public int available() {
        return closed ? 0 : piece.length - position;
    }

    /** Nothing more is read; the rest of the message is discarded when the handler returns. */
    @Override
    public void close() {
        closed = true;
    }

    /** Fails when it was closed, by the handler or because that has returned. */
    void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("The stream is closed, or its message is over because the handler has returned");
        }
    }

    private boolean fill() throws IOException {
        requireOpen();
        while (position == piece.length) {
            if (last) {
                return false;
            }
            piece = inbound.nextPiece(this);
            position = 0;
            last = inbound.last();
        }
        return true;
    }
}
