package dev.duplex.transport;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A connected socket of TCP or of a Unix domain, plain or under TLS. */
public final class SocketTransport implements Transport {
    private static final System.Logger LOG = System.getLogger(SocketTransport.class.getName());

    private static final byte[] NOTHING = {};

    private final Socket socket;
    /** The socket below; the same when there is no TLS. */
    private final Socket wire;

    /** Between whom the connection is, if a proxy has said it. */
    private final @Nullable Ends ends;

    private final InputStream input;
    private final OutputStream output;
    /** Whether all that will be sent was handed to the network, TLS's goodbye included. */
    private volatile boolean outputShut;

    private SocketTransport(Socket socket, Socket wire, @Nullable Ends ends) throws IOException {
        this.socket = socket;
        this.wire = wire;
        this.ends = ends;
        // Each write is a whole frame or a large part of one: waiting for more would only add delay
        wire.setTcpNoDelay(true);
        wire.setSoTimeout(0); // a socket of the caller's may come with other habits
        if (wire.getSoLinger() >= 0) {
            wire.setSoLinger(false, 0); // closing must not block
        }
        this.input = socket.getInputStream();
        this.output = socket.getOutputStream();
    }

    /** The bytes of a connected socket as they are; the socket may be one of TLS. */
    public static SocketTransport plain(Socket socket) throws IOException {
        return plain(socket, null);
    }

    /**
     * The bytes of a connected socket as they are.
     *
     * @param ends between whom the connection is, null for whom the socket says
     */
    public static SocketTransport plain(Socket socket, @Nullable Ends ends) throws IOException {
        return new SocketTransport(socket, socket, ends);
    }

    /** The server's side of TLS over an accepted socket, as the context sees fit; the TLS handshake is done when this returns. */
    public static SocketTransport tlsServer(Socket wire, SSLContext context) throws IOException {
        return tlsServer(wire, NOTHING, context, null, null);
    }

    /**
     * The server's side of TLS over an accepted socket; the TLS handshake is done when this returns.
     *
     * @param begun what was read of the socket already
     * @param parameters how TLS is to be spoken, null for as the context sees fit
     * @param ends between whom the connection is, null for whom the socket says
     */
    public static SocketTransport tlsServer(
            Socket wire, byte[] begun, SSLContext context, @Nullable SSLParameters parameters, @Nullable Ends ends)
            throws IOException {
        DeadlineSocket timed = new DeadlineSocket(wire);
        InputStream before = begun.length == 0 ? null : new ByteArrayInputStream(begun);
        SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(timed, before, true);
        secured.setUseClientMode(false);
        if (parameters != null) {
            secured.setSSLParameters(parameters);
        }
        secured.startHandshake();
        return new SocketTransport(secured, timed, ends);
    }

    /**
     * The client's side of TLS over a connected socket; the TLS handshake is done when this returns.
     * The server's certificate must be trusted and carry the host's name (RFC 6455 §10.6, RFC 2818 §3.1); the name is sent to
     * the server (RFC 6066 §3) unless it is an address.
     */
    public static SocketTransport tlsClient(Socket wire, SSLContext context, String host, int port) throws IOException {
        DeadlineSocket timed = new DeadlineSocket(wire);
        SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(timed, host, port, true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setServerNames(serverNames(host));
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return new SocketTransport(secured, timed, null);
    }

    private static List<SNIServerName> serverNames(String host) {
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        boolean address = name.indexOf(':') >= 0
                || name.substring(name.lastIndexOf('.') + 1).chars().allMatch(Character::isDigit);
        if (address) {
            return List.of(); // RFC 6066 §3: literal addresses are not permitted
        }
        try {
            return List.of(new SNIHostName(name));
        } catch (IllegalArgumentException e) {
            return List.of(); // a name of the local network with an underscore
        }
    }

    /** What was agreed on in the handshake of TLS, the certificates among it; null when this end has put no TLS on the socket. */
    public @Nullable SSLSession tls() {
        return socket instanceof SSLSocket secured ? secured.getSession() : null;
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public OutputStream output() {
        return output;
    }

    @Override
    public void readTimeout(int millis) throws IOException {
        wire.setSoTimeout(millis);
    }

    @Override
    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
        outputShut = true;
    }

    @Override
    public void close() {
        if (outputShut) {
            close(wire); // a cut would take back what the network has not delivered yet
        } else {
            cut(wire);
        }
    }

    /** Closes a socket at once, whoever uses it; never blocks. */
    public static void cut(Socket socket) {
        try {
            if (socket instanceof SSLSocket) {
                // A socket of TLS would say goodbye first, and wait for a write that blocks
                socket.setSoLinger(true, 0);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.TRACE, "a socket is closed already", e);
        }
        close(socket);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.TRACE, "closing a socket failed", e);
        }
    }

    @Override
    public SocketAddress remoteAddress() {
        if (ends != null) {
            return ends.remote();
        }
        SocketAddress address = wire.getRemoteSocketAddress();
        return address != null ? address : new InetSocketAddress(0);
    }

    @Override
    public SocketAddress localAddress() {
        return ends != null ? ends.local() : wire.getLocalSocketAddress();
    }
}
