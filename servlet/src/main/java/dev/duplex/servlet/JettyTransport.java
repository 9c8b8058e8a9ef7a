package dev.duplex.servlet;

import dev.duplex.transport.Ends;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.jspecify.annotations.Nullable;

/** A blocking stream over an end point of Jetty, plain or under TLS. No thread of Jetty's waits in it. */
final class JettyTransport extends ChannelTransport {
    /** At most so many bytes go through a call of Jetty's: the JDK keeps a buffer of that size for each of its carriers. */
    private static final int MAX_BYTES = 64 * 1024;

    /** So many bytes are left to Jetty, which writes only what it was given, once a peer is slow to read. */
    private static final int LEFT_BYTES = 16 * 1024;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final EndPoint endPoint;
    private final Callback reading =
            Callback.from(InvocationType.NON_BLOCKING, this::readable, cause -> failed(asIo(cause)));
    private final Callback writing = Callback.from(InvocationType.NON_BLOCKING, this::written, this::notWritten);

    private @Nullable ByteBuffer ahead; // what came with the request; of the thread that reads

    /** What was taken and not handed to the network; of the thread that writes, or of Jetty while {@link #pending}. */
    private ByteBuffer left = NOTHING;

    /** Whether all that was taken, the records of TLS among it, is the network's; of the thread that writes. */
    private boolean flushed = true;

    private volatile boolean pending;
    private volatile @Nullable IOException writeFailure;

    JettyTransport(EndPoint endPoint, Ends ends) {
        super(ends);
        this.endPoint = endPoint;
    }

    /** Reads these bytes before those of the end point. Before the first read. */
    void ahead(ByteBuffer bytes) {
        ahead = bytes;
    }

    @Override
    int readNow(byte[] bytes, int offset, int length) throws IOException {
        ByteBuffer before = ahead;
        if (before != null) {
            int count = Math.min(length, before.remaining());
            before.get(bytes, offset, count);
            if (!before.hasRemaining()) {
                ahead = null;
            }
            return count;
        }
        // Jetty fills from the limit on, and a closed end point has ended
        return endPoint.fill(ByteBuffer.wrap(bytes, offset, Math.min(length, MAX_BYTES))
                .slice()
                .limit(0));
    }

    @Override
    void wantRead() {
        endPoint.tryFillInterested(reading); // false when it was asked before a read that timed out
    }

    @Override
    int writeNow(byte[] bytes, int offset, int length) throws IOException {
        checkWritten();
        if (pending || left.hasRemaining()) {
            return 0;
        }
        ByteBuffer taken = ByteBuffer.wrap(bytes, offset, Math.min(length, MAX_BYTES));
        flushed = endPoint.flush(taken);
        if (taken.hasRemaining()) {
            // The caller's bytes must not be Jetty's when the caller has given up
            byte[] rest = new byte[Math.min(taken.remaining(), LEFT_BYTES)];
            taken.get(rest);
            left = ByteBuffer.wrap(rest);
        }
        return taken.position() - offset;
    }

    @Override
    boolean flushNow() throws IOException {
        checkWritten();
        if (pending) {
            return false;
        }
        if (!flushed) {
            flushed = endPoint.flush(left);
        }
        return flushed;
    }

    @Override
    void wantWrite() {
        if (!pending) {
            pending = true;
            endPoint.write(writing, left);
        }
    }

    private void written() {
        left = NOTHING;
        flushed = true;
        pending = false;
        writable();
    }

    /** Who reads may still find what the remote end has said before. */
    private void notWritten(Throwable cause) {
        writeFailure = asIo(cause);
        writable();
    }

    private void checkWritten() throws IOException {
        IOException cause = writeFailure;
        if (cause != null) {
            throw new IOException(cause.getMessage(), cause);
        }
    }

    @Override
    void finishOutput() {
        endPoint.shutdownOutput();
    }

    @Override
    void cut() {
        endPoint.close();
    }

    private static IOException asIo(Throwable cause) {
        return cause instanceof IOException io ? io : new IOException(cause);
    }
}
