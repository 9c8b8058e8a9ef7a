package dev.duplex.session;

import dev.duplex.endpoint.Callbacks;
import dev.duplex.endpoint.Coders;
import dev.duplex.endpoint.Companion;
import dev.duplex.endpoint.ContextLoader;
import dev.duplex.endpoint.Receiver;
import dev.duplex.engine.Connected;
import dev.duplex.engine.Connection;
import dev.duplex.engine.PongTimeout;
import dev.duplex.frame.CloseFrame;
import dev.duplex.frame.FrameReader;
import dev.duplex.frame.Opcodes;
import dev.duplex.frame.ProtocolFailure;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Extension;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.Session;
import jakarta.websocket.SessionException;
import jakarta.websocket.WebSocketContainer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Jakarta's Session over one connection. {@link #run} is the life of it: the open callback, the messages one after the other, and the
 * close callback, all on the thread that runs it. Only a close that another thread asks for, while no callback runs, has the close
 * callback on that thread: {@link Calls} sees to it that no two callbacks overlap and that this one comes once, whatever ended the
 * connection. The other methods are for any thread.
 */
public final class WebSocketSession implements Session, Connected, Connection.Owner {
    private static final System.Logger LOG = System.getLogger(WebSocketSession.class.getName());

    private final Terms terms;
    private final Callbacks callbacks;
    private final Coders coders;
    private final OpenSessions openSessions;
    private final Runnable onEnd;
    private final Handlers handlers;

    private volatile int maxTextBytes;
    private volatile int maxBinaryBytes;
    private volatile long maxIdleMillis;

    // Set by open() before the endpoint sees the session, the connection last
    private @Nullable BasicRemote basic;
    private @Nullable ClassLoader loader; // the application's
    private volatile @Nullable Connection connection;

    private @Nullable AsyncRemote async; // null until somebody asks for it; guarded by this

    /** Who runs callbacks: the thread of the session, then perhaps another one for the close callback. */
    private volatile @Nullable Thread caller;

    /** What the close callback is told when the container closed; null while it did not. */
    private volatile @Nullable CloseFrame closedByContainer;
    /** The Close that the container asked for before the session had begun; null when it did not. */
    private volatile @Nullable CloseFrame closeAtOnce;
    /** Whether it asked for that by {@link #drain}. Written before it. */
    private volatile boolean drainAtOnce;
    /** Opened when the callback that runs now has returned, and those of what came with its message; null when nobody waits for that. */
    private volatile @Nullable CountDownLatch atRest;
    /** Whether the close callback has returned: the session must not be used any more. */
    private volatile boolean over;

    private final Calls calls = new Calls();

    /**
     * A session that has not begun.
     *
     * @param openSessions those of the same endpoint
     * @param onEnd called when the close callback has returned and all is released, by the thread that runs the session
     */
    public WebSocketSession(
            Terms terms, Callbacks callbacks, Coders coders, OpenSessions openSessions, Runnable onEnd) {
        this.terms = terms;
        this.callbacks = callbacks;
        this.coders = coders;
        this.openSessions = openSessions;
        this.onEnd = onEnd;
        this.handlers = new Handlers(callbacks.receivers());
        this.maxTextBytes = terms.defaults().maxTextBytes();
        this.maxBinaryBytes = terms.defaults().maxBinaryBytes();
        this.maxIdleMillis = terms.defaults().maxIdleMillis();
    }

    // ---- the life of the session, on its own thread

    /** Calls the open callback. Called once, by the thread that is the connection's own. */
    public void open(Connection connection) {
        Outbound outbound = new Outbound(connection, coders, terms.defaults().maxPendingBytes());
        this.basic = new BasicRemote(this, outbound);
        calls.begin(); // before anybody can find the connection and close it: nothing comes before the open callback
        this.caller = Thread.currentThread();
        this.loader = Thread.currentThread().getContextClassLoader();
        this.connection = connection;
        connection.idleTimeout(TimeUnit.MILLISECONDS.toNanos(maxIdleMillis));
        openSessions.add(this);
        CloseFrame before = closeAtOnce;
        if (before != null && drainAtOnce) {
            startDrain(connection, before, 0);
        } else if (before != null) {
            closeByContainer(before.code(), before.reason());
        }
        Companion.Call call = callbacks.call();
        try {
            callbacks.open(this, terms.config());
        } catch (Throwable e) {
            failed(e);
            closeByContainer(CloseFrame.INTERNAL_ERROR, "the open callback failed: " + e);
        } finally {
            Thread.interrupted(); // an interrupt was meant for the callback
            endCall(call);
        }
    }

