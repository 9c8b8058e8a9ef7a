package dev.duplex.peer;

import dev.duplex.engine.ConnectionSettings;
import dev.duplex.engine.Watch;
import dev.duplex.handshake.ClientHandshake;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.transport.SocketTransport;
import dev.duplex.transport.Transport;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongUnaryOperator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Where it begins: servers that call a handler or are asked for connections, and clients. Safe for any thread. */
public final class WebSockets {
    private WebSockets() {}

    /** Serves with the default options. See {@link #server(URI, PeerHandler, PeerOptions)}. */
    public static PeerServer server(String uri, PeerHandler handler) throws IOException {
        return server(URI.create(uri), handler, PeerOptions.defaults());
    }

    /** Serves. See {@link #server(URI, PeerHandler, PeerOptions)}. */
    public static PeerServer server(String uri, PeerHandler handler, PeerOptions options) throws IOException {
        return server(URI.create(uri), handler, options);
    }

    /**
     * Serves every connection by the handler, on a virtual thread of its own, from when this returns until the server is closed.
     *
     * @param uri {@code ws} or {@code wss}, the address to listen on, and the path to serve: another one gets 404, while {@code /} or none
     *     serves all. Port 0 takes a free one
     * @throws IOException when the address cannot be listened on
     */
    public static PeerServer server(URI uri, PeerHandler handler, PeerOptions options) throws IOException {
        return new PeerServer(uri, handler, options);
    }

    /** Listens with the default options. See {@link #bind(URI, PeerOptions)}. */
    public static PeerServer bind(String uri) throws IOException {
        return bind(URI.create(uri), PeerOptions.defaults());
    }

    /** Listens. See {@link #bind(URI, PeerOptions)}. */
    public static PeerServer bind(String uri, PeerOptions options) throws IOException {
        return bind(URI.create(uri), options);
    }

    /**
     * Listens for connections that {@link PeerServer#accept()} gives out.
     *
     * @throws IOException when the address cannot be listened on
     * @see #server(URI, PeerHandler, PeerOptions)
     */
    public static PeerServer bind(URI uri, PeerOptions options) throws IOException {
        return new PeerServer(uri, null, options);
    }

    /** Connects with nothing added and the default options. See {@link #connect(URI, ConnectRequest, PeerOptions)}. */
    public static WsPeer connect(String uri) throws IOException {
        return connect(URI.create(uri));
    }

    /** Connects with nothing added and the default options. See {@link #connect(URI, ConnectRequest, PeerOptions)}. */
    public static WsPeer connect(URI uri) throws IOException {
        return connect(uri, ConnectRequest.none(), PeerOptions.defaults());
    }

    /** Connects. See {@link #connect(URI, ConnectRequest, PeerOptions)}. */
    public static WsPeer connect(String uri, ConnectRequest request, PeerOptions options) throws IOException {
        return connect(URI.create(uri), request, options);
    }

    /**
     * Connects; the opening handshake is done when this returns. {@link PeerOptions#timeout()} is one deadline over DNS, TCP, TLS and
     * handshake.
     *
     * @param uri {@code ws} or {@code wss}; the query is sent, a fragment or user information refused
     * @throws IllegalArgumentException for a URI or a request that cannot be sent
     * @throws HandshakeException when the server refused, or broke a rule
     * @throws SocketTimeoutException when time ran out
     * @throws IOException when the network failed, or the certificate is not to be trusted
     */
    public static WsPeer connect(URI uri, ConnectRequest request, PeerOptions options) throws IOException {
        ClientHandshake handshake = Opening.handshake(uri, request, options);
        long until = System.nanoTime() + ConnectionSettings.nanos(options.timeout());
        Socket socket = dial(uri, handshake.host(), handshake.port(), until, options.timeout());
        return opened(uri.toString(), socket, until, options.timeout(), () -> {
            Transport transport = handshake.secure()
                    ? SocketTransport.tlsClient(
                            socket, context(options.sslContext()), handshake.host(), handshake.port())
                    : SocketTransport.plain(socket);
            return new Opening(transport, options, options.settings(Role.CLIENT), until, () -> {}).ask(handshake);
        });
    }

    static SSLContext context(@Nullable SSLContext given) {
        if (given != null) {
            return given;
        }
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK's default SSLContext cannot be had: " + e.getMessage(), e);
        }
    }

    /** What opens a peer over a socket. */
    interface Opener {
        WsPeer open() throws IOException;
    }

    /** Opens a peer before the deadline, or closes the socket and says why not. */
    static WsPeer opened(String whom, Socket socket, long until, Duration timeout, Opener opener) throws IOException {
        Watch watch = new Watch(cutAt(socket, until));
        watch.runBy(until);
        boolean opened = false;
        try {
            WsPeer peer = opener.open();
            opened = true;
            return peer;
        } catch (HandshakeFailure e) {
            throw new HandshakeException("No WebSocket connection with " + whom + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw System.nanoTime() - until >= 0 ? late(whom, timeout, e) : e;
        } finally {
            watch.cancel();
            if (!opened) {
                SocketTransport.cut(socket);
            }
        }
    }

    /** A check that cuts the socket when the time has come: what TLS reads and writes has no other deadline. */
    static LongUnaryOperator cutAt(Socket socket, long until) {
        return now -> {
            if (now - until < 0) {
                return until;
            }
            SocketTransport.cut(socket);
            return Watch.NEVER;
        };
    }

    private static Socket dial(URI uri, String host, int port, long until, Duration timeout) throws IOException {
        InetAddress[] addresses = resolve(uri, host, until, timeout);
        IOException first = null;
        for (int i = 0; i < addresses.length; i++) {
            // What is left of the time is shared by the addresses that are left
            long share = (until - System.nanoTime()) / (addresses.length - i);
            Socket socket = new Socket();
            try {
                socket.connect(
                        new InetSocketAddress(addresses[i], port),
                        Math.clamp(TimeUnit.NANOSECONDS.toMillis(share), 1, Integer.MAX_VALUE));
                return socket;
            } catch (IOException e) {
                socket.close();
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (System.nanoTime() - until >= 0 || first instanceof SocketTimeoutException) {
            throw late(uri.toString(), timeout, first);
        }
        ConnectException failed = new ConnectException(
                "No connection with " + uri + ": " + (first == null ? "no address" : first.getMessage()));
        failed.initCause(first);
        throw failed;
    }

    /** Looks a name up. The JDK's look-up has no deadline, so it gets a thread of its own, which may outlive the wait for it. */
    private static InetAddress[] resolve(URI uri, String host, long until, Duration timeout) throws IOException {
        FutureTask<InetAddress[]> lookUp = new FutureTask<>(() -> InetAddress.getAllByName(host));
        Thread.ofVirtual().name("duplex-dns").start(lookUp);
        try {
            return lookUp.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw late(uri.toString(), timeout, e);
        } catch (ExecutionException e) {
            UnknownHostException unknown =
                    new UnknownHostException("No connection with " + uri + ": the host " + host + " is not known");
            unknown.initCause(e.getCause());
            throw unknown;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while looking up " + host);
        }
    }

    private static SocketTimeoutException late(String whom, Duration timeout, @Nullable Exception cause) {
        SocketTimeoutException late =
                new SocketTimeoutException("No WebSocket connection with " + whom + " within " + timeout);
        late.initCause(cause);
        return late;
    }
}
