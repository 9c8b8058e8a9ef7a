package dev.duplex.se;

import dev.duplex.transport.Acceptor;
import java.io.IOException;
import java.net.BindException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Where connections come in: listens, and knows what holds for all of them until the last has ended. Safe for any thread. */
final class HttpFront {
    private final Applications applications;
    private final HttpSettings settings;
    private final Acceptor<HttpConnection> acceptor;
    private final ClientCounts clients = new ClientCounts();
    /** What new connections speak TLS with, null for none. */
    private volatile @Nullable SSLContext tls;

    private final ReentrantLock endLock = new ReentrantLock();
    private final Condition ended = endLock.newCondition();
    private volatile boolean draining;

    /** Listens nowhere yet. */
    HttpFront(HttpSettings settings, @Nullable SSLContext tls, Applications applications) {
        this.applications = applications;
        this.settings = settings;
        this.tls = tls;
        this.acceptor = new Acceptor<>(settings.maxConnections(), socket -> new HttpConnection(socket, this));
    }

    /**
     * Listens there too; {@link #start()} begins to accept.
     *
     * @throws java.net.BindException when the place cannot be listened on; its text tells which it is, and why
     */
    void listen(Place place) throws IOException {
        try {
            acceptor.listen(place.address());
            if (place instanceof Place.Unix unix && unix.permissions() != null) {
                Files.setPosixFilePermissions(unix.file(), unix.permissions());
            }
        } catch (IOException e) {
            Throwable cause = e.getCause() != null ? e.getCause() : e; // the name says more than its address
            BindException failed =
                    new BindException("Cannot listen on " + place.name(tls != null) + ": " + cause.getMessage());
            failed.initCause(e);
            throw failed;
        }
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

    /** Where it listens, in the order in which it was told to. */
    List<SocketAddress> addresses() {
        return acceptor.addresses();
    }

    /** The port of the first address; -1 when that has none. */
    int port() {
        return acceptor.port();
    }

    /** What a new connection speaks TLS with, null for none. */
    @Nullable
    SSLContext tls() {
        return tls;
    }

    /** Gives new connections another context. */
    void tls(SSLContext context) {
        this.tls = context;
    }

    /** How many connections each client has; counted only when there is a limit. */
    ClientCounts clients() {
        return clients;
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
