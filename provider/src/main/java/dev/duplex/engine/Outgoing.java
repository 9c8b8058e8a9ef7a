package dev.duplex.engine;

import dev.duplex.deflate.ByteBuilder;
import dev.duplex.deflate.Compressor;
import dev.duplex.engine.Turns.LeftMessage;
import dev.duplex.frame.CloseFrame;
import dev.duplex.frame.FrameHeader;
import dev.duplex.frame.FrameWriter;
import dev.duplex.frame.Opcodes;
import dev.duplex.transport.Watch;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The writing side of a connection. Messages queue fairly, whether a thread waits with them or left them; the fragments of one keep
 * their turn until the last, while control frames go between them. Safe for any thread, and no thread waits longer than its deadline.
 */
final class Outgoing {
    /** Bytes of a message below which compression without a context costs more than it saves. */
    private static final int LEAST_COMPRESSED = 128;
    /** Pongs that wait for a writer; of more, the newest ones. RFC 6455 §5.5.3 asks for the newest only. */
    private static final int PONGS_KEPT = 16;
    /** How long the write of a message may take at least, however late its turn came. */
    private static final long LEAST_WRITING = TimeUnit.SECONDS.toNanos(1);
    /** How long a frame that may wait for others waits at most: a moment for who asked, long for what a timer costs. */
    private static final long HELD_AT_MOST = TimeUnit.MILLISECONDS.toNanos(5);

    /** Timeouts below this may be over before anything was waited for: a thread can lose its core for that long. */
    private static final long SHORT = TimeUnit.SECONDS.toNanos(1);

    private final FrameWriter writer; // guarded by frame
    private final @Nullable Compressor compressor; // guarded by frame
    private final CloseState state;
    private final Watch watch;
    private final long writeTimeout;

    /** The turn to send a message; not a lock, because any thread may send the fragment that ends one. */
    private final Turns turns = new Turns();
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

    /** When a frame was sent last. Written under frame. */
    private volatile long sentAt = System.nanoTime();
    /** Whether frames are held back. Written under frame. */
    private volatile boolean holding;
    /** When they must be on their way, NEVER when somebody else sees to that. Written under frame. */
    private volatile long holdUntil = Watch.NEVER;

    private final AtomicBoolean flushing = new AtomicBoolean(); // a thread is about to flush what was held too long

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
     * Sends one data frame and returns the bytes it has.
     *
     * @param timeout nanoseconds for all: the turn, the lock, the network
     * @throws IllegalStateException for a continuation without a message, and for a new message of the thread whose own lacks its end
     * @throws SocketTimeoutException when time ran out: while waiting for a turn the connection lives on, while writing it is dead
     */
    int data(int opcode, boolean fin, byte[] payload, int offset, int length, long timeout, Urgency urgency)
            throws IOException {
        long until = System.nanoTime() + timeout;
        boolean first = opcode != Opcodes.CONTINUATION;
        boolean waited = (first && !takeTurn(timeout)) || timeout < SHORT;
        boolean turnOver = first;
        try {
            if (!lock(0)) {
                waited = true;
                if (!lock(until - System.nanoTime())) {
                    throw noTurn(timeout);
                }
            }
            try {
                if (!first && fragmenting == null) {
                    throw new IllegalStateException("A continuation has no message to continue (RFC 6455 §5.4)");
                }
                turnOver = true;
                requireSendable();
                // The clock is asked only when time can have passed
                long now = waited ? System.nanoTime() : until - timeout;
                if (until - now <= 0) {
                    turnOver = first;
                    throw noTurn(timeout);
                }
                int written = putData(first, opcode, fin, payload, offset, length, now, until, timeout, urgency);
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
                passTurn();
            }
        }
    }

    /**
     * Leaves a whole message to be sent in its turn, by a thread of its own. When too many bytes are in line already, this one waits for the
     * turn and sends it: who leaves messages faster than the network takes them is slowed down.
     */
    void leave(LeftMessage message, int mostBytes) {
        switch (turns.leave(message, mostBytes)) {
            case TURN_TAKEN -> startSending(message);
            case IN_LINE -> {
                if (message.until() != Watch.NEVER) {
                    watch.runBy(message.until());
                }
            }
            case FULL -> message.outcome().accept(sentInTurn(message));
        }
    }

    /** Bytes of messages that were left and wait, {@link Turns#OVERHEAD} for each included. */
    long leftBytes() {
        return turns.leftBytes();
    }

