package dev.duplex.se;

import dev.duplex.container.Upgrade;
import dev.duplex.engine.ConnectionSettings;
import dev.duplex.engine.Opening;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.transport.Acceptor;
import dev.duplex.transport.Dialer;
import dev.duplex.transport.Ends;
import dev.duplex.transport.ProxyHead;
import dev.duplex.transport.SocketTransport;
import dev.duplex.transport.UnixSocket;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One accepted connection, from its acceptance to its end: what a proxy says of it, TLS, one request ({@link HttpExchange}), and what follows an upgrade. It has one thread at
 * a time; {@link #cut} is for any thread.
 */
final class HttpConnection implements Acceptor.Visitor, Runnable {
    private static final System.Logger LOG = System.getLogger(HttpConnection.class.getName());

    /** Connections of a client over its limit that are told so; more are cut without a word. */
    private static final int MOST_REFUSED = 8;

    private final Socket socket;
    private final HttpFront front;
    /** What the request was upgraded to, until {@link #run} takes it. */
    private @Nullable Upgraded upgraded;

    /** Between whom it is, if a proxy has said it. */
    private @Nullable Ends ends;
    /** The client that it counts for, null when it does for none. */
    private @Nullable Network client;

    private volatile @Nullable Thread serving; // the one thread that it has at the time

    private boolean settled; // whether its request is granted, or ends in a cut; guarded by this

    private record Upgraded(Upgrade upgrade, Opening opening) {}

    /** A connection of which nothing was read. */
    HttpConnection(Socket socket, HttpFront front) {
        this.socket = socket;
        this.front = front;
    }

    /** Reads the request and answers it. What follows an upgrade gets a fresh thread, whose stack has no more room than it needs. */
    @Override
    public void begin(boolean welcome) {
        boolean handedOver = false;
        serving = Thread.currentThread();
        try {
            long until = System.nanoTime()
                    + ConnectionSettings.nanos(front.settings().handshakeTimeout());
            ends = ends(until);
            int over = enter();
            if (over > MOST_REFUSED) {
                return;
            }
            SocketTransport transport = transport(until);
            if (transport != null && upgrade(new Opening(transport, until), transport, unwelcome(welcome, over))) {
                Thread.ofVirtual().name("duplex-connection").start(this);
                handedOver = true;
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> "lost " + remote() + " in its handshake: " + e);
        } catch (RuntimeException | Error e) { // whatever it is, it ends this connection only
            LOG.log(Level.ERROR, "the request of " + remote() + " failed", e);
        } finally {
            if (!handedOver) {
                giveUp();
            }
        }
    }

    /** Returns whether there is something to serve; the request was answered otherwise, or it was cut. */
    private boolean upgrade(Opening opening, SocketTransport transport, @Nullable HandshakeFailure unwelcome)
            throws IOException {
        Upgrade upgrade = new HttpExchange(this, front, transport, opening).answer(unwelcome);
        if (upgrade == null) {
            return false;
        }
        upgraded = new Upgraded(upgrade, opening);
        if (!settle()) {
            return false; // it was cut, as the server is stopping
        }
        opening.write(upgrade.response());
        return true;
    }

    /** Why it is one too many, null when it is not. */
    private @Nullable HandshakeFailure unwelcome(boolean welcome, int over) {
        if (!welcome) {
            return new HandshakeFailure(
                    503,
                    "this server has " + front.settings().maxConnections()
                            + " connections, its limit; try again later");
        }
        return over <= 0
                ? null
                : new HandshakeFailure(
                        429,
                        client + " has " + front.settings().maxPerAddress()
                                + " connections here, the limit of one client; close some, or try again later");
    }

    private void giveUp() {
        try {
            if (upgraded != null) {
                upgraded.upgrade().abandon();
            }
        } finally {
            end();
        }
    }

    /** Serves what the request was upgraded to. The first thing on a stack that is parked for most of its life. */
    @Override
    public void run() {
        try {
            serving = Thread.currentThread();
            Upgraded taken = Objects.requireNonNull(upgraded);
            upgraded = null; // what the session does not keep is not kept
            taken.upgrade().serve(taken.opening());
        } catch (RuntimeException | Error e) { // as above
            LOG.log(Level.ERROR, "serving " + remote() + " failed", e);
        } finally {
            end();
        }
    }

    /** Ends it at once, whatever it does. */
    void cut() {
        SocketTransport.cut(socket);
    }

    /** Whether this thread is its own, so that it cannot end before this thread returns to it. */
    boolean servedByThisThread() {
        return Thread.currentThread().equals(serving);
    }

    /** Ends it at once unless its request was granted: until then it is nobody's session, and no file. */
    void cutUnlessSettled() {
        if (settle()) {
            cut();
        }
    }

    /** Whether who asks decides what becomes of the request: the first one does. */
    synchronized boolean settle() {
        boolean first = !settled;
        settled = true;
        return first;
    }

    private void end() {
        cut();
        if (client != null) {
            front.clients().leave(client);
        }
        front.ended(this);
    }

    /** Where the client is. */
    @Nullable
    SocketAddress remote() {
        return ends != null ? ends.remote() : socket.getRemoteSocketAddress();
    }

    /** Does something before a deadline by System.nanoTime(), or cuts it. */
    <T extends @Nullable Object> T before(long until, Dialer.Opener<T> step) throws IOException {
        return Dialer.before(until, socket, step);
    }

    /** What a proxy says of the connection; null when there is none to say it, or it leaves that to the socket. */
    private @Nullable Ends ends(long until) throws IOException {
        List<Network> proxies = front.settings().proxies();
        if (proxies == null) {
            return null;
        }
        if (!proxies.isEmpty()
                && socket.getRemoteSocketAddress() instanceof InetSocketAddress proxy
                && proxies.stream().noneMatch(network -> network.contains(proxy.getAddress()))) {
            throw new ProtocolException(
                    "only " + proxies + " may connect, as the proxies that may say who a client is");
        }
        return before(until, () -> ProxyHead.read(socket.getInputStream()));
    }

    /** Counts it for its client; returns by how many the client is over its limit now. */
    private int enter() {
        int most = front.settings().maxPerAddress();
        if (most == 0 || !(remote() instanceof InetSocketAddress address)) {
            return 0;
        }
        client = Network.ofClient(address.getAddress());
        return front.clients().enter(client) - most;
    }

    /** The bytes of the connection; null when the client has been told to speak TLS. */
    private @Nullable SocketTransport transport(long until) throws IOException {
        SSLContext tls = front.tls();
        if (tls == null || socket instanceof UnixSocket) { // there is no network to protect it from
            return SocketTransport.plain(socket, ends);
        }
        int first = before(until, socket.getInputStream()::read);
        if (first >= 'A' && first <= 'Z') { // a method of HTTP; TLS begins with 22
            new Opening(SocketTransport.plain(socket, ends), until)
                    .refuse(new HandshakeFailure(400, "this port speaks TLS: connect to it by wss"));
            return null;
        }
        byte[] begun = first < 0 ? new byte[0] : new byte[] {(byte) first};
        return before(
                until,
                () -> SocketTransport.tlsServer(
                        socket, begun, tls, front.settings().tlsParameters(), ends));
    }
}
