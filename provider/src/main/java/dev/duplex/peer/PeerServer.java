package dev.duplex.peer;

import dev.duplex.engine.ConnectionSettings;
import dev.duplex.handshake.ClientHandshake;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.transport.Acceptor;
import dev.duplex.transport.Dialer;
import dev.duplex.transport.SocketTransport;
import dev.duplex.transport.Transport;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A listening server. Each connection has a virtual thread of its own from the moment it is accepted: one that stalls in its handshake
 * holds up nobody. One thread that is not a daemon accepts, so the JVM lives until {@link #close()}. Safe for any thread.
 */
public final class PeerServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(PeerServer.class.getName());

    /** Connections that wait for {@link #accept()}. */
    private static final int MOST_WAITING = 1024;

    private final URI uri;
    private final @Nullable String path;
    private final boolean secure;
    private final @Nullable PeerHandler handler;
    private final PeerOptions options;
    private final ConnectionSettings settings;
    private final Acceptor<Served> acceptor;

    private final ReentrantLock waitingLock = new ReentrantLock();
    private final Condition waitingChanged = waitingLock.newCondition();
    private final ArrayDeque<WsPeer> waiting = new ArrayDeque<>(); // guarded by waitingLock

    PeerServer(URI uri, @Nullable PeerHandler handler, PeerOptions options) throws IOException {
        this.secure = ClientHandshake.isSecure(uri);
        if (uri.getHost() == null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "a server's URI is ws://address:port/path, with an address and without query or fragment, not "
                            + uri);
        }
        if (secure && options.sslContext() == null && System.getProperty("javax.net.ssl.keyStore") == null) {
            throw new IllegalArgumentException(
                    "a wss server needs a certificate: set the option sslContext, for example to"
                            + " Tls.context().privateKey(file).certificate(file).build()");
        }
        String rawPath = URI.create(uri.toASCIIString()).getRawPath();
        this.path = rawPath.isEmpty() || rawPath.equals("/") ? null : rawPath;
        this.handler = handler;
        this.options = options;
        this.settings = options.settings(Role.SERVER);
        this.acceptor = listen(uri, uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80);
        this.uri = withPort(uri, acceptor.port(), rawPath);
        acceptor.start();
    }

    /** The port that it listens on. */
    public int port() {
        return acceptor.port();
    }

    /** Where it listens, with the port that it got. */
    public URI uri() {
        return uri;
    }

    /** The connections that are open at this moment. */
    public Set<WsPeer> peers() {
        Set<WsPeer> peers = new HashSet<>();
        for (Served served : acceptor.visitors()) {
            WsPeer peer = served.peer;
            if (peer != null && peer.isOpen()) {
                peers.add(peer);
            }
        }
        return peers;
    }

    /**
     * Waits for a connection; its opening handshake is done.
     *
     * @throws SocketException when the server is closed
     * @throws IllegalStateException when the server has a handler
     */
    public WsPeer accept() throws IOException {
        WsPeer peer;
        do {
            peer = accept(LONG);
        } while (peer == null);
        return peer;
    }

    /**
     * Waits for a connection no longer than the timeout; null when none came.
     *
     * @see #accept()
     */
    public @Nullable WsPeer accept(Duration timeout) throws IOException {
        if (handler != null) {
            throw new IllegalStateException(
                    "this server gives its connections to its handler; bind() makes one that does not");
        }
        try {
            long left = ConnectionSettings.nanos(timeout);
            waitingLock.lockInterruptibly();
            try {
                while (waiting.isEmpty() && !acceptor.closed() && left > 0) {
                    left = waitingChanged.awaitNanos(left);
                }
                if (acceptor.closed()) {
                    throw new SocketException("the server at " + uri + " is closed");
                }
                return waiting.poll();
            } finally {
                waitingLock.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while waiting for a connection");
        }
    }

    /**
     * Stops listening, shuts every connection down with 1001 within {@link PeerOptions#shutdownTimeout()}, and closes those that did not answer.
     * Has no effect the second time.
     */
    @Override
    public void close() {
        if (acceptor.closed()) {
            return;
        }
        acceptor.close();
        waitingLock.lock();
        try {
            waitingChanged.signalAll();
        } finally {
            waitingLock.unlock();
        }
        List<Served> left = List.copyOf(acceptor.visitors());
        try (ExecutorService shutdowns = Executors.newVirtualThreadPerTaskExecutor()) {
            left.forEach(served -> shutdowns.execute(served::goAway));
        } // each has a deadline of its own
    }

    private Acceptor<Served> listen(URI uri, int port) throws IOException {
        try {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(uri.getHost()), port);
            Acceptor<Served> listening = new Acceptor<>(options.maxConnections(), Served::new);
            listening.listen(address);
            return listening;
        } catch (IOException e) {
            Throwable cause = e.getCause() != null ? e.getCause() : e; // the URI says more than the address
            BindException failed = new BindException("Cannot listen on " + uri + ": " + cause.getMessage());
            failed.initCause(e);
            throw failed;
        }
    }

    /** Put together from text: URI would decode the path, and an escaped slash in it would become one. */
    private static URI withPort(URI uri, int port, String rawPath) {
        return URI.create(uri.getScheme() + "://" + uri.getHost() + ":" + port + rawPath);
    }

    /** One connection, from its acceptance to its end: what its thread runs. */
    private final class Served implements Acceptor.Visitor, Runnable {
        private final Socket socket;
        private volatile @Nullable WsPeer peer;

        Served(Socket socket) {
            this.socket = socket;
        }

        /** Serves the connection when its opening handshake is done. The first thing on a stack that is parked for most of its life. */
        @Override
        public void run() {
            WsPeer opened = Objects.requireNonNull(peer);
            try {
                Objects.requireNonNull(handler).handle(opened);
                Thread.interrupted(); // an interrupt was meant for the handler
                opened.shutdown(CloseReason.NORMAL, "");
            } catch (Throwable e) { // whatever it is, it ends this connection only
                failed(opened, e);
            } finally {
                opened.close();
            }
        }

        /** Does the opening handshake. What follows gets a fresh thread, whose stack has no more room than it needs. */
        @Override
        public void begin(boolean welcome) {
            boolean handedOver = false;
            try {
                WsPeer opened = open(welcome);
                if (opened == null) {
                    return;
                }
                peer = opened;
                if (acceptor.closed()) {
                    goAway(); // close() may have looked before
                } else if (handler == null) {
                    offer(opened);
                } else {
                    Thread.ofVirtual().name("duplex-connection").start(this);
                }
                handedOver = true;
            } catch (HandshakeFailure e) {
                LOG.log(Level.DEBUG, () -> "refused " + socket.getRemoteSocketAddress() + ": " + e.getMessage());
            } catch (IOException e) {
                LOG.log(Level.DEBUG, () -> "lost " + socket.getRemoteSocketAddress() + " in its handshake: " + e);
            } finally {
                if (!handedOver) {
                    giveUp();
                }
            }
        }

        private void giveUp() {
            WsPeer opened = peer;
            if (opened != null) {
                opened.close();
            }
            SocketTransport.cut(socket);
            ended();
        }

        private @Nullable WsPeer open(boolean welcome) throws IOException {
            long until = System.nanoTime() + ConnectionSettings.nanos(options.timeout());
            PeerOpening opening = new PeerOpening(transport(until), options, settings, until, this::ended);
            if (!welcome) {
                opening.refuse(
                        503,
                        "this server has " + options.maxConnections() + " connections, its limit; try again later");
                return null;
            }
            return opening.accept(path);
        }

        private Transport transport(long until) throws IOException {
            if (!secure) {
                return SocketTransport.plain(socket);
            }
            return Dialer.before(
                    until, socket, () -> SocketTransport.tlsServer(socket, WebSockets.context(options.sslContext())));
        }

        private void offer(WsPeer opened) {
            waitingLock.lock();
            try {
                if (waiting.size() < MOST_WAITING) {
                    waiting.add(opened);
                    waitingChanged.signal();
                    return;
                }
            } finally {
                waitingLock.unlock();
            }
            opened.shutdown(CloseReason.TRY_AGAIN_LATER, "too many connections wait to be accepted");
        }

        private void failed(WsPeer opened, Throwable e) {
            boolean lost = e instanceof IOException && !opened.isOpen();
            Thread.interrupted(); // as above
            LOG.log(lost ? Level.DEBUG : Level.ERROR, "the handler of " + opened + " failed", e);
            opened.shutdown(CloseReason.INTERNAL_ERROR, "the handler failed");
        }

        void goAway() {
            WsPeer opened = peer;
            if (opened != null) {
                opened.shutdown(CloseReason.GOING_AWAY, "the server is closing");
                opened.close(); // the handler may be shutting it down with more patience
            } else {
                SocketTransport.cut(socket);
            }
        }

        void ended() {
            acceptor.ended(this);
        }
    }

    /** As good as for ever, and still a deadline. */
    private static final Duration LONG = Duration.ofDays(1);
}
