package dev.duplex.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * One of two transports that are each other's remote end: bounded pipes in memory that block, time out and end as a TCP connection
 * does. A test can wait until a thread is blocked in it. Safe for any thread.
 */
public final class MemoryTransport implements Transport {
    private static final long DEADLINE_SECONDS = 10;

    private final Pipe in;
    private final Pipe out;
    private final InputStream input;
    private final OutputStream output;
    private volatile MemoryTransport remote;
    private volatile int readTimeout;
    private volatile int bytesPerRead = Integer.MAX_VALUE;

    private MemoryTransport(Pipe in, Pipe out) {
        this.in = in;
        this.out = out;
        this.input = new Input();
        this.output = new Output();
    }

    /** This end of a new connection, for whose other end see {@link #remote()}; each way holds 64 KiB. */
    public static MemoryTransport pair() {
        return pair(64 << 10);
    }

    /** The same with room for so many bytes each way: a write of more blocks until the other end reads. */
    public static MemoryTransport pair(int capacity) {
        Pipe there = new Pipe(capacity);
        Pipe back = new Pipe(capacity);
        MemoryTransport left = new MemoryTransport(back, there);
        MemoryTransport right = new MemoryTransport(there, back);
        left.remote = right;
        right.remote = left;
        return left;
    }

    public MemoryTransport remote() {
        return remote;
    }

    /** Lets no read of this end give more than so many bytes. */
    public void bytesPerRead(int most) {
        bytesPerRead = most;
    }

    /** Returns when a thread is blocked in a read of this end. */
    public void awaitBlockedReader() throws InterruptedException, TimeoutException {
        in.await(() -> in.waitingReaders > 0, "no thread is blocked in a read");
    }

    /** Returns when a thread is blocked in a write of this end. */
    public void awaitBlockedWriter() throws InterruptedException, TimeoutException {
        out.await(() -> out.waitingWriters > 0, "no thread is blocked in a write");
    }

    /** Breaks the connection as a TCP reset does: both ends fail, what was under way is lost. */
    public void reset() {
        in.reset();
        out.reset();
    }

    /** Whether {@link #close()} was called at this end. */
    public boolean closed() {
        return in.readerClosed();
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public OutputStream output() {
        return output;
    }

    @Override
    public void readTimeout(int millis) throws IOException {
        if (closed()) {
            throw new SocketException("Socket closed");
        }
        readTimeout = millis;
    }

    @Override
    public void shutdownOutput() throws IOException {
        if (closed()) {
            throw new SocketException("Socket closed");
        }
        out.end();
    }

    /** As TCP does it, with a reset when received bytes were not read: the other end then may lose what was sent last. */
    @Override
    public void close() {
        if (in.closeReader()) {
            out.reset();
        }
        out.closeWriter();
    }

    @Override
    public SocketAddress remoteAddress() {
        return InetSocketAddress.createUnresolved("remote", 1);
    }

    @Override
    public SocketAddress localAddress() {
        return InetSocketAddress.createUnresolved("local", 2);
    }

    private final class Input extends InputStream {
        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return in.read(bytes, offset, Math.min(length, bytesPerRead), readTimeout);
        }

        @Override
        public int available() {
            return in.count();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }
    }

    /** Bytes on their way from one end to the other; everything is guarded by the lock. */
    private static final class Pipe {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private final byte[] ring;
        private int first;
        private int count;
        private int waitingReaders;
        private int waitingWriters;
        private boolean ended;
        private boolean broken;
        private boolean readerClosed;
        private boolean writerClosed;

        Pipe(int capacity) {
            ring = new byte[capacity];
        }

        int read(byte[] bytes, int offset, int length, int timeoutMillis) throws IOException {
            lock.lock();
            try {
                long left = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
                while (!readerClosed && !broken && count == 0 && !ended && length > 0) {
                    if (timeoutMillis > 0 && left <= 0) {
                        throw new SocketTimeoutException("Read timed out");
                    }
                    waitingReaders++;
                    changed.signalAll();
                    try {
                        left = changed.awaitNanos(timeoutMillis > 0 ? left : Long.MAX_VALUE);
                    } finally {
                        waitingReaders--;
                    }
                }
                failIf(readerClosed, "Socket closed");
                failIf(broken, "Connection reset");
                int given = Math.min(length, count);
                for (int i = 0; i < given; i++) {
                    bytes[offset + i] = ring[(first + i) % ring.length];
                }
                first = (first + given) % ring.length;
                count -= given;
                changed.signalAll();
                return given == 0 && length > 0 ? -1 : given;
            } catch (InterruptedException e) {
                throw interrupted();
            } finally {
                lock.unlock();
            }
        }

        int count() {
            lock.lock();
            try {
                return count;
            } finally {
                lock.unlock();
            }
        }

        void write(byte[] bytes, int offset, int length) throws IOException {
            lock.lock();
            try {
                int done = 0;
                while (done < length) {
                    failIf(writerClosed, "Socket closed");
                    failIf(ended, "Socket output is shutdown");
                    failIf(broken || readerClosed, "Broken pipe");
                    if (count == ring.length) {
                        waitingWriters++;
                        changed.signalAll();
                        try {
                            changed.await();
                        } finally {
                            waitingWriters--;
                        }
                        continue;
                    }
                    ring[(first + count) % ring.length] = bytes[offset + done];
                    count++;
                    done++;
                }
                changed.signalAll();
            } catch (InterruptedException e) {
                throw interrupted();
            } finally {
                lock.unlock();
            }
        }

        void end() {
            change(() -> ended = true);
        }

        void reset() {
            change(() -> {
                broken = true;
                count = 0;
            });
        }

        void closeWriter() {
            change(() -> {
                ended = true;
                writerClosed = true;
            });
        }

        /** Returns whether bytes are lost by it. */
        boolean closeReader() {
            lock.lock();
            try {
                boolean lost = count > 0 && !readerClosed;
                readerClosed = true;
                changed.signalAll();
                return lost;
            } finally {
                lock.unlock();
            }
        }

        boolean readerClosed() {
            lock.lock();
            try {
                return readerClosed;
            } finally {
                lock.unlock();
            }
        }

        void await(BooleanSupplier condition, String otherwise) throws InterruptedException, TimeoutException {
            lock.lock();
            try {
                long left = TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
                while (!condition.getAsBoolean()) {
                    if (left <= 0) {
                        throw new TimeoutException(otherwise);
                    }
                    left = changed.awaitNanos(left);
                }
            } finally {
                lock.unlock();
            }
        }

        private void change(Runnable change) {
            lock.lock();
            try {
                change.run();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private static void failIf(boolean condition, String message) throws SocketException {
            if (condition) {
                throw new SocketException(message);
            }
        }

        private static InterruptedIOException interrupted() {
            Thread.currentThread().interrupt();
            return new InterruptedIOException("interrupted");
        }
    }
}
