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
import dev.duplex.transport.Ends;
import dev.duplex.transport.ProxyHead;
import dev.duplex.transport.SocketTransport;
import dev.duplex.transport.UnixSocket;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One accepted connection, from its acceptance to its end: what a proxy says of it, TLS, one request, and its answer or what follows an upgrade. It has one thread at
 * a time; {@link #cut} is for any thread.
 */
final class HttpConnection implements Acceptor.Visitor, Runnable {
    private static final System.Logger LOG = System.getLogger(HttpConnection.class.getName());

    /** What a file can be asked for. */
    static final Headers ALLOW_READING =
            Headers.builder().add("Allow", "GET, HEAD").build();

    private static final Headers ALLOW_GET =
            Headers.builder().add("Allow", "GET").build();
    /** RFC 9110 §9.3.7: what the server as a whole can do. */
    private static final Headers SERVER_OPTIONS =
            Headers.builder().addAll(ALLOW_GET).add("Content-Length", "0").build();

    /** Connections of a client over its limit that are told so; more are cut without a word. */
    private static final int MOST_REFUSED = 8;

    private static final byte[] HEALTHY = "ok\n".getBytes(StandardCharsets.US_ASCII);

    private static final Headers HEALTH = Headers.builder()
            .add("Content-Type", "text/plain; charset=utf-8")
            .add("Content-Length", Integer.toString(HEALTHY.length))
            .add("Cache-Control", "no-store")
            .build();

    /** What is read of a file at a time. */
    private static final int CHUNK = 32 << 10;
    /** How long one chunk may take to be sent: as long as a frame. */
    private static final Duration CHUNK_TIMEOUT = Duration.ofSeconds(20);

    private final Socket socket;
    private final HttpFront front;
    /** What the request was upgraded to, until {@link #run} takes it. */
    private @Nullable Upgraded upgraded;

    /** Between whom it is, if a proxy has said it. */
    private @Nullable Ends ends;
    /** The client that it counts for, null when it does for none. */
    private @Nullable Network client;

    private volatile @Nullable Thread serving; // what the request was upgraded to

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
        try {
            long until = System.nanoTime()
                    + ConnectionSettings.nanos(front.settings().handshakeTimeout());
            ends = ends(until);
            int over = enter();
            if (over > MOST_REFUSED) {
                return;
            }
            SocketTransport transport = transport(until);
            if (transport != null && answer(transport, until, welcome, over > 0)) {
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

    /** Whether this thread serves what it was upgraded to. */
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
    private synchronized boolean settle() {
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
    private @Nullable SocketAddress remote() {
        return ends != null ? ends.remote() : socket.getRemoteSocketAddress();
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
        return Dialer.before(until, socket, () -> ProxyHead.read(socket.getInputStream()));
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
        int first = Dialer.before(until, socket, socket.getInputStream()::read);
        if (first >= 'A' && first <= 'Z') { // a method of HTTP; TLS begins with 22
            new Opening(SocketTransport.plain(socket, ends), until)
                    .refuse(new HandshakeFailure(400, "this port speaks TLS: connect to it by wss"));
            return null;
        }
        byte[] begun = first < 0 ? new byte[0] : new byte[] {(byte) first};
        return Dialer.before(
                until,
                socket,
                () -> SocketTransport.tlsServer(
                        socket, begun, tls, front.settings().tlsParameters(), ends));
    }

    /** Returns whether there is something to serve; the request was answered otherwise. */
    private boolean answer(SocketTransport transport, long until, boolean welcome, boolean tooMany) throws IOException {
        Opening opening = new Opening(transport, until);
        boolean bodiless = false;
        try {
            String text = opening.readRequest(front.settings().headLimits());
            bodiless = text.stripLeading().startsWith("HEAD ");
            RequestHead head = RequestHead.parse(text, front.settings().headLimits());
            if (head.path().equals(front.settings().healthPath())) {
                tellHealth(opening, head);
                return false;
            }
            if (front.draining()) {
                throw new HandshakeFailure(503, "this server is stopping; connect to another one");
            }
            if (!welcome) {
                throw new HandshakeFailure(
                        503,
                        "this server has " + front.settings().maxConnections()
                                + " connections, its limit; try again later");
            }
            if (tooMany) {
                throw new HandshakeFailure(
                        429,
                        client + " has " + front.settings().maxPerAddress()
                                + " connections here, the limit of one client; close some, or try again later");
            }
            if (head.target().equals("*")) {
                opening.answer(ResponseHead.last(200, Instant.now(), SERVER_OPTIONS));
                return false;
            }
            DeployedApplication application = application(head);
            AcceptedRequest request = application.admit(new AcceptedRequest(head, transport, null));
            StaticFiles.Found file = application.file(head);
            if (file != null) {
                if (settle()) {
                    send(opening, file, head.method().equals("HEAD"));
                }
                return false;
            }
            upgraded = new Upgraded(application.host().upgrade(request), opening);
            if (!settle()) {
                return false; // it was cut, as the server is stopping
            }
        } catch (HandshakeFailure e) {
            LOG.log(Level.DEBUG, () -> "refused " + remote() + ": " + e.getMessage());
            opening.refuse(bodiless ? e.withoutBody() : e);
            return false;
        }
        opening.write(upgraded.upgrade().response());
        return true;
    }

    private void tellHealth(Opening opening, RequestHead head) throws IOException {
        boolean bodiless = head.method().equals("HEAD");
        if (!bodiless && !head.method().equals("GET")) {
            throw new HandshakeFailure(405, "the method must be GET or HEAD", ALLOW_READING);
        }
        if (front.draining()) {
            throw new HandshakeFailure(503, "draining");
        }
        ResponseHead healthy = ResponseHead.last(200, Instant.now(), HEALTH);
        if (bodiless) {
            opening.answer(healthy);
        } else {
            opening.answer(healthy, out -> out.write(HEALTHY));
        }
    }

    private DeployedApplication application(RequestHead head) throws HandshakeFailure {
        if (head.method().equals("CONNECT")) { // its target is no path
            throw new HandshakeFailure(405, "the method must be GET, not CONNECT: this is no proxy", ALLOW_GET);
        }
        String path = head.path();
        DeployedApplication application = front.applications().of(path);
        if (application == null) {
            throw new HandshakeFailure(404, "there is no application at " + path);
        }
        return application;
    }

    private void send(Opening opening, StaticFiles.Found file, boolean bodiless) throws IOException {
        ResponseHead head = ResponseHead.last(
                200,
                Instant.now(),
                Headers.builder()
                        .add("Content-Type", file.type())
                        .add("Content-Length", Long.toString(file.size()))
                        .add("X-Content-Type-Options", "nosniff")
                        .build());
        if (bodiless) {
            opening.answer(head);
            return;
        }
        try (InputStream content = Files.newInputStream(file.file())) {
            opening.answer(head, out -> copy(content, file.size(), out));
        } catch (NoSuchFileException e) {
            throw new HandshakeFailure(404, "this file has just been deleted");
        }
    }

    /** Writes as many bytes as the head has promised. Each chunk has a deadline, so that a client that does not read holds nothing for long. */
    private void copy(InputStream content, long size, OutputStream out) throws IOException {
        byte[] chunk = new byte[(int) Math.min(size, CHUNK)];
        long left = size;
        while (left > 0) {
            int count = content.read(chunk, 0, (int) Math.min(left, chunk.length));
            if (count < 0) {
                throw new EOFException("a file became shorter while it was sent");
            }
            Dialer.before(System.nanoTime() + CHUNK_TIMEOUT.toNanos(), socket, () -> {
                out.write(chunk, 0, count);
                return count;
            });
            left -= count;
        }
    }
}
