package dev.duplex.se;

import dev.duplex.transport.Acceptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Where connections come in: listens, and knows what holds for all of them until the last has ended. Safe for any thread. */
final class HttpFront {
    private final InetAddress address;
    private final Applications applications;
    private final HttpSettings settings;
    private final Acceptor<HttpConnection> acceptor;
    private final ReentrantLock endLock = new ReentrantLock();
    private final Condition ended = endLock.newCondition();
    private volatile boolean draining;

    /**
     * Listens; {@link #start()} begins to accept.
     *
     * @throws java.net.BindException when the address cannot be listened on; the cause tells why
     */
    HttpFront(InetAddress address, int port, HttpSettings settings, Applications applications) throws IOException {
        this.address = address;
        this.applications = applications;
        this.settings = settings;
        this.acceptor = new Acceptor<>(
                new InetSocketAddress(address, port),
                settings.maxConnections(),
                socket -> new HttpConnection(socket, this));
    }

    void start() {
        boolean started = false;
        try {
            acceptor.start();
            started = true;
        } finally {
            if (!started) { // there may be no memory for a thread
                acceptor.close();
            }
        }
    }

    /** Whether it listens on every address of the machine. */
    boolean everywhere() {
        return address.isAnyLocalAddress();
    }

    int port() {
        return acceptor.port();
    }

    HttpSettings settings() {
        return settings;
    }

    Applications applications() {
        return applications;
    }

    /** A connection has ended. Has no effect the second time. */
    void ended(HttpConnection connection) {
        acceptor.ended(connection);
        if (acceptor.closed()) {
            endLock.lock();
            try {
                ended.signalAll();
            } finally {
                endLock.unlock();
            }
        }
    }

    /** Whether nobody is let in any more. */
    boolean draining() {
        return draining;
    }

    /**
     * Lets nobody in any more: whoever is not through the handshake is cut, however slowly it sends its head. It listens on only for who asks
     * for its health, if that can be asked for; everybody else is told that it stops.
     */
    void drain() {
        draining = true;
        if (settings.healthPath() == null) {
            acceptor.close();
        }
        acceptor.visitors().forEach(HttpConnection::cutUnlessSettled);
    }

    /** Whether this thread serves one of the connections. */
    boolean servedByThisThread() {
        return acceptor.visitors().stream().anyMatch(HttpConnection::servedByThisThread);
    }

    /**
     * Listens no more, waits until what has been granted is over, then cuts all connections, and waits until their threads have come to their
     * end; but that which this thread serves is left to itself, as it cannot end before this returns.
     *
     * @param until by System.nanoTime(), when to cut
     * @param patience how long the threads may take then
     */
    void end(long until, Duration patience) {
        acceptor.close();
        acceptor.visitors().forEach(HttpConnection::cutUnlessSettled);
        int own = servedByThisThread() ? 1 : 0;
        await(until - System.nanoTime(), own);
        acceptor.visitors().stream()
                .filter(connection -> own == 0 || !connection.servedByThisThread())
                .forEach(HttpConnection::cut);
        await(patience.toNanos(), own);
    }

    /** Waits until no more than so many connections are left. After the acceptor was closed. */
    private void await(long nanos, int most) {
        endLock.lock();
        try {
            long left = nanos;
            while (acceptor.visitors().size() > most && left > 0) {
                left = ended.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // they are cut; nobody has to wait
        } finally {
            endLock.unlock();
        }
    }
}