    /** Does what is due, by threads of their own, and says when to ask again. Never blocks. */
    long check(long now) {
        List<LeftMessage> overdue = turns.overdue(now);
        if (!overdue.isEmpty()) { // who hears of it may go on from there
            Thread.ofVirtual()
                    .name("duplex-send")
                    .start(() -> overdue.forEach(message -> message.outcome().accept(waitedTooLong())));
        }
        long held = holdUntil;
        if (held != Watch.NEVER && now - held >= 0) {
            flushAside();
            held = Watch.NEVER;
        }
        return Watch.earlier(held, turns.deadline());
    }

    /** Puts what is held on the wire, within the write timeout. Costs nothing when there is nothing. */
    void flush() throws IOException {
        if (!holding) {
            return;
        }
        if (!lock(writeTimeout)) {
            throw noTurn(writeTimeout);
        }
        try {
            if (holding && broken == null && !state.sendingOver()) {
                putHeld();
            }
        } finally {
            unlock();
        }
    }

    /** Puts on the wire what waits for the answer to a further frame, but not what only a {@link #flush} of the application sends. */
    void flushAnswers() throws IOException {
        if (holdUntil != Watch.NEVER) {
            flush();
        }
    }

    private void flushAside() {
        if (flushing.compareAndSet(false, true)) {
            boolean started = false;
            try {
                Thread.ofVirtual().name("duplex-flush").start(() -> {
                    flushing.set(false);
                    try {
                        flush();
                    } catch (IOException e) {
                        // Noted as broken: whoever reads or writes next hears why
                    }
                });
                started = true;
            } finally {
                if (!started) {
                    flushing.set(false); // there was no memory for a thread
                }
            }
        }
    }

    /** When a frame was sent last that is not the keep-alive's, by System.nanoTime(). */
    long sentAt() {
        return sentAt;
    }