    /**
     * Hands over the messages until the connection has ended, then calls the close callback, unless another thread does, which may take
     * longer. Called once, behind {@link #open} by the same thread, which is parked in here for most of its life: what this method and the
     * way to it have on the stack is what an idle connection costs.
     */
    public void run() {
        Connection live = attached();
        Inbound inbound = new Inbound(live, handlers, this);
        boolean received = true;
        while (received) {
            try {
                rest(inbound);
                inbound.finish(); // when an interrupt has come between
                live.lockReading();
                try {
                    received = live.receive(0);
                    if (received) {
                        inbound.take();
                    }
                } finally {
                    live.unlockReading();
                }
                handOver(inbound);
            } catch (InterruptedException e) {
                // It was meant for a callback that has returned
            } catch (IOException | RuntimeException | Error e) {
                readingFailed(e); // the next round finds whether it has ended
            }
        }
        end(live);
    }

    /** Lets the container close, if it waits for that. */
    private void rest(Inbound inbound) {
        CountDownLatch waiting = atRest;
        if (waiting != null && !inbound.more()) {
            waiting.countDown();
        }
    }

    private void end(Connection connection) {
        openSessions.remove(this);
        CloseReason reason = reason(connection);
        if (reason.getCloseCode() == CloseCodes.CLOSED_ABNORMALLY && closedByContainer == null) {
            // The Javadoc of Endpoint.onError: a connection that fails before it could be closed formally
            fail(new SessionException(reason.getReasonPhrase(), null, this));
        }
        callClose(); // Jakarta WebSocket §4.5: before the connection is brought down
        connection.finish();
        ending();
    }

    private void readingFailed(Throwable failure) {
        switch (failure) {
            case ProtocolFailure e -> {
                // The remote end broke a rule or a limit. It was told so before the error callback runs
                closedByContainer = CloseFrame.shortened(e.code(), String.valueOf(e.getMessage()));
                fail(new SessionException(e.getMessage(), e, this));
            }
            case PongTimeout e -> silent(e);
            case IOException e -> LOG.log(Level.DEBUG, () -> this + " was lost: " + e);
            default -> { // as no memory for a message: it is this connection's alone
                fail(failure);
                closeByContainer(CloseFrame.INTERNAL_ERROR, "reading failed: " + failure);
            }
        }
    }

    /** Hands over what the frames complete that came last, if anything. */
    private void handOver(Inbound inbound) throws IOException, InterruptedException {
        Object message = inbound.takeMessage();
        if (message != null) {
            deliver(inbound, message);
            inbound.finish();
            for (Object pong = inbound.latePong(); pong != null; pong = inbound.latePong()) {
                deliver(inbound, pong);
            }
        }
    }

    private void deliver(Inbound inbound, Object message) {
        if (!calls.begin()) {
            return; // the close callback has been called: nothing comes behind it
        }
        Companion.Call call = callbacks.call();
        try {
            Object reply = inbound.receiver().receive(this, message, inbound.last());
            if (reply != null) {
                remote().outbound.reply(reply, inbound.more());
            }
        } catch (Throwable e) {
            failed(e);
        } finally {
            Thread.interrupted(); // an interrupt was meant for the callback
            endCall(call);
        }
    }

    private void fail(Throwable e) {
        if (calls.begin()) {
            Companion.Call call = callbacks.call();
            failed(e);
            endCall(call);
        }
    }

    private void endCall(Companion.@Nullable Call call) {
        Companion.end(call);
        if (calls.end()) {
            runClose();
        }
    }

    /** The context class loader of the callbacks, which others than the session's own thread call too. */
    @Nullable
    ClassLoader classLoader() {
        return loader;
    }

