package dev.duplex.engine;

import dev.duplex.deflate.ByteBuilder;
import dev.duplex.deflate.Compressor;
import dev.duplex.frame.CloseFrame;
import dev.duplex.frame.FrameHeader;
import dev.duplex.frame.FrameWriter;
import dev.duplex.frame.Opcodes;
import dev.duplex.transport.Watch;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The writing side of a connection. Messages queue fairly; the fragments of one keep their turn until the last, while
 * control frames go between them. Safe for any thread, and no thread waits longer than its deadline.
 */
final class Outgoing {
    /** Bytes of a message below which compression without a context costs more than it saves. */
    private static final int LEAST_COMPRESSED = 128;
    /** Pongs that wait for a writer; of more, the newest ones. RFC 6455 §5.5.3 asks for the newest only. */
    private static final int PONGS_KEPT = 16;

    private final FrameWriter writer; // guarded by frame
    private final @Nullable Compressor compressor; // guarded by frame
    private final CloseState state;
    private final Watch watch;
    private final long writeTimeout;

    /** The turn to send a message; not a lock, because any thread may send the fragment that ends one. */
    private final Semaphore message = new Semaphore(1, true);
    /** Held while one frame goes to the wire. Fair, so that a Ping or Close gets its turn among a flood of messages. */
    private final ReentrantLock frame = new ReentrantLock(true);

    /** Who began the message that has the turn and lacks its last fragment. Written under frame. */
    private volatile @Nullable Thread fragmenting;

    private boolean compressing; // guarded by frame: the message that has the turn is compressed

    /** When the write that is under way must be done, else NEVER. Written under frame. */
    private volatile long deadline = Watch.NEVER;
    /** Why nothing can be written any more. Written under frame. */
    private volatile @Nullable IOException broken;
    /** When that was, by System.nanoTime(). Written before it. */
    private volatile long brokenAt;

    private volatile @Nullable Pongs pongs; // null until the first Ping

    /** Pongs that wait, and whether a thread is about to send them. */
    private static final class Pongs {
        final ArrayBlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(PONGS_KEPT);
        final AtomicBoolean sending = new AtomicBoolean();
    }

    Outgoing(FrameWriter writer, @Nullable Compressor compressor, CloseState state, Watch watch, long writeTimeout) {
        this.writer = writer;
        this.compressor = compressor;
        this.state = state;
        this.watch = watch;
        this.writeTimeout = writeTimeout;
    }

    /**
     * Sends one data frame and returns the bytes put on the wire.
     *
     * @param timeout nanoseconds for all: the turn, the lock, the network
     * @throws IllegalStateException for a continuation without a message, and for a new message of the thread whose own lacks its end
     * @throws SocketTimeoutException when time ran out: while waiting for a turn the connection lives on, while writing it is dead
     */
    int data(int opcode, boolean fin, byte[] payload, int offset, int length, long timeout) throws IOException {
        long until = System.nanoTime() + timeout;
        boolean first = opcode != Opcodes.CONTINUATION;
        if (first) {
            takeTurn(timeout);
        }
        boolean turnOver = first;
        try {
            if (!lock(until - System.nanoTime())) {
                throw noTurn(timeout);
            }
            try {
                if (!first && fragmenting == null) {
                    throw new IllegalStateException("A continuation has no message to continue (RFC 6455 §5.4)");
                }
                turnOver = true;
                requireSendable();
                if (until - System.nanoTime() <= 0) {
                    turnOver = first;
                    throw noTurn(timeout);
                }
                int written = putData(first, opcode, fin, payload, offset, length, until, timeout);
                turnOver = fin;
                return written;
            } finally {
                if (turnOver) {
                    fragmenting = null;
                } else if (first) {
                    fragmenting = Thread.currentThread();
                }
                unlock();
            }
        } finally {
            if (turnOver) {
                message.release();
            }
        }
    }

    /** Sends a Ping; false when it got no turn in time. */
    boolean ping(byte[] payload, long timeout) throws IOException {
        if (!lock(timeout)) {
            return false;
        }
        try {
            requireSendable();
            // All the time anew: that the turn came late must not make a slow network a dead one
            put(Opcodes.PING | FrameHeader.B0_FIN, payload, 0, payload.length, System.nanoTime() + timeout, timeout);
            return true;
        } finally {
            unlock();
        }
    }

    /** Has a Pong sent by whoever writes next, or by a thread of its own: the reader never waits for the network. */
    void pong(byte[] payload) {
        Pongs waiting = pongs;
        if (waiting == null) {
            waiting = new Pongs();
            pongs = waiting;
        }
        while (!waiting.queue.offer(payload)) {
            waiting.queue.poll(); // RFC 6455 §5.5.3: the most recent pings may stand for those before
        }
        if (waiting.sending.compareAndSet(false, true)) {
            Thread.ofVirtual().name("duplex-pong").start(this::sendPongs);
        }
    }

    /** Sends a Close unless one was sent; false when it found no way to the wire in time. */
    boolean close(CloseFrame close, long timeout) throws IOException {
        long until = System.nanoTime() + timeout;
        if (!lock(timeout)) {
            return false;
        }
        try {
            if (state.sendingOver()) {
                return true;
            }
            putPongs(until, timeout);
            if (state.send(close)) { // RFC 6455 §5.5.1: nothing follows it, so the state changes under the lock
                byte[] payload = close.payload();
                put(Opcodes.CLOSE | FrameHeader.B0_FIN, payload, 0, payload.length, until, timeout);
            }
            return true;
        } finally {
            unlock();
        }
    }

