package dev.duplex.peer;

import dev.duplex.engine.ConnectionSettings;
import dev.duplex.handshake.ClientHandshake;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.transport.Dialer;
import dev.duplex.transport.SocketTransport;
import dev.duplex.transport.Transport;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
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
        ClientHandshake handshake = PeerOpening.handshake(uri, request, options);
        long until = System.nanoTime() + ConnectionSettings.nanos(options.timeout());
        Socket socket = dial(uri, handshake, until, options.timeout());
        return opened(uri.toString(), socket, until, options.timeout(), () -> {
            Transport transport = handshake.secure()
                    ? SocketTransport.tlsClient(
                            socket, context(options.sslContext()), handshake.host(), handshake.port())
                    : SocketTransport.plain(socket);
            return new PeerOpening(transport, options, options.settings(Role.CLIENT), until, () -> {}).ask(handshake);
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

    /** Opens a peer before the deadline, or closes the socket and says why not. */
    static WsPeer opened(String whom, Socket socket, long until, Duration timeout, Dialer.Opener<WsPeer> opener)
            throws IOException {
        try {
            return Dialer.before(until, socket, opener);
        } catch (HandshakeFailure e) {
            throw new HandshakeException("No WebSocket connection with " + whom + ": " + e.getMessage(), e);
        } catch (SocketTimeoutException e) {
            throw late(whom, timeout, e);
        }
    }

    private static Socket dial(URI uri, ClientHandshake handshake, long until, Duration timeout) throws IOException {
        try {
            return Dialer.dial(handshake.host(), handshake.port(), until);
        } catch (SocketTimeoutException e) {
            throw late(uri.toString(), timeout, e);
        } catch (UnknownHostException e) {
            UnknownHostException unknown = new UnknownHostException(
                    "No connection with " + uri + ": the host " + handshake.host() + " is not known");
            unknown.initCause(e);
            throw unknown;
        } catch (ConnectException e) {
            Throwable cause =
                    e.getCause() != null ? e.getCause() : e; // the URI says more than the address in the sentence
            ConnectException failed = new ConnectException("No connection with " + uri + ": " + cause.getMessage());
            failed.initCause(e);
            throw failed;
        }
    }

    private static SocketTimeoutException late(String whom, Duration timeout, SocketTimeoutException cause) {
        SocketTimeoutException late =
                new SocketTimeoutException("No WebSocket connection with " + whom + " within " + timeout);
        late.initCause(cause);
        return late;
    }
}
