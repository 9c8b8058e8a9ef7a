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

    /** Lets nobody in any more: whoever is not through the handshake is cut, however slowly it sends its head. */
    void stopListening() {
        acceptor.close();
        acceptor.visitors().forEach(HttpConnection::cutUnlessUpgraded);
    }

    /** Cuts all connections, and waits no longer than this until their threads have come to their end. After {@link #stopListening}. */
    void cut(Duration patience) {
        acceptor.visitors().forEach(HttpConnection::cut);
        endLock.lock();
        try {
            long left = patience.toNanos();
            while (!acceptor.visitors().isEmpty() && left > 0) {
                left = ended.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // they are cut; nobody has to wait
        } finally {
            endLock.unlock();
        }
    }
}
