package dev.duplex.engine;

import static dev.duplex.frame.Wiring.bytes;
import static dev.duplex.frame.Wiring.frame;
import static dev.duplex.frame.Wiring.hex;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.deflate.DeflateParameters;
import dev.duplex.frame.Wiring;
import dev.duplex.transport.MemoryTransport;
import dev.duplex.transport.Transport;
import dev.duplex.transport.Watch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A connection, and bare bytes at the other end of the line. Frames are said and shown unmasked, in hex; that this end masks when it
 * is the client, and only then, is asserted for each. Every wait has a deadline.
 */
final class Line implements AutoCloseable {
    static final long DEADLINE = TimeUnit.SECONDS.toNanos(10);

    final Wiring wiring;
    final MemoryTransport here;
    final Transport there;
    final Connection connection;

    /** When the owner was told that the connection is idle. */
    final BlockingQueue<Long> idleAt = new LinkedBlockingQueue<>();

    private final AtomicInteger ends = new AtomicInteger();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final List<FutureTask<?>> tasks = new ArrayList<>();

    private Line(Setup setup) throws IOException {
        wiring = setup.wiring;
        here = MemoryTransport.pair(setup.capacity);
        here.bytesPerRead(wiring.bytesPerRead());
        there = here.remote();
        there.readTimeout((int) TimeUnit.NANOSECONDS.toMillis(DEADLINE));
        connection = new Connection(
                here,
                new ConnectionSettings(wiring.client(), setup.pingFrequency, setup.writeTimeout, setup.shutdownTimeout),
                setup.compression,
                new Owner(setup.limits, setup.takesPongs, () -> idleAt.add(System.nanoTime()), () -> {
                    ends.incrementAndGet();
                    ended.countDown();
                }));
        connection.start(setup.leftOver, 0, setup.leftOver.length);
    }

    /** A line on which nothing times out while a test runs, and nothing is sent unasked. */
    static Setup with(Wiring wiring) {
        return new Setup(wiring);
    }

    static Line open(Wiring wiring) throws IOException {
        return with(wiring).open();
    }

    /** Whom a test's connection belongs to. */
    record Owner(IntUnaryOperator limits, boolean takesPongs, Runnable onIdle, Runnable onEnd)
            implements Connection.Owner {
        Owner(IntUnaryOperator limits, Runnable onEnd) {
            this(limits, false, () -> {}, onEnd);
        }

        /** One that does not want to know. */
        static Owner of(int maxPayload) {
            return new Owner(opcode -> maxPayload, () -> {});
        }

        @Override
        public int limit(int opcode) {
            return limits.applyAsInt(opcode);
        }

        @Override
        public void idle() {
            onIdle.run();
        }

        @Override
        public void ended() {
            onEnd.run();
        }
    }

    static final class Setup {
        private final Wiring wiring;
        private int capacity = 64 << 10;
        private IntUnaryOperator limits = opcode -> 1 << 20;
        private boolean takesPongs;
        private long pingFrequency;
        private long writeTimeout = DEADLINE;
        private long shutdownTimeout = DEADLINE;
        private @Nullable DeflateParameters compression;
        private byte[] leftOver = {};

        private Setup(Wiring wiring) {
            this.wiring = wiring;
        }

        /** Bytes that are under way at most, each way. */
        Setup capacity(int bytes) {
            capacity = bytes;
            return this;
        }

        Setup maxPayload(int bytes) {
            return limits(opcode -> bytes);
        }

        Setup limits(IntUnaryOperator limits) {
            this.limits = limits;
            return this;
        }

        Setup takesPongs() {
            takesPongs = true;
            return this;
        }

        Setup pingMillis(int millis) {
            pingFrequency = TimeUnit.MILLISECONDS.toNanos(millis);
            return this;
        }

        Setup writeMillis(int millis) {
            writeTimeout = TimeUnit.MILLISECONDS.toNanos(millis);
            return this;
        }

        Setup shutdownMillis(int millis) {
            shutdownTimeout = TimeUnit.MILLISECONDS.toNanos(millis);
            return this;
        }

        Setup compressed(DeflateParameters agreed) {
            compression = agreed;
            return this;
        }