    /** Calls the close callback, on this thread or behind the callback that runs now. Has no effect the second time. */
    private void callClose() {
        if (calls.close()) {
            runClose();
        }
    }

    private void runClose() {
        ClassLoader before = ContextLoader.enter(loader);
        caller = Thread.currentThread();
        openSessions.remove(this);
        Companion.Call call = callbacks.call();
        try {
            callbacks.close(this, reason(attached()));
        } catch (Throwable e) {
            failed(e);
        } finally {
            Companion.end(call);
            over = true;
            try {
                ending(); // the decoders and encoders are the application's too
            } finally {
                ContextLoader.leave(before);
            }
        }
    }

    private void ending() {
        if (calls.bothOver()) {
            Companion.Call call = callbacks.call();
            try {
                coders.destroy();
                terms.userProperties().clear();
            } finally {
                Companion.end(call);
                onEnd.run();
            }
        }
    }

    /** Tells the error callback; what it leaves or throws itself is logged. */
    private void failed(Throwable e) {
        try {
            if (!callbacks.error(this, e)) {
                // What fails because the connection is gone is no fault of the application's
                boolean gone = e instanceof SessionException
                        || (e instanceof IOException && !attached().open());
                Level level = gone ? Level.DEBUG : Level.ERROR;
                LOG.log(
                        level,
                        "nobody handles the errors of "
                                + callbacks.instance().getClass().getName(),
                        e);
            }
        } catch (Throwable worse) {
            if (!worse.equals(e)) { // many an error callback throws what it was told
                worse.addSuppressed(e);
            }
            LOG.log(
                    Level.ERROR,
                    "the error callback of " + callbacks.instance().getClass().getName() + " failed",
                    worse);
        }
    }

    private CloseReason reason(Connection connection) {
        CloseFrame frame = closedByContainer;
        if (frame == null) {
            frame = connection.initiated();
        }
        if (frame == null) {
            frame = Objects.requireNonNull(connection.result());
        }
        // What a network says when it fails may be longer than CloseReason takes
        CloseFrame told = CloseFrame.shortened(frame.code(), frame.reason());
        return new CloseReason(CloseCodes.getCloseCode(told.code()), told.reason());
    }

    // ---- for the container

    /**
     * Closes because the container wants it: sends a Close, and does not wait for the answer. The close callback is told 1006, but 1008 as
     * it is: the user is no longer authenticated. A session that has not begun does it when it begins.
     */
    public void closeByContainer(int code, String phrase) {
        CloseFrame close = CloseFrame.shortened(code, phrase);
        closeAtOnce = close;
        Connection live = connection;
        if (live != null) {
            if (closedByContainer == null && live.open()) { // a Close that came before counts
                closedByContainer =
                        code == CloseFrame.POLICY_VIOLATION // Jakarta WebSocket §7.2, which has a code, and §2.1.5
                                ? close
                                : CloseFrame.shortened(CloseFrame.ABNORMAL, phrase);
            }
            live.startClose(close);
            callClose();
        }
    }

    /**
     * Closes because the container stops: sends a Close behind the callback that runs now, if that takes no longer than the patience. What
     * the remote end sends before it answers, its Close or the end of its message (RFC 6455 §5.5.1), is still handed over; nothing can be
     * sent any more. The close callback comes then, and is told 1006. A session that has not begun does it when it begins.
     *
     * @param patience for the callback, in nanoseconds
     * @param sending for messages that were left to be sent, in nanoseconds
     */
    public void drain(int code, String phrase, long patience, long sending) {
        CloseFrame close = CloseFrame.shortened(code, phrase);
        drainAtOnce = true;
        closeAtOnce = close;
        Connection live = connection;
        if (live == null || !live.open()) {
            return;
        }
        CountDownLatch returned = new CountDownLatch(1);
        atRest = returned; // before the look, so that whoever calls sees it afterwards
        if (calls.calling()) {
            try {
                boolean inTime = returned.await(patience, TimeUnit.NANOSECONDS);
                LOG.log(Level.TRACE, () -> this + (inTime ? " is closed behind" : " is closed within") + " a callback");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // whoever stops has no more time
            }
        }
        startDrain(live, close, sending);
    }