    /**
     * Sends a Ping or Pong; false when it got no turn in time.
     *
     * @param activity whether {@link #sentAt} counts it: not the keep-alive's
     */
    boolean control(int opcode, byte[] payload, long timeout, boolean activity) throws IOException {
        if (!lock(timeout)) {
            return false;
        }
        try {
            requireSendable();
            // All the time anew: that the turn came late must not make a slow network a dead one
            long sentBefore = sentAt;
            long now = System.nanoTime();
            put(opcode | FrameHeader.B0_FIN, payload, 0, payload.length, now, now + timeout, timeout, Urgency.NOW);
            if (!activity) {
                sentAt = sentBefore;
            }
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

    /** Waits until the messages have been sent that were asked for before; no longer than so, and not for one that lacks its end. */
    void awaitTurn(long timeout) throws IOException {
        if (fragmenting != null) {
            return;
        }
        try {
            if (turns.takeIfFree() || turns.take(timeout)) {
                passTurn();
            }
        } catch (InterruptedException e) {
            throw interrupted();
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
            long now = System.nanoTime();
            putPongs(now, until, timeout);
            if (state.send(close)) { // RFC 6455 §5.5.1: nothing follows it, so the state changes under the lock
                byte[] payload = close.payload();
                put(Opcodes.CLOSE | FrameHeader.B0_FIN, payload, 0, payload.length, now, until, timeout, Urgency.NOW);
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
        passTurn();
        release();
    }

    /** Frees native memory and gives back what is borrowed, now or when the writer of the moment is done. */
    private void release() {
        if ((compressor != null || holding) && frame.tryLock()) {
            try {
                if (compressor != null) {
                    compressor.close();
                }
                writer.discard();
                holding = false;
            } finally {
                frame.unlock();
            }
        }
    }

    /** Takes the turn; false when that took time. */
    private boolean takeTurn(long timeout) throws IOException {
        if (Thread.currentThread().equals(fragmenting)) {
            throw new IllegalStateException(
                    "A new message begins inside another: send its last fragment first (RFC 6455 §5.4)");
        }
        if (turns.takeIfFree()) {
            return true;
        }
        try {
            if (!turns.take(timeout)) {
                throw noTurn(timeout);
            }
            return false;
        } catch (InterruptedException e) {
            throw interrupted();
        }
    }

    private void passTurn() {
        LeftMessage next = turns.pass();
        if (next != null) {
            startSending(next);
        }
    }

    /** Has the message, whose turn it is, sent by a thread of its own, and those that follow. */
    private void startSending(LeftMessage message) {
        boolean started = false;
        try {
            Thread.ofVirtual().name("duplex-send").start(() -> sendLeft(message));
            started = true;
        } finally {
            if (!started) { // there was no memory for a thread
                message.outcome().accept(new IOException("no thread could be had to send this"));
                passTurn();
            }
        }
    }

    private void sendLeft(LeftMessage first) {
        for (LeftMessage message = first; message != null; message = turns.pass()) {
            message.outcome().accept(sent(message));
        }
    }

    /** Sends a message whose turn it is; null when that succeeded. */
    private @Nullable Throwable sent(LeftMessage message) {
        try {
            if (!lock(timeLeft(message, System.nanoTime()))) {
                return waitedTooLong();
            }
            try {
                requireSendable();
                long now = System.nanoTime();
                long timeout = timeLeft(message, now);
                putData(
                        true,
                        message.opcode(),
                        true,
                        message.payload(),
                        message.offset(),
                        message.length(),
                        now,
                        now + timeout,
                        timeout,
                        Urgency.NOW);
                return null;
            } finally {
                unlock();
            }
        } catch (Throwable e) { // whatever it is, it is this message's, and the next one has its turn
            return e;
        }
    }

    /** What has its turn gets a moment, because a write that fails costs the connection. */
    private long timeLeft(LeftMessage message, long now) {
        long left = message.until() == Watch.NEVER ? writeTimeout : message.until() - now;
        return Math.min(Math.max(left, LEAST_WRITING), writeTimeout);
    }

    private @Nullable Throwable sentInTurn(LeftMessage message) {
        long now = System.nanoTime();
        try {
            takeTurn(Math.max(0, Watch.earlier(now + writeTimeout, message.until()) - now));
        } catch (IOException | RuntimeException e) {
            return e;
        }
        try {
            return sent(message);
        } finally {
            passTurn();
        }
    }

    private static SocketTimeoutException waitedTooLong() {
        return new SocketTimeoutException(
                "The send timeout passed while other messages were being sent; nothing was sent and the connection"
                        + " stays usable");
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
        if (state.ended()) {
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
            boolean first,
            int opcode,
            boolean fin,
            byte[] payload,
            int offset,
            int length,
            long now,
            long until,
            long timeout,
            Urgency urgency)
            throws IOException {
        putPongs(now, until, timeout);
        int b0 = fin ? opcode | FrameHeader.B0_FIN : opcode;
        if (compressor == null) {
            return put(b0, payload, offset, length, now, until, timeout, urgency);
        }
        if (first) {
            compressing = !fin || length >= LEAST_COMPRESSED || (length > 0 && compressor.keepsContext());
        }
        if (!compressing) {
            return put(b0, payload, offset, length, now, until, timeout, urgency);
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
        return put(marked, compressed.array(), 0, compressed.length(), now, until, timeout, urgency);
    }

    private void putPongs(long now, long until, long timeout) throws IOException {
        Pongs waiting = pongs;
        if (waiting == null) {
            return;
        }
        for (byte[] payload = waiting.queue.poll(); payload != null; payload = waiting.queue.poll()) {
            put(Opcodes.PONG | FrameHeader.B0_FIN, payload, 0, payload.length, now, until, timeout, Urgency.NOW);
        }
    }

    private void sendPongs() {
        Pongs waiting = Objects.requireNonNull(pongs);
        do {
            try {
                if (lock(writeTimeout)) {
                    try {
                        if (!state.sendingOver()) {
                            long now = System.nanoTime();
                            putPongs(now, now + writeTimeout, writeTimeout);
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

    /** Writes a frame, or holds it. It counts as sent {@code now}, which is when the lock was had: who waits long has not sent. */
    private int put(int b0, byte[] payload, int offset, int length, long now, long until, long timeout, Urgency urgency)
            throws IOException {
        writingUntil(until);
        try {
            return urgency == Urgency.NOW
                    ? writer.write(b0, payload, offset, length)
                    : writer.hold(b0, payload, offset, length);
        } catch (IOException | RuntimeException | Error e) {
            throw failed(e, until, timeout);
        } finally {
            written(now, urgency);
        }
    }

    private void putHeld() throws IOException {
        long now = System.nanoTime();
        writingUntil(now + writeTimeout);
        try {
            writer.flush();
        } catch (IOException | RuntimeException | Error e) {
            throw failed(e, now + writeTimeout, writeTimeout);
        } finally {
            written(now, Urgency.NOW);
        }
    }

    private void writingUntil(long until) {
        deadline = until;
        watch.runBy(until);
    }

    private void written(long now, Urgency urgency) {
        deadline = Watch.NEVER;
        sentAt = now;
        holding = writer.holds();
        if (!holding) {
            holdUntil = Watch.NEVER;
        } else if (urgency == Urgency.SOON && holdUntil == Watch.NEVER) {
            holdUntil = now + HELD_AT_MOST;
            watch.runBy(holdUntil);
        }
    }

    private IOException failed(Throwable e, long until, long timeout) {
        IOException failed = e instanceof IOException network
                ? explain(network, until, timeout)
                : new IOException("writing failed: " + e, e);
        breakOff(failed); // a frame may be half sent
        return failed;
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
