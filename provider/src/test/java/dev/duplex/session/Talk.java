package dev.duplex.session;

import static dev.duplex.frame.Wiring.bytes;
import static dev.duplex.frame.Wiring.frame;
import static dev.duplex.frame.Wiring.hex;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.deflate.DeflateParameters;
import dev.duplex.endpoint.Callbacks;
import dev.duplex.endpoint.CoderTable;
import dev.duplex.endpoint.Form;
import dev.duplex.endpoint.Instances;
import dev.duplex.endpoint.ProgrammaticEndpoint;
import dev.duplex.endpoint.Receiver;
import dev.duplex.engine.Connection;
import dev.duplex.engine.ConnectionSettings;
import dev.duplex.frame.Wiring;
import dev.duplex.transport.MemoryTransport;
import dev.duplex.transport.Transport;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import jakarta.websocket.WebSocketContainer;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A session with an endpoint that writes down what it hears, and bare bytes at the other end of the line. Frames are said and shown
 * unmasked, in hex. Every wait has a deadline, and at the end no callback may have overlapped another or come behind the close callback.
 */
final class Talk implements AutoCloseable {
    static final long DEADLINE = TimeUnit.SECONDS.toNanos(10);

    private static final WebSocketContainer CONTAINER = (WebSocketContainer) Proxy.newProxyInstance(
            Talk.class.getClassLoader(), new Class<?>[] {WebSocketContainer.class}, (proxy, method, arguments) -> {
                throw new AssertionError(method + " must not be called");
            });

    final Wiring wiring;
    final MemoryTransport here;
    final Transport there;
    final Connection connection;
    final WebSocketSession session;
    final OpenSessions openSessions;
    /** What the endpoint heard, in order: "open", what handlers add, "error ...", "close ...". */
    final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    private final Setup setup;
    private final CountDownLatch opened = new CountDownLatch(1);
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger overlaps = new AtomicInteger();
    private final AtomicInteger closes = new AtomicInteger();
    private final AtomicInteger ends = new AtomicInteger();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final List<FutureTask<?>> tasks = new ArrayList<>();
    private @Nullable FutureTask<Boolean> running;

    private Talk(Setup setup) throws Exception {
        this.setup = setup;
        wiring = setup.wiring;
        here = MemoryTransport.pair(setup.capacity);
        here.bytesPerRead(wiring.bytesPerRead());
        there = here.remote();
        there.readTimeout((int) TimeUnit.NANOSECONDS.toMillis(DEADLINE));
        openSessions = setup.openSessions;
        Terms terms = new Terms(
                "7",
                ClientEndpointConfig.Builder.create().build(),
                new HashMap<>(Map.of("key", "value")),
                CONTAINER,
                "ws://localhost/chat?a=b",
                "a=b",
                Map.of("a", List.of("b")),
                Map.of(),
                null,
                false,
                "",
                List.of(),
                new SessionDefaults(setup.idleMillis, setup.maxBytes, setup.maxBytes, 0, setup.maxPendingBytes));
        session = new WebSocketSession(
                terms,
                new Calling(new ProgrammaticEndpoint(new Recording()), setup.receivers),
                CoderTable.of(setup.encoders, setup.decoders).connect(terms.config(), Instances.BY_CONSTRUCTOR),
                openSessions,
                () -> {
                    ends.incrementAndGet();
                    ended.countDown();
                });
        connection = new Connection(
                setup.change.apply(here),
                new ConnectionSettings(
                        wiring.client(),
                        TimeUnit.MILLISECONDS.toNanos(setup.pingMillis),
                        DEADLINE,
                        TimeUnit.MILLISECONDS.toNanos(setup.shutdownMillis)),
                setup.compression,
                session);
        connection.start(new byte[0], 0, 0);
    }

    static Setup with(Wiring wiring) {
        return new Setup(wiring);
    }

    /** What a test does in a callback. */
    interface Act<T> {
        void accept(Talk talk, T with) throws Exception;
    }

