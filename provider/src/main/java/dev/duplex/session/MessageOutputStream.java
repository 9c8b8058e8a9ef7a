package dev.duplex.session;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/**
 * A message as a stream: sent in fragments, the last one when it is closed. Without a write there is no message; with one, even of nothing,
 * there is at least a frame. Confined to one thread at a time.
 */
final class MessageOutputStream extends OutputStream {
    /** Bytes of a fragment: small enough to hold, large enough to be worth a frame. */
    private static final int FRAGMENT = 8 << 10;

    private final Outbound outbound;
    private final int opcode;
    private final byte[] fragment = new byte[FRAGMENT];
    private int length;
    private boolean written;
    private boolean closed;

    MessageOutputStream(Outbound outbound, int opcode) {
        this.outbound = outbound;
        this.opcode = opcode;
    }

    @Override
    public void write(int b) throws IOException {
        begin();
        makeRoom();
        fragment[length++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        Objects.checkFromIndexSize(offset, count, bytes.length);
        begin();
        for (int done = 0; done < count; ) {
            makeRoom();
            int some = Math.min(count - done, FRAGMENT - length);
            System.arraycopy(bytes, offset + done, fragment, length, some);
            length += some;
            done += some;
        }
    }

    /** Sends what was written so far as a fragment. */
    @Override
    public void flush() throws IOException {
        if (!closed && length > 0) {
            send(false);
        }
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            if (written) {
                send(true);
            }
        }
    }

    /** There is a message from here on. */
    void begin() throws IOException {
        if (closed) {
            throw new IOException("The stream is closed: its message has been sent");
        }
        written = true;
    }

    private void makeRoom() throws IOException {
        if (length == FRAGMENT) {
            send(false);
        }
    }

    private void send(boolean last) throws IOException {
        outbound.streamPart(opcode, fragment, length, last);
        length = 0;
    }
}
