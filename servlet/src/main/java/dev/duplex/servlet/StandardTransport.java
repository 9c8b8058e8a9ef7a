package dev.duplex.servlet;

import dev.duplex.transport.Ends;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A blocking stream over the streams of the standard, which do not block once they have listeners (Servlet 6.0 §3.7, §5.7).
 *
 * <p>Reading is left to the callbacks, up to a bound; the rest is read by the engine's thread, as the container does not call before
 * {@code isReady} has said no.
 */
final class StandardTransport extends ChannelTransport {
    private static final System.Logger LOG = System.getLogger(StandardTransport.class.getName());

    /** How much is read ahead, and a piece more. */
    private static final int AHEAD_BYTES = 64 << 10;
    /** What is read and written at a time: no less than what containers buffer, so that they keep nothing back. */
    private static final int PIECE_BYTES = 16 << 10;
    /** How often a container may tell that the connection is lost; some do it a few times. */
    private static final int MOST_ERRORS = 10;

    private final WebConnection web;
    private final ServletInputStream in;
    private final ServletOutputStream out;

    private final ReadAhead ahead = new ReadAhead(AHEAD_BYTES);
    /** Who holds it reads, a callback or the engine's thread. */
    private final ReentrantLock reading = new ReentrantLock();

    private volatile boolean left; // more may be there than was read: there was no room. Written under reading

    private volatile boolean writeReady;
    private volatile @Nullable IOException lost;

    /** A stream that nothing is read of before {@link #listen()}. */
    StandardTransport(WebConnection web, Ends ends) throws IOException {
        super(ends);
        this.web = web;
        this.in = web.getInputStream();
        this.out = web.getOutputStream();
    }

    /** Begins to read and write. */
    void listen() {
        in.setReadListener(new Reading());
        out.setWriteListener(new Writing());
    }

    /** The container has ended the connection, or it was lost. What has come before can still be read. */
    void end(Throwable cause) {
        IOException why = cause instanceof IOException io ? io : new IOException(cause.getMessage(), cause);
        lost = why;
        ahead.end(why);
        readable();
        writable();
    }

    @Override
    int readNow(byte[] bytes, int offset, int length) throws IOException {
        int count = ahead.take(bytes, offset, length);
        if (count == 0 && left) {
            reading.lock();
            try {
                if (left && ahead.isEmpty()) { // else a callback has read meanwhile
                    fill();
                }
                count = ahead.take(bytes, offset, length);
            } finally {
                reading.unlock();
            }
        }
        return count;
    }

    /** Reads what is there, as far as there is room. */
    private void fill() throws IOException {
        try {
            byte[] piece = new byte[PIECE_BYTES];
            left = false;
            while (!left && in.isReady()) {
                int count = in.read(piece, 0, piece.length);
                if (count < 0) {
                    break;
                }
                ahead.add(ByteBuffer.wrap(piece, 0, count));
                left = !ahead.hasRoom();
            }
            if (in.isFinished()) {
                ahead.end(null);
            }
        } catch (IllegalStateException e) {
            throw closedMeanwhile(e);
        }
    }

    private void dataAvailable() {
        reading.lock();
        try {
            if (ahead.hasRoom()) {
                fill();
            }
        } catch (IOException e) {
            end(e);
        } finally {
            reading.unlock();
        }
        readable();
    }

    @Override
    void wantRead() {
        // Whatever comes is read ahead, and signalled
    }

    @Override
    int writeNow(byte[] bytes, int offset, int length) throws IOException {
        if (!mayWrite()) {
            return 0;
        }
        int count = Math.min(length, PIECE_BYTES);
        try {
            out.write(Arrays.copyOfRange(bytes, offset, offset + count)); // there is a container that ignores offsets
        } catch (IllegalStateException e) {
            throw closedMeanwhile(e);
        }
        return count;
    }

    @Override
    boolean flushNow() throws IOException {
        if (!mayWrite()) {
            return false;
        }
        try {
            out.flush();
        } catch (IllegalStateException e) {
            throw closedMeanwhile(e);
        }
        return mayWrite();
    }

    /** Whether the stream takes more. Once it has said no, it is not asked again before its callback: that may be at work. */
    private boolean mayWrite() throws IOException {
        IOException cause = lost;
        if (cause != null) {
            throw new IOException(cause.getMessage(), cause);
        }
        if (!writeReady) {
            return false;
        }
        writeReady = false; // before the question: the callback may come before the answer
        try {
            if (!out.isReady()) {
                return false;
            }
        } catch (IllegalStateException e) {
            throw closedMeanwhile(e);
        }
        writeReady = true;
        return true;
    }

    private static IOException closedMeanwhile(IllegalStateException e) {
        return new IOException("the connection was closed meanwhile", e);
    }

    @Override
    void wantWrite() {
        // That it was not ready has asked the container
    }

    @Override
    void finishOutput() {
        // The standard has no half of a connection to close
    }

    @Override
    void cut() {
        Thread.ofVirtual()
                .name("duplex-close")
                .inheritInheritableThreadLocals(false)
                .start(() -> {
                    // There is a container that would wait for a remote end that does not read, but not when it is
                    // interrupted
                    Thread.currentThread().interrupt();
                    try {
                        web.close();
                    } catch (Exception e) { // it throws any
                        LOG.log(Level.DEBUG, "closing a connection failed", e);
                    }
                });
    }

    private final class Reading implements ReadListener {
        @Override
        public void onDataAvailable() {
            dataAvailable();
        }

        @Override
        public void onAllDataRead() {
            ahead.end(null);
            readable();
        }

        @Override
        public void onError(Throwable cause) {
            end(cause);
        }
    }

    private final class Writing implements WriteListener {
        private final AtomicInteger told = new AtomicInteger();

        @Override
        public void onWritePossible() {
            writeReady = true;
            writable();
        }

        @Override
        public void onError(Throwable cause) {
            end(cause);
            if (told.incrementAndGet() > MOST_ERRORS) { // there is a container that would tell it for ever
                throw new IllegalStateException("the connection was lost already", cause);
            }
        }
    }
}
