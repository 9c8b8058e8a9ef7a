package dev.duplex.servlet;

import dev.duplex.transport.Ends;
import dev.duplex.transport.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A blocking stream over a connection that its container reads and writes without blocking: who has to wait is parked here, on a virtual thread
 * that holds nothing of the container's, with a deadline, and is woken by {@link #close()} too.
 *
 * <p>Threads: one reads, another may write, as {@link Transport} says; the container's own call {@link #readable()}, {@link #writable()} and
 * {@link #failed}, as often as they like.
 */
abstract class ChannelTransport implements Transport {
    private final Ends ends;
    private final Gate reading = new Gate();
    private final Gate writing = new Gate();
    private final InputStream input = new Input();
    private final OutputStream output = new Output();
    private volatile long readUntil; // by System.nanoTime(); 0 for no limit
    private volatile boolean closed;
    private volatile @Nullable IOException failure; // what the container has said

    /** A stream between these ends. */
    ChannelTransport(Ends ends) {
        this.ends = ends;
    }

    /** Reads what is there: the number of bytes, 0 when there is none, -1 at the end. Called by the thread that reads; never blocks. */
    abstract int readNow(byte[] bytes, int offset, int length) throws IOException;

    /** Asks the container to call {@link #readable()} once there is something to read, now or later. Called by the thread that reads. */
    abstract void wantRead() throws IOException;

    /** Takes bytes to be sent and returns their number, 0 when it cannot now. Called by the thread that writes; never blocks. */
    abstract int writeNow(byte[] bytes, int offset, int length) throws IOException;

    /** Hands to the network what was taken; false when that is not done yet. Called by the thread that writes; never blocks. */
    abstract boolean flushNow() throws IOException;

    /** Asks the container to call {@link #writable()} once it can take or send more, now or later. Called by the thread that writes. */
    abstract void wantWrite() throws IOException;

    /** Tells the remote end, if that can be told, that nothing more will come. Never blocks. */
    abstract void finishOutput() throws IOException;

    /** Ends the connection at once. Called once, by any thread, whoever reads and writes; never blocks, never throws. */
    abstract void cut();

    /** There may be something to read. */
    final void readable() {
        reading.open();
    }

    /** It may be possible to write. */
    final void writable() {
        writing.open();
    }

    /** The connection is lost; who reads or writes is told so. */
    final void failed(IOException cause) {
        if (failure == null) {
            failure = cause;
        }
        reading.open();
        writing.open();
    }

    @Override
    public final InputStream input() {
        return input;
    }

    @Override
    public final OutputStream output() {
        return output;
    }

    @Override
    public final void readTimeout(int millis) {
        readUntil = millis == 0 ? 0 : Gate.notZero(System.nanoTime() + millis * 1_000_000L);
    }

    @Override
    public final void shutdownOutput() throws IOException {
        checkUsable();
        finishOutput();
    }

    @Override
    public final void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        cut();
        reading.open();
        writing.open();
    }

    @Override
    public final SocketAddress remoteAddress() {
        return ends.remote();
    }

    @Override
    public final SocketAddress localAddress() {
        return ends.local();
    }

    private void checkUsable() throws IOException {
        if (closed) {
            throw new SocketException("the connection is closed");
        }
        IOException cause = failure;
        if (cause != null) {
            throw new IOException(cause.getMessage(), cause); // each thread its own: it is thrown more than once
        }
    }

    /** As a virtual thread's socket does: it cannot be used any more. */
    private SocketException interrupted() {
        close();
        return new SocketException("Closed by interrupt");
    }

    /** What one direction waits at. Asked for by one thread, opened by any. */
    private static final class Gate {
        private static final int IDLE = 0;
        private static final int ASKED = 1;
        private static final int OPEN = 2;

        private final AtomicInteger state = new AtomicInteger();
        private volatile @Nullable Thread waiting;

        void open() {
            state.set(OPEN);
            LockSupport.unpark(waiting);
        }

        /** Whether the container is yet to be asked: it was not, and has not opened this by itself. */
        boolean ask() {
            return state.compareAndSet(IDLE, ASKED);
        }

        /**
         * Waits until it is open, and closes it behind the caller; false when time ran out, or the thread was interrupted: then it stays asked.
         *
         * @param until 0 for no limit
         */
        boolean pass(long until) {
            waiting = Thread.currentThread();
            try {
                while (state.get() != OPEN) {
                    if (Thread.currentThread().isInterrupted()) {
                        return false;
                    }
                    if (until == 0) {
                        LockSupport.park(this);
                    } else {
                        long left = until - System.nanoTime();
                        if (left <= 0) {
                            return false;
                        }
                        LockSupport.parkNanos(this, left);
                    }
                }
                state.set(IDLE);
                return true;
            } finally {
                waiting = null;
            }
        }

        static long notZero(long time) {
            return time == 0 ? 1 : time;
        }
    }

    private final class Input extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            while (true) {
                checkUsable();
                int count = readNow(bytes, offset, length);
                if (count != 0) {
                    return count;
                }
                if (reading.ask()) {
                    wantRead();
                }
                if (!reading.pass(readUntil)) {
                    if (Thread.currentThread().isInterrupted()) {
                        throw interrupted();
                    }
                    throw new SocketTimeoutException("the time for reading is over");
                }
            }
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int from = offset;
            int end = offset + length;
            while (from < end) {
                checkUsable();
                int count = writeNow(bytes, from, end - from);
                from += count;
                if (count == 0) {
                    awaitWritable();
                }
            }
            checkUsable();
            while (!flushNow()) {
                awaitWritable();
                checkUsable();
            }
        }

        private void awaitWritable() throws IOException {
            if (writing.ask()) {
                wantWrite();
            }
            if (!writing.pass(0)) {
                throw interrupted();
            }
        }
    }
}