    static final class Setup {
        private final Wiring wiring;
        private int capacity = 1 << 20;
        private int maxBytes = 1_000;
        private int maxPendingBytes = 1 << 20;
        private long idleMillis;
        private long pingMillis;
        private long shutdownMillis = 10_000;
        private @Nullable DeflateParameters compression;
        private Act<Session> onOpen = (talk, session) -> {};
        private Act<CloseReason> onClose = (talk, reason) -> {};
        private Act<Throwable> onError = (talk, failure) -> {};
        private List<Receiver> receivers = List.of();
        private List<Class<? extends Encoder>> encoders = List.of();
        private List<Class<? extends Decoder>> decoders = List.of();
        private UnaryOperator<Transport> change = UnaryOperator.identity();
        private OpenSessions openSessions = new OpenSessions();

        private Setup(Wiring wiring) {
            this.wiring = wiring;
        }

        Setup onOpen(Act<Session> act) {
            onOpen = act;
            return this;
        }

        Setup onClose(Act<CloseReason> act) {
            onClose = act;
            return this;
        }

        Setup onError(Act<Throwable> act) {
            onError = act;
            return this;
        }

        /** Hands whole text messages to a test. */
        Setup onText(Act<String> act) {
            return onOpen((talk, session) -> talk.onText(act));
        }

        /** Answers whole text messages. */
        Setup replying(Reply reply) {
            receivers = List.of(new Replying(reply));
            return this;
        }

        Setup capacity(int bytes) {
            capacity = bytes;
            return this;
        }

        Setup maxPendingBytes(int bytes) {
            maxPendingBytes = bytes;
            return this;
        }

        Setup idleMillis(long millis) {
            idleMillis = millis;
            return this;
        }

        Setup pingMillis(long millis) {
            pingMillis = millis;
            return this;
        }

        Setup shutdownMillis(long millis) {
            shutdownMillis = millis;
            return this;
        }

        Setup compressed(DeflateParameters agreed) {
            compression = agreed;
            return this;
        }

        Setup encoder(Class<? extends Encoder> type) {
            encoders = List.of(type);
            return this;
        }

        Setup decoder(Class<? extends Decoder> type) {
            decoders = List.of(type);
            return this;
        }

        Setup openSessions(OpenSessions sessions) {
            openSessions = sessions;
            return this;
        }

        /** Changes what this end's connection reads and writes. */
        Setup transport(UnaryOperator<Transport> changed) {
            change = changed;
            return this;
        }

        /** A session that has not begun. */
        Talk create() throws Exception {
            return new Talk(this);
        }

        /** A session whose open callback has returned. */
        Talk open() throws Exception {
            Talk talk = create().run();
            talk.awaitOpen();
            assertThat(talk.next()).isEqualTo("open");
            return talk;
        }
    }

    /** An endpoint, and what takes messages from the beginning. */
    private record Calling(Callbacks endpoint, List<Receiver> receivers) implements Callbacks {
        @Override
        public void open(Session session, EndpointConfig config) throws Throwable {
            endpoint.open(session, config);
        }

        @Override
        public void close(Session session, CloseReason reason) throws Throwable {
            endpoint.close(session, reason);
        }

        @Override
        public boolean error(Session session, Throwable failure) throws Throwable {
            return endpoint.error(session, failure);
        }

        @Override
        public Object instance() {
            return endpoint.instance();
        }
    }

    /** What makes the answer to a text, null for none. */
    interface Reply {
        @Nullable
        Object to(String text) throws Exception;
    }

    private static final class Replying extends Receiver {
        private final Reply reply;

        Replying(Reply reply) {
            super(Form.TEXT, Receiver.SESSION_LIMIT);
            this.reply = reply;
        }

        @Override
        public @Nullable Object receive(Session session, Object message, boolean last) throws Exception {
            return reply.to((String) message);
        }
    }

    // ---- this end

    /** Lets the session begin, on a thread of its own. */
    Talk run() {
        running = start(() -> {
            try {
                session.open(connection);
            } finally {
                opened.countDown();
            }
            session.run();
            return true;
        });
        return this;
    }

