package dev.duplex.se;

import dev.duplex.container.Upgrade;
import dev.duplex.engine.ConnectionSettings;
import dev.duplex.engine.Opening;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.handshake.Headers;
import dev.duplex.handshake.RequestHead;
import dev.duplex.handshake.ResponseHead;
import dev.duplex.transport.Acceptor;
import dev.duplex.transport.Dialer;
import dev.duplex.transport.SocketTransport;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.time.Instant;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One accepted connection, from its acceptance to its end: TLS, one request, and its answer or what follows an upgrade. It has one thread at
 * a time; {@link #cut} is for any thread.
 */
final class HttpConnection implements Acceptor.Visitor, Runnable {
    private static final System.Logger LOG = System.getLogger(HttpConnection.class.getName());

    private static final Headers ALLOW_GET =
            Headers.builder().add("Allow", "GET").build();
    /** RFC 9110 §9.3.7: what the server as a whole can do. */
    private static final Headers SERVER_OPTIONS =
            Headers.builder().addAll(ALLOW_GET).add("Content-Length", "0").build();

    private final Socket socket;
    private final HttpFront front;
    /** What the request was upgraded to, until {@link #run} takes it. */
    private @Nullable Upgraded upgraded;

    private boolean settled; // whether its handshake ends in an upgrade, or in a cut; guarded by this

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
        try {
            long until = System.nanoTime()
                    + ConnectionSettings.nanos(front.settings().handshakeTimeout());
            SocketTransport transport = transport(until);
            if (transport != null && answer(transport, until, welcome)) {
                Thread.ofVirtual().name("duplex-connection").start(this);
                handedOver = true;
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> "lost " + socket.getRemoteSocketAddress() + " in its handshake: " + e);
        } catch (RuntimeException | Error e) { // whatever it is, it ends this connection only
            LOG.log(Level.ERROR, "the request of " + socket.getRemoteSocketAddress() + " failed", e);
        } finally {
            if (!handedOver) {
                giveUp();
            }
        }
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
            Upgraded taken = Objects.requireNonNull(upgraded);
            upgraded = null; // what the session does not keep is not kept
            taken.upgrade().serve(taken.opening());
        } catch (RuntimeException | Error e) { // as above
            LOG.log(Level.ERROR, "serving " + socket.getRemoteSocketAddress() + " failed", e);
        } finally {
            end();
        }
    }

    /** Ends it at once, whatever it does. */
    void cut() {
        SocketTransport.cut(socket);
    }

    /** Ends it at once unless its upgrade is settled: until then it is nobody's session. */
    void cutUnlessUpgraded() {
        if (settle()) {
            cut();
        }
    }

    /** Whether who asks decides what becomes of the handshake: the first one does. */
    private synchronized boolean settle() {
        boolean first = !settled;
        settled = true;
        return first;
    }

    private void end() {
        cut();
        front.ended(this);
    }

    /** The bytes of the connection; null when the client has been told to speak TLS. */
    private @Nullable SocketTransport transport(long until) throws IOException {
        SSLContext tls = front.settings().tls();
        if (tls == null) {
            return SocketTransport.plain(socket);
        }
        int first = Dialer.before(until, socket, socket.getInputStream()::read);
        if (first >= 'A' && first <= 'Z') { // a method of HTTP; TLS begins with 22
            new Opening(SocketTransport.plain(socket), until)
                    .refuse(new HandshakeFailure(400, "this port speaks TLS: connect to it by wss"));
            return null;
        }
        byte[] begun = first < 0 ? new byte[0] : new byte[] {(byte) first};
        return Dialer.before(
                until,
                socket,
                () -> SocketTransport.tlsServer(
                        socket, begun, tls, front.settings().tlsParameters()));
    }

    /** Returns whether there is something to serve; the request was answered otherwise. */
    private boolean answer(SocketTransport transport, long until, boolean welcome) throws IOException {
        Opening opening = new Opening(transport, until);
        boolean bodiless = false;
        try {
            String text = opening.readRequest(front.settings().headLimits());
            bodiless = text.stripLeading().startsWith("HEAD ");
            RequestHead head = RequestHead.parse(text, front.settings().headLimits());
            if (!welcome) {
                throw new HandshakeFailure(
                        503,
                        "this server has " + front.settings().maxConnections()
                                + " connections, its limit; try again later");
            }
            if (head.target().equals("*")) {
                opening.answer(ResponseHead.last(200, Instant.now(), SERVER_OPTIONS));
                return false;
            }
            upgraded = new Upgraded(upgrade(new AcceptedRequest(head, transport)), opening);
            if (!settle()) {
                return false; // it was cut, as the server is stopping
            }
        } catch (HandshakeFailure e) {
            LOG.log(Level.DEBUG, () -> "refused " + socket.getRemoteSocketAddress() + ": " + e.getMessage());
            opening.refuse(bodiless ? e.withoutBody() : e);
            return false;
        }
        opening.write(upgraded.upgrade().response());
        return true;
    }

    private Upgrade upgrade(AcceptedRequest request) throws HandshakeFailure {
        if (request.head().method().equals("CONNECT")) { // its target is no path
            throw new HandshakeFailure(405, "the method must be GET, not CONNECT: this is no proxy", ALLOW_GET);
        }
        String path = request.head().path();
        DeployedApplication application = front.applications().of(path);
        if (application == null) {
            throw new HandshakeFailure(404, "there is no application at " + path);
        }
        return application.host().upgrade(request);
    }
}