    private void startDrain(Connection live, CloseFrame close, long sending) {
        openSessions.remove(this);
        if (closedByContainer == null && live.open()) { // a Close that came before counts
            closedByContainer = CloseFrame.shortened(CloseFrame.ABNORMAL, close.reason()); // Jakarta WebSocket §2.1.5
        }
        live.startDrain(close, sending);
    }

    /** Whether this user was authenticated in its opening handshake. Can be asked for ever. */
    public boolean isOf(Principal user) {
        return user.equals(terms.principal());
    }

    /** Whether this thread is inside a callback of the session. */
    public boolean calledByThisThread() {
        return Thread.currentThread().equals(caller) && !over && !calls.idle();
    }

    /**
     * Ends the connection at once because the container wants it: the close callback is told 1006 and the phrase, unless a Close came before.
     *
     * @param connection what the session runs over, or will
     */
    public void cutByContainer(Connection connection, String phrase) {
        if (closedByContainer == null && connection.open()) {
            closedByContainer = CloseFrame.shortened(CloseFrame.ABNORMAL, phrase);
        }
        connection.close();
    }

    @Override
    public Connection connection() {
        return attached();
    }

    /** Begins a call of what the application wrote, for a thread that is not this session's. */
    Companion.@Nullable Call call() {
        return callbacks.call();
    }

    // ---- for the connection

    @Override
    public int limit(int opcode) {
        Receiver receiver = opcode == Opcodes.TEXT ? handlers.text() : handlers.binary();
        return receiver == null ? sessionLimit(opcode == Opcodes.TEXT) : limit(receiver);
    }

    /** A negative limit allows what 0 does: it must not be taken for {@link FrameReader#UNLIMITED}. */
    private int sessionLimit(boolean text) {
        return Math.max(0, text ? maxTextBytes : maxBinaryBytes);
    }

    /** Bytes that a message may have for this receiver. */
    int limit(Receiver receiver) {
        if (receiver.form().isStreamed()) {
            return FrameReader.UNLIMITED;
        }
        int own = receiver.maxMessageSize();
        return own != Receiver.SESSION_LIMIT
                ? own
                : sessionLimit(receiver.form().isText());
    }

    /** The remote end has not answered a Ping: the close callback is told that, not what the remote end was. */
    void silent(PongTimeout e) {
        closedByContainer = CloseFrame.shortened(CloseFrame.ABNORMAL, String.valueOf(e.getMessage()));
    }

    @Override
    public boolean takesPongs() {
        return handlers.pong() != null;
    }

    @Override
    public void idle() {
        closeByContainer(CloseFrame.GOING_AWAY, "no frame was sent or received for " + maxIdleMillis + " ms");
    }

    @Override
    public boolean busy() {
        return calls.calling();
    }

    @Override
    public boolean finishes() {
        return true;
    }

    @Override
    public void ended() {
        // The thread that runs the session finds out
    }

    // ---- Session: what it sends

    @Override
    public RemoteEndpoint.Basic getBasicRemote() {
        return remote();
    }

    @Override
    public RemoteEndpoint.Async getAsyncRemote() {
        return async(remote().outbound);
    }

    private synchronized AsyncRemote async(Outbound outbound) {
        AsyncRemote known = async;
        if (known == null) {
            known = new AsyncRemote(this, outbound, terms.defaults().sendTimeoutMillis());
            async = known;
        }
        return known;
    }

    private BasicRemote remote() {
        requireValid();
        return Objects.requireNonNull(basic);
    }

    @Override
    public void close() {
        close(new CloseReason(CloseCodes.NORMAL_CLOSURE, ""));
    }

    /**
     * Sends a Close, and does not wait for the answer. The close callback is told this reason before this returns; behind the callback that
     * runs now, if one does.
     */
    @Override
    public void close(CloseReason closeReason) {
        int code = Remote.given("the close reason", closeReason).getCloseCode().getCode();
        CloseFrame frame =
                code == CloseFrame.NO_STATUS ? CloseFrame.EMPTY : CloseFrame.of(code, closeReason.getReasonPhrase());
        attached().startClose(frame);
        callClose();
    }

    // ---- Session: handlers

