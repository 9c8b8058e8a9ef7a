package dev.duplex.transport;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Listens on one address or several, gives each connection a virtual thread of its own, and keeps account of those that have not ended. For each
 * address a thread that is not a daemon accepts, so the JVM lives until {@link #close()}. Safe for any thread, once it has started.
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
    private final List<ServerSocket> listeners = new ArrayList<>(); // as it is when it has started
    private final List<Thread> accepting = new ArrayList<>(); // as above
    private final Set<V> live = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);

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
     * Creates one that listens nowhere yet.
     *
     * @param maxConnections how many are welcome at a time on all addresses together, those counted that have not been served yet
     * @param visitors makes a visitor of an accepted socket; must not block. It is cut when this throws
     */
    public Acceptor(int maxConnections, Function<Socket, V> visitors) {
        this.maxConnections = maxConnections;
        this.visitors = visitors;
    }

    /**
     * Listens there too; {@link #start()} begins to accept.
     *
     * @param address of TCP, where port 0 takes a free one, or of a Unix domain socket, whose file is made here and removed by {@link #close()}
     * @throws BindException when the address cannot be listened on; the cause tells why. What was listened on before is still
     */
    public void listen(SocketAddress address) throws IOException {
        try {
            listeners.add(
                    address instanceof UnixDomainSocketAddress unix
                            ? new UnixServerSocket(unix, BACKLOG)
                            : tcp(address));
        } catch (IOException e) {
            BindException failed = new BindException("Cannot listen on " + address + ": " + e.getMessage());
            failed.initCause(e);
            throw failed;
        }
    }

    private static ServerSocket tcp(SocketAddress address) throws IOException {
        ServerSocket listener = new ServerSocket();
        try {
            listener.bind(address, BACKLOG);
            return listener;
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }

    /** Begins to accept. Called once. */
    public void start() {
        for (ServerSocket listener : listeners) {
            SocketAddress address = listener.getLocalSocketAddress();
            accepting.add(Thread.ofPlatform()
                    .daemon(false)
                    .name("duplex-accept-" + (address instanceof InetSocketAddress inet ? inet.getPort() : address))
                    .start(() -> acceptAll(listener)));
        }
    }

    /** Where it listens, in the order in which it was told to; with the ports that it got. */
    public List<SocketAddress> addresses() {
        return listeners.stream().map(ServerSocket::getLocalSocketAddress).toList();
    }

    /** The port of the first address; -1 when that has none. */
    public int port() {
        return addresses().getFirst() instanceof InetSocketAddress inet ? inet.getPort() : -1;
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
        listeners.forEach(Acceptor::close);
        try {
            for (Thread thread : accepting) {
                thread.join(LAST.toMillis()); // the kernel listens until the thread has come back from its system call
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(ServerSocket listener) {
        try {
            listener.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "closing the listener at " + listener.getLocalSocketAddress() + " failed", e);
        }
    }

    private void acceptAll(ServerSocket listener) {
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