    /** Why nothing can be written any more, null while it can. */
    @Nullable
    IOException broken() {
        return broken;
    }

    /** When the connection must end because nothing can be sent any more, by System.nanoTime(); NEVER while it can. */
    long brokenUntil() {
        return broken == null ? Watch.NEVER : brokenAt + Connection.LINGER;
    }

    /** When the write that is under way must be done, by System.nanoTime(); NEVER when there is none. */
    long deadline() {
        return deadline;
    }

    /** Wakes who waits for a turn, and frees native memory. The connection has ended. */
    void end() {
        // An unfinished message may never go on. Who has the turn next finds that nothing can be sent, and passes it on
        message.release();
        release();
    }

    /** Frees native memory, now or when the writer of the moment is done. */
    private void release() {
        if (compressor != null && frame.tryLock()) {
            try {
                compressor.close();
            } finally {
                frame.unlock();
            }
        }
    }

    private void takeTurn(long timeout) throws IOException {
        if (Thread.currentThread().equals(fragmenting)) {
            throw new IllegalStateException(
                    "A new message begins inside another: send its last fragment first (RFC 6455 §5.4)");
        }
        try {
            if (!message.tryAcquire(timeout, TimeUnit.NANOSECONDS)) {
                throw noTurn(timeout);
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private boolean lock(long timeout) throws IOException {
        try {
            return frame.tryLock(timeout, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private void unlock() {
        frame.unlock();
        if (compressor != null && state.ended()) {
            release(); // the end came while this thread had the lock
        }
    }

    private static InterruptedIOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("Interrupted while waiting for a turn to send; nothing was sent");
    }

    private static SocketTimeoutException noTurn(long timeout) {
        return new SocketTimeoutException("No turn to send within " + Duration.ofNanos(timeout)
                + " because another message is being sent; nothing was sent and the connection stays usable");
    }

    private void requireSendable() throws IOException {
        IOException failed = broken;
        if (failed != null) {
            throw new IOException("Nothing can be sent any more: " + failed.getMessage(), failed);
        }
        if (state.sendingOver()) {
            throw new IOException("Nothing can be sent any more: the connection is closed or closing");
        }
    }

    private int putData(
            boolean first, int opcode, boolean fin, byte[] payload, int offset, int length, long until, long timeout)
            throws IOException {
        putPongs(until, timeout);
        int b0 = fin ? opcode | FrameHeader.B0_FIN : opcode;
        if (compressor == null) {
            return put(b0, payload, offset, length, until, timeout);
        }
        if (first) {
            compressing = !fin || length >= LEAST_COMPRESSED || (length > 0 && compressor.keepsContext());
        }
        if (!compressing) {
            return put(b0, payload, offset, length, until, timeout);
        }
        ByteBuilder compressed = new ByteBuilder(length / 2 + 16);
        try {
            compressor.compress(payload, offset, length, fin, compressed);
        } catch (RuntimeException | Error e) {
            breakOff(new IOException(
                    "compressing failed: " + e, e)); // what the remote end's window holds is not known any more
            throw e;
        }
        // RFC 7692 §6.1: the first fragment alone carries the mark
        int marked = first ? b0 | FrameHeader.B0_RSV1 : b0;
        return put(marked, compressed.array(), 0, compressed.length(), until, timeout);
    }

    private void putPongs(long until, long timeout) throws IOException {
        Pongs waiting = pongs;
        if (waiting == null) {
            return;
        }
        for (byte[] payload = waiting.queue.poll(); payload != null; payload = waiting.queue.poll()) {
            put(Opcodes.PONG | FrameHeader.B0_FIN, payload, 0, payload.length, until, timeout);
        }
    }

    private void sendPongs() {
        Pongs waiting = Objects.requireNonNull(pongs);
        do {
            try {
                if (lock(writeTimeout)) {
                    try {
                        if (!state.sendingOver()) {
                            putPongs(System.nanoTime() + writeTimeout, writeTimeout);
                        }
                    } finally {
                        unlock();
                    }
                }
            } catch (IOException e) {
                waiting.queue.clear(); // the connection ends; whoever reads or writes next hears why
            } finally {
                waiting.sending.set(false);
            }
        } while (!waiting.queue.isEmpty() && !state.sendingOver() && waiting.sending.compareAndSet(false, true));
    }

    private int put(int b0, byte[] payload, int offset, int length, long until, long timeout) throws IOException {
        try {
            deadline = until;
            watch.runBy(until);
            return writer.write(b0, payload, offset, length);
        } catch (IOException e) {
            IOException failed = explain(e, until, timeout);
            breakOff(failed);
            throw failed;
        } catch (RuntimeException | Error e) {
            breakOff(new IOException("writing failed: " + e, e)); // a frame may be half sent
            throw e;
        } finally {
            deadline = Watch.NEVER;
        }
    }

    /** Nothing can be sent any more. Whoever reads has a moment to find what the remote end said; then the connection is lost. */
    private void breakOff(IOException cause) {
        brokenAt = System.nanoTime();
        broken = cause;
        watch.runBy(brokenAt + Connection.LINGER);
    }

    private IOException explain(IOException e, long until, long timeout) {
        if (!state.ended()) {
            return e;
        }
        IOException explained = System.nanoTime() - until >= 0
                ? new SocketTimeoutException("Not written within " + Duration.ofNanos(timeout)
                        + ": the remote end does not read; the connection is dead because a frame is half sent")
                : new IOException("The connection was closed while this was being written");
        explained.initCause(e);
        return explained;
    }
}
