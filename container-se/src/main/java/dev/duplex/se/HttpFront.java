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
