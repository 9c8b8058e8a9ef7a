package dev.duplex.transport;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Listens, gives each connection a virtual thread of its own, and keeps account of those that have not ended. One thread that is not a
 * daemon accepts, so the JVM lives until {@link #close()}. Safe for any thread.
 *
 * @param <V> what the server makes of a connection; of two, neither equals the other
 */
public final class Acceptor<V extends Acceptor.Visitor> implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Acceptor.class.getName());

    /** Connections that the kernel keeps while none is accepted: a burst of reconnects. */
    private static final int BACKLOG = 4096;
    /** Connections over the limit that are told so; more are cut without a word. */
    private static final int MOST_REFUSED = 128;
    /** How long accepting rests when the process is out of file descriptors. */
    private static final Duration REST = Duration.ofMillis(50);
    /** How long closing waits for the thread that accepts, which has nothing to wait for. */
    private static final Duration LAST = Duration.ofSeconds(1);

    private final int maxConnections;
    private final Function<Socket, V> visitors;
    private final ServerSocket listener = new ServerSocket();
    private final Set<V> live = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread accepting = Thread.ofPlatform().daemon(false).unstarted(this::acceptAll);

    /** One connection. It counts, and its socket is its own, until the server calls {@link Acceptor#ended}. */
    public interface Visitor {
        /**
         * Serves the connection, or opens it and has it served elsewhere. Called once, on a virtual thread of the connection's.
         *
         * @param welcome false when the server has its most connections already: this one is to be told so, and to end
         */
        void begin(boolean welcome);
    }

    /**
     * Listens; {@link #start()} begins to accept.
     *
     * @param address port 0 takes a free one
     * @param maxConnections how many are welcome at a time, those counted that have not been served yet
     * @param visitors makes a visitor of an accepted socket; must not block. It is cut when this throws
     * @throws BindException when the address cannot be listened on; the cause tells why
     */
    public Acceptor(InetSocketAddress address, int maxConnections, Function<Socket, V> visitors) throws IOException {
        this.maxConnections = maxConnections;
        this.visitors = visitors;
        try {
            listener.bind(address, BACKLOG);
        } catch (IOException e) {
            listener.close();
            BindException failed = new BindException("Cannot listen on " + address + ": " + e.getMessage());
            failed.initCause(e);
            throw failed;
        }
    }

    /** Begins to accept. Called once. */
    public void start() {
        accepting.setName("duplex-accept-" + port());
        accepting.start();
    }

    /** The port that it listens on. */
    public int port() {
        return listener.getLocalPort();
    }

    /** The connections that have not ended, as they are while this is looked at; some may only be about to begin. */
    public Set<V> visitors() {
        return Collections.unmodifiableSet(live);
    }

    /** Takes a connection off the account. Has no effect the second time. */
    public void ended(V visitor) {
        if (live.remove(visitor)) {
            count.decrementAndGet();
        }
    }

    /** Whether it listens no more. */
    public boolean closed() {
        return closed.getCount() == 0;
    }

    /**
     * Stops listening: nobody begins any more. Those that have begun are left to the server: who looks at {@link #visitors()} afterwards
     * sees all of them. Has no effect the second time.
     */
    @Override
    public void close() {
        closed.countDown();
        try {
            listener.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "closing the listener at " + listener.getLocalSocketAddress() + " failed", e);
        }
        try {
            accepting.join(LAST.toMillis()); // the kernel listens until the thread has come back from its system call
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void acceptAll() {
        boolean failing = false;
        while (!closed()) {
            try {
                accept(listener.accept());
                failing = false;
            } catch (IOException | RuntimeException | Error e) { // whatever it is, the server goes on
                if (closed()) {
                    return;
                }
                if (!failing) {
                    failing = true; // said once, not twenty times a second
                    LOG.log(
                            Level.WARNING,
                            "no connection can be accepted at " + listener.getLocalSocketAddress() + ", trying on",
                            e);
                }
                rest();
            }
        }
    }

    /** Lets connections end before the next attempt: the process is out of file descriptors or memory. */
    private void rest() {
        try {
            if (closed.await(REST.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "nobody has a reason to interrupt the accepting thread", e);
        }
    }

    private void accept(Socket socket) {
        boolean begun = false;
        try {
            begun = begin(visitors.apply(socket));
        } finally {
            if (!begun) {
                SocketTransport.cut(socket);
            }
        }
    }

    private boolean begin(V visitor) {
        live.add(visitor);
        int number = count.incrementAndGet();
        boolean begun = false;
        try {
            if (number <= (long) maxConnections + MOST_REFUSED && !closed()) { // who closed may have looked before
                boolean welcome = number <= maxConnections;
                Thread.ofVirtual().name("duplex-handshake").start(() -> visitor.begin(welcome));
                begun = true;
            }
        } finally {
            if (!begun) { // there may be no memory for a thread
                ended(visitor);
            }
        }
        return begun;
    }
}