        /** Frames that came behind the opening handshake. */
        Setup leftOver(String frames) {
            leftOver = wiring.fromRemote(bytes(frames));
            return this;
        }

        Line open() throws IOException {
            return new Line(this);
        }
    }

    // ---- this end

    /** The next data frame; "end" at the end. */
    String read() throws Exception {
        return read(0);
    }

    String read(Duration timeout) throws Exception {
        return read(timeout.toNanos());
    }

    private String read(long timeout) throws Exception {
        assertThat(connection.lockReading(DEADLINE)).as("has the reading side").isTrue();
        try {
            if (!connection.receive(timeout)) {
                return "end";
            }
            return hex(frame(connection.opcode() | (connection.fin() ? 0x80 : 0), connection.takePayload()));
        } finally {
            connection.unlockReading();
        }
    }

    /** Sends a frame given as it stands on the wire, unmasked and short. */
    int write(String frame) throws IOException {
        byte[] bytes = bytes(frame);
        return connection.write(bytes[0] & 0x0F, bytes[0] < 0, bytes, 2, bytes.length - 2);
    }

    /** Sends a frame that may wait as the urgency says. */
    int write(int b0, byte[] payload, Urgency urgency) throws IOException {
        return connection.write(b0 & 0x0F, (b0 & 0x80) != 0, payload, 0, payload.length, urgency);
    }

    int write(int b0, byte[] payload, Duration timeout) throws IOException {
        return connection.write(b0 & 0x0F, (b0 & 0x80) != 0, payload, 0, payload.length, timeout.toNanos());
    }

    /** The connection has ended, or is about to: onEnd is called, once. */
    void assertEnded() throws InterruptedException {
        assertThat(ended.await(DEADLINE, TimeUnit.NANOSECONDS))
                .as("the connection has ended")
                .isTrue();
        assertThat(ends).as("calls of onEnd").hasValue(1);
        assertThat(connection.open()).isFalse();
        assertThat(here.closed()).as("the transport is closed").isTrue();
    }

    /** Waits until all timers that are due in this time have gone off: they go off in order. Here time itself is the condition. */
    static void awaitMillis(int millis) throws InterruptedException {
        CountDownLatch passed = new CountDownLatch(1);
        new Watch(now -> {
                    passed.countDown();
                    return Watch.NEVER;
                })
                .runBy(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
        assertThat(passed.await(DEADLINE, TimeUnit.NANOSECONDS)).isTrue();
    }

    /** Starts a task on a thread of its own. */
    <T> FutureTask<T> start(Callable<T> task) {
        FutureTask<T> started = new FutureTask<>(task);
        tasks.add(started);
        Thread.ofVirtual().start(started);
        return started;
    }

    /** What a task came to, or its exception. */
    static <T> T result(FutureTask<T> task) throws Exception {
        try {
            return task.get(DEADLINE, TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    // ---- the remote end

    /** Lets the remote end send frames, given unmasked. */
    void send(String... frames) throws IOException {
        send(bytes(String.join(" ", frames)));
    }

    void send(byte[] frames) throws IOException {
        there.output().write(wiring.fromRemote(frames));
    }

    /** What the remote end receives next: one frame, unmasked, or "end". */
    String received() throws IOException {
        return wiring.received(there.input());
    }

    /** The remote end receives just these frames next. */
    void assertReceives(String... frames) throws IOException {
        for (String frame : frames) {
            assertThat(received()).isEqualTo(frame);
        }
    }

    /** A Close frame. */
    static String close(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        byte[] payload = Arrays.copyOf(new byte[] {(byte) (code >>> 8), (byte) code}, 2 + text.length);
        System.arraycopy(text, 0, payload, 2, text.length);
        return hex(frame(0x88, payload));
    }

    /** Ends everything; no task of the test is left running. */
    @Override
    public void close() {
        connection.close();
        there.close();
        try {
            for (FutureTask<?> task : tasks) {
                awaitDone(task);
            }
            assertEnded();
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("a task of the test goes on after the end of the connection", e);
        }
    }

    private static void awaitDone(FutureTask<?> task) throws InterruptedException, TimeoutException {
        try {
            task.get(DEADLINE, TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isNotNull(); // the test has looked at it, or has no interest in it
        }
    }
}