    @Override
    public void addMessageHandler(MessageHandler handler) {
        requireValid();
        handlers.add(handler, coders.receivers(Remote.given("the handler", handler)));
    }

    @Override
    public <T> void addMessageHandler(Class<T> type, MessageHandler.Whole<T> handler) {
        requireValid();
        handlers.add(handler, coders.receivers(Remote.given("the type", type), Remote.given("the handler", handler)));
    }

    @Override
    public <T> void addMessageHandler(Class<T> type, MessageHandler.Partial<T> handler) {
        requireValid();
        handlers.add(handler, coders.receivers(Remote.given("the type", type), Remote.given("the handler", handler)));
    }

    @Override
    public Set<MessageHandler> getMessageHandlers() {
        requireValid();
        return handlers.registered();
    }

    @Override
    public void removeMessageHandler(MessageHandler handler) {
        requireValid();
        handlers.remove(handler);
    }

    // ---- Session: limits and times

    @Override
    public long getMaxIdleTimeout() {
        requireValid();
        return maxIdleMillis;
    }

    @Override
    public void setMaxIdleTimeout(long milliseconds) {
        requireValid();
        maxIdleMillis = milliseconds;
        attached().idleTimeout(TimeUnit.MILLISECONDS.toNanos(milliseconds));
    }

    @Override
    public int getMaxTextMessageBufferSize() {
        requireValid();
        return maxTextBytes;
    }

    @Override
    public void setMaxTextMessageBufferSize(int length) {
        requireValid();
        maxTextBytes = length;
    }

    @Override
    public int getMaxBinaryMessageBufferSize() {
        requireValid();
        return maxBinaryBytes;
    }

    @Override
    public void setMaxBinaryMessageBufferSize(int length) {
        requireValid();
        maxBinaryBytes = length;
    }

    // ---- Session: what the opening handshake settled

    @Override
    public WebSocketContainer getContainer() {
        requireValid();
        return terms.container();
    }

    @Override
    public String getProtocolVersion() {
        requireValid();
        return "13"; // RFC 6455 §4.1
    }

    @Override
    public String getNegotiatedSubprotocol() {
        requireValid();
        return terms.subprotocol();
    }

    @Override
    public List<Extension> getNegotiatedExtensions() {
        requireValid();
        return terms.extensions();
    }

    @Override
    public boolean isSecure() {
        requireValid();
        return terms.secure();
    }

    @Override
    public URI getRequestURI() {
        requireValid();
        return URI.create(terms.requestUri());
    }

    @Override
    public Map<String, List<String>> getRequestParameterMap() {
        requireValid();
        return terms.requestParameters();
    }

    @Override
    public @Nullable String getQueryString() {
        requireValid();
        return terms.queryString();
    }

    @Override
    public Map<String, String> getPathParameters() {
        requireValid();
        return terms.pathParameters();
    }

    @Override
    public @Nullable Principal getUserPrincipal() {
        requireValid();
        return terms.principal();
    }

    @Override
    public Set<Session> getOpenSessions() {
        requireValid();
        return openSessions.snapshot();
    }

    // ---- Session: what can be asked for ever

    @Override
    public String getId() {
        return terms.id();
    }

    /**
     * Whether messages can be sent. While the session closes, it is closed to its callbacks, and open to other threads until the close
     * callback has returned: who finds it closed finds what that has done.
     */
    @Override
    public boolean isOpen() {
        Connection live = connection;
        return live != null && !over && (live.open() || !Thread.currentThread().equals(caller));
    }

    /** Of this session alone; emptied when the close callback has returned. */
    @Override
    public Map<String, Object> getUserProperties() {
        return terms.userProperties();
    }

    /** The number and the endpoint. */
    @Override
    public String toString() {
        return "Session[" + terms.id() + ", " + callbacks.instance().getClass().getName() + "]";
    }

    private Connection attached() {
        return Objects.requireNonNull(connection, "the session has not begun");
    }

    /** The Javadoc of Session: once it is closed, its methods throw. It is when the close callback has returned. */
    private void requireValid() {
        if (over) {
            throw new IllegalStateException("The session " + terms.id() + " is closed");
        }
    }
}