    /** The open callback has returned, or is about to. */
    void awaitOpen() throws InterruptedException {
        assertThat(opened.await(DEADLINE, TimeUnit.NANOSECONDS))
                .as("has opened")
                .isTrue();
    }

    private final class Recording extends Endpoint {
        @Override
        public void onOpen(Session opened, EndpointConfig config) {
            callback("open", setup.onOpen, opened);
        }

        @Override
        public void onClose(Session closed, CloseReason reason) {
            closes.incrementAndGet();
            callback(
                    "close " + reason.getCloseCode().getCode() + (" " + reason.getReasonPhrase()).stripTrailing(),
                    setup.onClose,
                    reason);
        }

        @Override
        public void onError(Session failed, Throwable failure) {
            // Inside the callback that failed, or alone
            heard.add("error " + failure.getClass().getSimpleName() + ": " + failure.getMessage());
            act(setup.onError, failure);
        }
    }

    private <T> void callback(String what, Act<T> act, T with) {
        heard.add(what);
        alone(act, with);
    }

    /** Runs what a callback does, and notes whether another one ran at the same time or the close callback before. */
    <T> void alone(Act<T> act, T with) {
        if (inside.getAndIncrement() != 0 || (closes.get() > 0 && !(with instanceof CloseReason))) {
            overlaps.incrementAndGet();
        }
        try {
            act(act, with);
        } finally {
            inside.decrementAndGet();
        }
    }

    private <T> void act(Act<T> act, T with) {
        try {
            act.accept(this, with);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /** Hands whole text messages to a test. */
    void onText(Act<String> act) {
        session.addMessageHandler(String.class, (String text) -> alone(act, text));
    }

    /** What the endpoint heard next. */
    String next() throws InterruptedException {
        String next = heard.poll(10, TimeUnit.SECONDS);
        assertThat(next).as("something is heard").isNotNull();
        return String.valueOf(next);
    }

    /** The endpoint hears just this next. */
    void assertHears(String... what) throws InterruptedException {
        for (String one : what) {
            assertThat(next()).isEqualTo(one);
        }
    }

    /** The session is over: its thread has returned, the close callback came once, and nothing of the endpoint behind it. */
    void assertOver() throws InterruptedException, TimeoutException {
        awaitDone(Objects.requireNonNull(running));
        assertThat(running.state()).as("the session's thread").isEqualTo(Future.State.SUCCESS);
        // By the session's thread, or by the one that called the close callback
        assertThat(ended.await(DEADLINE, TimeUnit.NANOSECONDS))
                .as("has told its end")
                .isTrue();
        assertThat(closes).as("calls of the close callback").hasValue(1);
        assertThat(overlaps)
                .as("callbacks that overlapped or came behind the close callback")
                .hasValue(0);
        assertThat(ends).as("calls of onEnd").hasValue(1);
        assertThat(session.isOpen()).isFalse();
        assertThat(openSessions.all()).doesNotContain(session);
        assertThat(session.getId()).isEqualTo("7");
        assertThat(session.getUserProperties()).isEmpty();
        assertThat(here.closed()).as("the transport is closed").isTrue();
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

    /** Lets the remote end send a text message. */
    void sendText(String text) throws IOException {
        send(frame(0x81, text.getBytes(StandardCharsets.UTF_8)));
    }

    /** What the remote end receives next: one frame, unmasked, or "end". */
    String received() throws IOException {
        return wiring.received(there.input());
    }

    void assertReceives(String... frames) throws IOException {
        for (String frame : frames) {
            assertThat(received()).isEqualTo(frame);
        }
    }

    void assertReceivesText(String... texts) throws IOException {
        for (String text : texts) {
            assertReceives(hex(frame(0x81, text.getBytes(StandardCharsets.UTF_8))));
        }
    }

    /** The remote end closes, or answers a Close, and is gone. */
    void leave(String close) throws IOException {
        send(close);
        there.shutdownOutput();
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
            if (running != null) {
                assertOver();
            }
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
