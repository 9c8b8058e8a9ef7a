package dev.duplex.engine;

import dev.duplex.deflate.Compressor;
import dev.duplex.deflate.Decompressor;
import dev.duplex.deflate.DeflateParameters;
import dev.duplex.engine.Turns.LeftMessage;
import dev.duplex.frame.CloseFrame;
import dev.duplex.frame.FrameReader;
import dev.duplex.frame.FrameWriter;
import dev.duplex.frame.Opcodes;
import dev.duplex.frame.ProtocolFailure;
import dev.duplex.transport.Transport;
import dev.duplex.transport.Watch;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One live WebSocket connection after its opening handshake, RFC 6455 §5 to §7, of either role.
 *
 * <p>Threads: whoever holds the reading side ({@link #lockReading}) calls {@link #receive} and looks at the frame; all else is for
 * any thread. Times are nanoseconds.
 *
 * <p>However it ends, {@link #end} is where it ends: once, with at most one Close frame sent, everything released.
 */
public final class Connection {
    /** How long a connection that failed, or whose server is slow to close TCP, is still listened to: a round trip and to spare. */
    static final long LINGER = Duration.ofSeconds(1).toNanos();
    /** The longest timeout: times must stay comparable, see {@link System#nanoTime()}. */
    private static final long LONGEST = ConnectionSettings.nanos(Duration.ofSeconds(Long.MAX_VALUE));

    private static final AtomicLong IDS = new AtomicLong();

    private final long id = IDS.incrementAndGet();
    private final Transport transport;
    private final ConnectionSettings settings;
    private final CloseState state = new CloseState();
    private final Watch watch = new Watch(this::check);
    private final Outgoing outgoing;
    private final @Nullable KeepAlive keepAlive;
    private final Owner owner;

    /** The right to read. Held by one thread at a time; incoming and ahead are guarded by it. */
    private final ReentrantLock reading = new ReentrantLock();

    private final Incoming incoming;
    private final ReadAhead ahead = new ReadAhead();
    /** The frame to look at when it was read ahead; null when it is the one that was read last. */
    private ReadAhead.@Nullable Kept current;

    /** Whether the reading side takes frames from the wire only: the application has not asked. */
    private boolean readingAhead;
    /** Whether {@link #close()} was called: what is kept for the application no longer counts. */
    private volatile boolean closed;

    private volatile @Nullable IOException failure; // that the application has yet to hear of; taken under reading
    private @Nullable CompletableFuture<Boolean> shutdown; // guarded by state
    private volatile @Nullable String error;
    private final Pings pings = new Pings();
    /** When a closing handshake that is under way must be over, else NEVER. */
    private volatile long closingUntil = Watch.NEVER;

    /** Whether data is received after this end's Close, until the remote end's: {@link #startDrain}. */
    private volatile boolean draining;

    private volatile boolean finishing; // the closing handshake is done, and the owner is to call finish
    /** Nanoseconds without activity after which the owner is told; 0 for never. */
    private volatile long idleTimeout;
    /** When a frame came last that is not the keep-alive's. */
    private volatile long activeAt = System.nanoTime();

    /** Whom a connection belongs to. Perhaps called before the caller of {@link Opening#connection} has the connection. */
    public interface Owner {
        /**
         * Bytes that the message which begins now may have, inflated, or {@link FrameReader#UNLIMITED} for one that is taken as it comes, its
         * large frames in pieces. Called by the thread that reads, at the first frame of each data message; must not block.
         *
         * @param opcode TEXT or BINARY of {@link Opcodes}
         */
        int limit(int opcode);

        /** Whether Pongs are for the owner too: {@link #receive} then stops at them. */
        default boolean takesPongs() {
            return false;
        }

        /** The idle timeout is over. Called by a thread of its own, perhaps more than once. */
        default void idle() {}

        /** Whether the owner is at work on what it received, and will receive more. Called by the timer; must not block. */
        default boolean busy() {
            return false;
        }

        /**
         * Whether the owner has something to do between the closing handshake and the end of the connection. When the remote end's Close was
         * answered, {@link #receive} then returns false, and the owner calls {@link #finish} soon.
         */
        default boolean finishes() {
            return false;
        }

        /** The connection has ended. Called once; must not block. */
        void ended();
    }

    /**
     * Takes over a transport whose opening handshake is done. {@link #start} sets it going.
     *
     * @param compression what was agreed on, null for no compression
     */
    public Connection(
            Transport transport, ConnectionSettings settings, @Nullable DeflateParameters compression, Owner owner) {
        this.transport = transport;
        this.settings = settings;
        this.owner = owner;
        boolean client = settings.client();
        Decompressor decompressor = compression == null ? null : compression.decompressor(client);
        Compressor compressor = compression == null ? null : compression.compressor(client);
        this.incoming = new Incoming(transport, !client, decompressor, owner::limit);
        this.outgoing = new Outgoing(
                new FrameWriter(transport.output(), client), compressor, state, watch, settings.writeTimeout());
        this.keepAlive = settings.pingFrequency() > 0 ? new KeepAlive(this, settings.pingFrequency()) : null;
    }

    /** Puts in front of the stream what was read behind the opening handshake, and starts to keep alive. Called once, before all else. */
    public void start(byte[] leftOver, int from, int count) {
        incoming.unread(leftOver, from, count);
        if (keepAlive != null) {
            watch.runBy(System.nanoTime() + settings.pingFrequency());
        }
    }

    // ---- reading

    /** Takes the reading side; false when another thread did not give it back in time. */
    public boolean lockReading(long timeout) throws InterruptedException {
        return reading.tryLock(timeout, TimeUnit.NANOSECONDS);
    }

    /** Takes the reading side, however long that lasts. */
    public void lockReading() throws InterruptedException {
        reading.lockInterruptibly();
    }

    /** Gives the reading side back. What the accessors say is no longer valid. */
    public void unlockReading() {
        reading.unlock();
        if (state.ended()) {
            releaseReading(); // the end came while this thread had the lock
        }
    }

    /**
     * Waits for the next data frame, or Pong if the owner takes those. True: it is there, unmasked, inflated and judged. False: the
     * connection has ended, {@link #result()} tells how. Control frames are dealt with inside.
     *
     * @param timeout 0 for no limit
     * @throws SocketTimeoutException when time ran out; the next call goes on where this one stopped
     * @throws ProtocolFailure when the remote end broke a rule; it has been told, the connection has ended
     * @throws PongTimeout when the remote end fell silent; once, then this returns false
     */
    public boolean receive(long timeout) throws IOException {
        if (takeAhead()) {
            return true;
        }
        // The wait between frames is here, as high on the stack as can be: idle connections keep that stack
        try {
            incoming.limit(timeout);
            while (!state.ended() && !finishing) {
                if (!incoming.frameIsThere()) {
                    flushBeforeWaiting();
                    if (timeout == 0 && !incoming.reader.hasBuffered()) {
                        letOthersRun();
                    }
                }
                if (!incoming.reader.await() || !incoming.read()) {
                    end("the stream ended without a Close");
                } else if (handle()) {
                    return true;
                }
            }
        } catch (IOException e) {
            failed(e, timeout);
        } catch (RuntimeException | Error e) {
            lost(new IOException("reading failed: " + e, e));
            throw e;
        }
        hearFailure();
        return false;
    }

    /**
     * Before a read that is likely to find nothing: while other connections have their turn, bytes may come, and the read then costs neither
     * a failed system call nor a registration with the poller.
     */
    @SuppressWarnings("ThreadPriorityCheck") // a matter of speed only: nothing relies on what the scheduler does
    private static void letOthersRun() {
        if (Thread.currentThread().isVirtual()) {
            Thread.yield();
        }
    }

    /** Sends what waited for the answer to a further frame. */
    private void flushBeforeWaiting() {
        try {
            outgoing.flushAnswers();
        } catch (IOException e) {
            // Noted as broken: the connection ends soon, but what the remote end said before is still to be read
        }
    }

    private boolean takeAhead() {
        if (readingAhead) {
            return false;
        }
        current = closed ? null : ahead.take();
        if (current == null) {
            return false;
        }
        activeAt = System.nanoTime();
        return true;
    }

    private void hearFailure() throws IOException {
        IOException failed = failure;
        if (failed != null) {
            failure = null;
            throw failed;
        }
    }

    /** Whether no data frame will come any more: the connection has ended, and none that was read before is left. */
    public boolean exhausted() {
        return state.ended() && (closed || ahead.isEmpty());
    }

    /** Whether a further frame has come already, whole, or most likely so: receiving it will not wait. */
    public boolean frameIsThere() {
        return !ahead.isEmpty() || incoming.frameIsThere();
    }

    /** The frame's opcode: TEXT, BINARY, CONTINUATION or PONG of {@link Opcodes}. */
    public int opcode() {
        return current != null ? current.opcode() : incoming.opcode();
    }

    /** Whether the frame is the last of its message. */
    public boolean fin() {
        return current != null ? current.fin() : incoming.fin();
    }

    /** The array that holds the frame's payload; this connection's own, and valid until the reading side is given back. */
    public byte[] payload() {
        return current != null ? current.data() : incoming.payload();
    }

    /** Where the payload starts in its array. */
    public int payloadOffset() {
        return current != null ? 0 : incoming.payloadOffset();
    }

    /** Bytes of payload. */
    public int payloadLength() {
        return current != null ? current.data().length : incoming.payloadLength();
    }

    /** The frame's payload in an array that the caller keeps. */
    public byte[] takePayload() {
        return current != null ? current.data() : incoming.takePayload();
    }

    /** Ends after a failure of the network or the remote end; throws what the application has to know. */
    private void failed(IOException e, long timeout) throws IOException {
        if (e instanceof ProtocolFailure failure) {
            fail(failure);
            throw failure;
        }
        if (!(e instanceof SocketTimeoutException)) {
            lost(e);
            if (Thread.currentThread().isInterrupted()) {
                InterruptedIOException interrupted =
                        new InterruptedIOException("Interrupted while reading; the connection is closed");
                interrupted.initCause(e);
                throw interrupted;
            }
        } else if (!state.ended()) {
            SocketTimeoutException explained = new SocketTimeoutException(
                    "No frame came within " + Duration.ofNanos(timeout) + "; the connection stays usable");
            explained.initCause(e);
            throw explained;
        }
    }

    /** Deals with the frame that was read; true when it is data for the application. */
    private boolean handle() throws IOException {
        long cameAt = incoming.heardAt();
        if (incoming.opcode() == Opcodes.PONG && pings.answered(incoming.takePayload())) {
            return false;
        }
        // Who works off what came at once is not idle meanwhile
        activeAt = idleTimeout > 0 ? System.nanoTime() : cameAt;
        switch (incoming.opcode()) {
            case Opcodes.PING -> outgoing.pong(incoming.takePayload());
            case Opcodes.PONG -> {
                return owner.takesPongs() && !state.closeSent();
            }
            case Opcodes.CLOSE -> closeReceived(incoming.close());
            default -> {
                // After a Close was sent, data is discarded; but RFC 6455 §5.5.1 lets the remote end send some before
                // its own
                return draining || !state.closeSent();
            }
        }
        return false;
    }

    /**
     * Looks at what has come when no thread reads: data is kept for the application, control frames are dealt with. Returns whether silence can
     * be told from a full store.
     */
    boolean readAhead() {
        if (!reading.tryLock()) {
            return true; // whoever reads hears all
        }
        try {
            readingAhead = true;
            while (!ahead.full() && receive(Incoming.WHAT_IS_THERE)) {
                ahead.add(new ReadAhead.Kept(incoming.opcode(), incoming.fin(), incoming.takePayload()));
            }
            return !ahead.full();
        } catch (SocketTimeoutException e) {
            return true; // nothing more has come
        } catch (IOException e) {
            failure = e; // for the application's next read
            return true;
        } finally {
            readingAhead = false;
            unlockReading();
        }
    }

    // ---- writing

    /**
     * Sends one data frame and returns the bytes put on the wire, header included. Whole messages queue; the fragments of one keep their turn.
     *
     * @param opcode TEXT, BINARY or CONTINUATION of {@link Opcodes}
     * @param timeout for the turn and the network together
     * @throws IllegalStateException when the frame does not fit the message that is being sent
     * @throws SocketTimeoutException when time ran out; its text says whether the connection is still usable
     */
    public int write(int opcode, boolean fin, byte[] payload, int offset, int length, long timeout) throws IOException {
        return outgoing.data(opcode, fin, payload, offset, length, timeout, Urgency.NOW);
    }

    /** Sends one data frame within the write timeout of the settings. */
    public int write(int opcode, boolean fin, byte[] payload, int offset, int length) throws IOException {
        return write(opcode, fin, payload, offset, length, Urgency.NOW);
    }

    /** Sends one data frame within the write timeout of the settings; one that is not urgent may wait for others. */
    public int write(int opcode, boolean fin, byte[] payload, int offset, int length, Urgency urgency)
            throws IOException {
        return outgoing.data(opcode, fin, payload, offset, length, settings.writeTimeout(), urgency);
    }

    /**
     * Leaves a whole message to be sent in its turn, and returns, unless {@code mostBytes} wait already: then this sends it, and waits as
     * {@link #write} does.
     *
     * @param timeout nanoseconds from now in which it must have been sent; 0 for no limit but the write timeout once it is its turn
     * @param outcome told once: null when it was sent, else why not. Must not block
     */
    public void leave(
            int opcode,
            byte[] payload,
            int offset,
            int length,
            long timeout,
            int mostBytes,
            Consumer<@Nullable Throwable> outcome) {
        long until = timeout == 0 ? Watch.NEVER : System.nanoTime() + Math.min(timeout, LONGEST);
        outgoing.leave(new LeftMessage(opcode, payload, offset, length, until, outcome), mostBytes);
    }

    /** Bytes of messages that were left and wait to be sent, with a little for each. */
    public long leftBytes() {
        return outgoing.leftBytes();
    }

    /** Puts on the wire what was not urgent. Costs nothing when there is nothing. */
    public void flush() throws IOException {
        outgoing.flush();
    }

    /** Sends a Pong that nobody asked for, RFC 6455 §5.5.3, as {@link #ping(byte[])} sends a Ping. */
    public void pong(byte[] payload) throws IOException {
        if (!outgoing.control(Opcodes.PONG, payload, settings.writeTimeout(), true)) {
            throw noTurn("Pong");
        }
    }

    /**
     * Sends a Ping; its Pong sets {@link #latency()}.
     *
     * @throws SocketTimeoutException when another write was in the way all the time
     */
    public void ping(byte[] payload) throws IOException {
        if (!ping(payload, settings.writeTimeout(), false)) {
            throw noTurn("Ping");
        }
    }

    /** The keep-alive's; false when another write was in the way all the time. */
    boolean ping(byte[] payload, long timeout) throws IOException {
        return ping(payload, timeout, true);
    }

    private boolean ping(byte[] payload, long timeout, boolean ours) throws IOException {
        pings.sending(payload, ours);
        return outgoing.control(Opcodes.PING, payload, timeout, !ours);
    }

    private SocketTimeoutException noTurn(String frame) {
        return new SocketTimeoutException("No turn to send a " + frame + " within "
                + Duration.ofNanos(settings.writeTimeout()) + " because another frame is being sent");
    }

    // ---- what can be asked at any time

    /** Whether messages can be sent and received: no Close was sent or received, no write has failed, it has not ended. */
    public boolean open() {
        return state.open() && outgoing.broken() == null;
    }

    /** The remote end's Close, 1006 after an end without one, null while there is neither. RFC 6455 §7.1.5, §7.1.6. */
    public @Nullable CloseFrame result() {
        return state.result();
    }

    /** The Close of this end when it was the first to close, null when it was not. */
    public @Nullable CloseFrame initiated() {
        return state.initiated();
    }

    /** What the network said when it failed, null when it did not. */
    public @Nullable String error() {
        IOException broken = outgoing.broken();
        return error == null && broken != null ? broken.getMessage() : error;
    }

    /** Nanoseconds from the last answered Ping to its Pong, -1 when there was none. */
    public long latency() {
        return pings.latency();
    }

    /** Where the remote end is. */
    public SocketAddress remoteAddress() {
        return transport.remoteAddress();
    }

    /** Where this end is. */
    public SocketAddress localAddress() {
        return transport.localAddress();
    }

    /** A number that no other connection of this process has. */
    public long id() {
        return id;
    }

    /**
     * Tells the owner when no frame was received and none sent for so many nanoseconds; 0 or less for never. The keep-alive's Pings and
     * their answers do not count.
     */
    public void idleTimeout(long nanos) {
        long timeout = Math.max(0, Math.min(nanos, LONGEST));
        idleTimeout = timeout;
        if (timeout > 0) {
            watch.runBy(System.nanoTime() + timeout);
        }
    }

    /** What this connection is held to. */
    public ConnectionSettings settings() {
        return settings;
    }

    /** Whether a Close was sent, and who sent it sees to the end, or all is over. */
    boolean closing() {
        return state.sendingOver();
    }

    /** When a byte came last. */
    long heardAt() {
        return incoming.heardAt();
    }

    // ---- ending

    /**
     * Sends a Close, discards what arrives until the remote end's Close, and ends. The second call waits for the first and returns its
     * result.
     *
     * @return whether the closing handshake completed, RFC 6455 §7.1.4; false when time ran out or the network failed. It has ended all
     *     the same
     */
    public boolean shutdown(CloseFrame close, long timeout) {
        CompletableFuture<Boolean> mine = new CompletableFuture<>();
        CompletableFuture<Boolean> first;
        synchronized (state) {
            first = shutdown;
            if (first == null) {
                shutdown = mine;
            }
        }
        if (first != null) {
            return await(first, timeout);
        }
        long until = System.nanoTime() + timeout;
        closeBy(until + LINGER);
        try {
            if (outgoing.close(close, timeout)) {
                awaitClose(until);
            }
        } catch (IOException e) {
            error = e.getMessage();
        } finally {
            end("no Close came within " + Duration.ofNanos(timeout));
            mine.complete(state.completed());
        }
        return state.completed();
    }

    /**
     * Sends a Close unless one was sent, and returns: whoever reads finds the answer, and the shutdown timeout ends a wait that is too
     * long. Messages that were left before go first, if that takes no longer than a moment.
     */
    public void startClose(CloseFrame close) {
        startClose(close, LINGER);
    }

    /**
     * Sends a Close as {@link #startClose(CloseFrame)} does, but receives on: what the remote end sent before its own Close is not lost. While
     * the owner is {@linkplain Owner#busy() busy} the wait for that Close has not begun.
     *
     * @param patience how long messages that were left before may take to go first
     */
    public void startDrain(CloseFrame close, long patience) {
        draining = true;
        startClose(close, patience);
    }

    private void startClose(CloseFrame close, long patience) {
        if (closing()) {
            return; // who sent the Close has set its time
        }
        long turn = Math.min(patience, settings.shutdownTimeout());
        closeBy(System.nanoTime() + Math.max(turn, LINGER) + settings.shutdownTimeout());
        try {
            outgoing.awaitTurn(turn);
            if (outgoing.close(close, settings.shutdownTimeout())) {
                if (draining) {
                    closeBy(System.nanoTime()
                            + settings.shutdownTimeout()
                            + LINGER); // the messages had a time of their own
                }
                return;
            }
        } catch (IOException e) {
            error = e.getMessage();
        }
        end("the Close could not be sent");
    }

    /** Ends at once, without a Close. Wakes who reads and who writes. */
    public void close() {
        closed = true;
        end("closed by this end without a closing handshake");
    }

    /** Gives up on a remote end that has been silent since a Ping. */
    void pongTimedOut(long period) {
        failure = new PongTimeout("pong timeout: nothing was heard for " + Duration.ofNanos(period) + " after a Ping");
        shutdown(new CloseFrame(CloseFrame.NORMAL, "pong timeout"), Math.min(period, settings.shutdownTimeout()));
    }

    /** Ends after the network failed. */
    void lost(IOException e) {
        if (!state.ended()) {
            error = e.getMessage() != null ? e.getMessage() : e.toString();
        }
        end("the connection was lost: " + e.getMessage());
    }

    Watch watch() {
        return watch;
    }

    private void awaitClose(long until) throws IOException {
        try {
            if (!lockReading(until - System.nanoTime())) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            readingAhead = true; // what came before this end closed is still the application's to read
            long left = until - System.nanoTime();
            while (left > 0 && receive(left)) {
                left = until - System.nanoTime();
            }
        } catch (SocketTimeoutException e) {
            // The remote end had its time
        } catch (PongTimeout e) {
            failure = e; // not for this thread, but for the application's next read
        } finally {
            readingAhead = false;
            unlockReading();
        }
    }

    private static boolean await(CompletableFuture<Boolean> result, long timeout) {
        try {
            return result.get(timeout, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    private void closeReceived(CloseFrame close) throws IOException {
        state.receive(close);
        closeBy(System.nanoTime() + settings.shutdownTimeout() + LINGER);
        // RFC 6455 §5.5.1: answered with the code that was received
        if (!outgoing.close(new CloseFrame(close.code(), ""), settings.shutdownTimeout())) {
            end("the Close could not be answered");
        } else if (owner.finishes()) {
            finishing = true;
        } else {
            endHandshake();
        }
    }

    /** Ends after a closing handshake, if there was one. The owner is done with what it {@linkplain Owner#finishes had to do}. */
    public void finish() {
        if (!finishing) {
            return;
        }
        reading.lock(); // no application's code runs under it: nobody reads any more
        try {
            endHandshake();
        } catch (IOException e) {
            error = e.getMessage();
            end("closed");
        } finally {
            reading.unlock();
        }
    }

    private void endHandshake() throws IOException {
        if (settings.client()) {
            linger(); // RFC 6455 §7.1.1: the server closes TCP first
        } else {
            transport.shutdownOutput();
        }
        end("closed");
    }

    /** RFC 6455 §7.1.7: tells the remote end why, and ends. For the thread that has the reading side. */
    public void fail(ProtocolFailure e) {
        closeBy(System.nanoTime() + settings.shutdownTimeout() + LINGER);
        try {
            if (outgoing.close(
                    CloseFrame.shortened(e.code(), String.valueOf(e.getMessage())), settings.shutdownTimeout())) {
                transport.shutdownOutput();
                linger(); // closing with bytes unread would reset the connection, and the Close might be lost
            }
        } catch (IOException failed) {
            error = failed.getMessage();
        } finally {
            end(String.valueOf(e.getMessage()));
        }
    }

    private void linger() {
        try {
            incoming.drain(Math.min(LINGER, settings.shutdownTimeout()));
        } catch (IOException e) {
            // The remote end had its time
        }
    }

    /** The one funnel: every end of the connection comes here, and only the first one counts. */
    private void end(String cause) {
        if (state.end(cause)) {
            try {
                watch.cancel();
                transport.close();
                outgoing.end();
                releaseReading();
            } finally {
                owner.ended();
            }
        }
    }

    private void releaseReading() {
        if (reading.tryLock()) {
            try {
                incoming.release();
            } finally {
                reading.unlock();
            }
        }
    }

    /** Sees to it that a closing handshake, and TLS's goodbye after it, come to an end. */
    private void closeBy(long time) {
        closingUntil = time;
        watch.runBy(time);
    }

    /** Called by the timer; must not block. Ends what is overdue and says when to ask again. */
    private long check(long now) {
        long writing = outgoing.deadline();
        long broken = outgoing.brokenUntil();
        long closing = closingUntil;
        if (draining && overdue(closing, now) && owner.busy()) {
            closing = now + settings.shutdownTimeout(); // what it has not received yet it is still to have
            closingUntil = closing;
        }
        if (overdue(writing, now)) {
            lost(new SocketTimeoutException("write timeout: the remote end does not read"));
        } else if (overdue(broken, now)) {
            lost(Objects.requireNonNull(outgoing.broken()));
        } else if (overdue(closing, now)) {
            end("the closing handshake took too long");
        } else {
            long next = Watch.earlier(Watch.earlier(writing, broken), closing);
            next = Watch.earlier(next, outgoing.check(now));
            next = Watch.earlier(next, checkIdle(now));
            return keepAlive == null ? next : Watch.earlier(next, keepAlive.check(now));
        }
        return Watch.NEVER;
    }

    private long checkIdle(long now) {
        long timeout = idleTimeout;
        if (timeout == 0 || closing()) {
            return Watch.NEVER;
        }
        long due = idleUntil(timeout);
        if (!overdue(due, now)) {
            return due;
        }
        Thread.ofVirtual().name("duplex-idle").start(this::idle);
        return Watch.NEVER;
    }

    private void idle() {
        readAhead(); // a callback may run all the time, and frames wait unread
        long timeout = idleTimeout;
        if (timeout > 0) {
            long due = idleUntil(timeout);
            if (overdue(due, System.nanoTime())) {
                owner.idle();
            } else {
                watch.runBy(due);
            }
        }
    }

    private long idleUntil(long timeout) {
        long sentAt = outgoing.sentAt();
        return (sentAt - activeAt > 0 ? sentAt : activeAt) + timeout;
    }

    private static boolean overdue(long time, long now) {
        return time != Watch.NEVER && now - time >= 0;
    }
}
