package dev.duplex.peer;

import dev.duplex.engine.ConnectionSettings;
import dev.duplex.engine.Opening;
import dev.duplex.transport.SocketTransport;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Makes a {@link WsPeer} of a connected socket of the caller's. A server unless told otherwise. Confined to one thread. */
public final class Over {
    private final Socket socket;
    private Role role = Role.SERVER;
    private boolean handshaked;
    private @Nullable URI uri;
    private ConnectRequest request = ConnectRequest.none();
    private PeerOptions options = PeerOptions.defaults();

    Over(Socket socket) {
        this.socket = socket;
    }

    /** Which end this is. */
    public Over role(Role role) {
        this.role = role;
        return this;
    }

    /** Whether the opening handshake is done already; frames begin with the next byte, without compression. */
    public Over handshaked(boolean handshaked) {
        this.handshaked = handshaked;
        return this;
    }

    /** What a client asks for; it must, unless the handshake is done. The socket is used as it is: TLS is the caller's. */
    public Over request(URI uri, ConnectRequest request) {
        this.uri = uri;
        this.request = request;
        return this;
    }

    /** Limits and times. */
    public Over options(PeerOptions options) {
        this.options = options;
        return this;
    }

    /**
     * Does the opening handshake, if it is not done, within {@link PeerOptions#timeout()}. When this fails, the socket is closed.
     *
     * @throws HandshakeException when the other end refused, or was refused
     * @throws IllegalStateException for a client without a request
     */
    public WsPeer open() throws IOException {
        URI asked = uri;
        if (role == Role.CLIENT && !handshaked && asked == null) {
            throw new IllegalStateException("a client needs request(uri, request), or handshaked(true)");
        }
        long until = System.nanoTime() + ConnectionSettings.nanos(options.timeout());
        // A server that was kept waiting has an answer to give
        long cutAt = role == Role.SERVER ? until + Opening.REFUSAL.toNanos() : until;
        return WebSockets.opened(
                String.valueOf(socket.getRemoteSocketAddress()), socket, cutAt, options.timeout(), () -> {
                    PeerOpening opening = new PeerOpening(
                            SocketTransport.plain(socket), options, options.settings(role), until, () -> {});
                    if (handshaked) {
                        return opening.handshaked();
                    }
                    return asked == null || role == Role.SERVER
                            ? opening.accept(null)
                            : opening.ask(PeerOpening.handshake(asked, request, options));
                });
    }
}
