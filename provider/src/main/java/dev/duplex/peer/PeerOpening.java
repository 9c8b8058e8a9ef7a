package dev.duplex.peer;

import dev.duplex.deflate.DeflateNegotiation;
import dev.duplex.deflate.DeflateParameters;
import dev.duplex.deflate.Extension;
import dev.duplex.engine.Connection;
import dev.duplex.engine.ConnectionSettings;
import dev.duplex.engine.Opening;
import dev.duplex.handshake.ClientHandshake;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.handshake.Headers;
import dev.duplex.handshake.RequestHead;
import dev.duplex.handshake.ResponseHead;
import dev.duplex.handshake.ServerHandshake;
import dev.duplex.transport.Transport;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens a peer over a transport, as the options say, under one deadline. Confined to one thread. */
final class PeerOpening {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Opening opening;
    private final PeerOptions options;
    private final ConnectionSettings settings;
    private final Runnable onEnd;

    /** Whom the connection of a peer belongs to. */
    private record Owner(int maxPayload, Runnable onEnd) implements Connection.Owner {
        @Override
        public int limit(int opcode) {
            return maxPayload;
        }

        @Override
        public void ended() {
            onEnd.run();
        }
    }

    /**
     * An opening that has not begun.
     *
     * @param settings of the connection that it opens
     * @param until when it must be done, by System.nanoTime()
     * @param onEnd called once when the connection that it opens has ended
     */
    PeerOpening(Transport transport, PeerOptions options, ConnectionSettings settings, long until, Runnable onEnd) {
        this.opening = new Opening(transport, until);
        this.options = options;
        this.settings = settings;
        this.onEnd = onEnd;
    }

    /**
     * The server's side: reads the request and accepts it.
     *
     * @param path the only path that is served, null for any
     * @throws HandshakeFailure when the request was refused; the answer is sent
     */
    WsPeer accept(@Nullable String path) throws IOException {
        try {
            String head = readRequest();
            RequestHead request = RequestHead.parse(head);
            if (path != null && !path.equals(request.path())) {
                throw new HandshakeFailure(404, "there is nothing at " + request.path() + ", only at " + path);
            }
            ServerHandshake handshake = ServerHandshake.check(request);
            DeflateNegotiation.Answer compression = options.compresses(Role.SERVER)
                    ? DeflateNegotiation.accept(
                            handshake.extensions(), options.compression().parameters())
                    : null;
            String subprotocol = handshake.chooseSubprotocol(options.subprotocols());
            List<Extension> agreed = compression == null ? List.of() : List.of(compression.response());
            opening.write(handshake.accept(subprotocol, agreed, Headers.NONE));
            return peer(compression == null ? null : compression.agreed(), head, null, subprotocol);
        } catch (HandshakeFailure e) {
            opening.refuse(e);
            throw e;
        }
    }

    /** Reads a request and refuses it with the status. */
    void refuse(int status, String sentence) throws IOException {
        try {
            readRequest();
            throw new HandshakeFailure(status, sentence);
        } catch (HandshakeFailure e) {
            opening.refuse(e);
        }
    }

    /**
     * The client's side: asks, and judges the answer.
     *
     * @throws HandshakeFailure when the server refused, or broke a rule
     */
    WsPeer ask(ClientHandshake handshake) throws IOException {
        ResponseHead response = opening.ask(handshake);
        ClientHandshake.Agreement agreement = handshake.verify(response);
        DeflateParameters compression = null;
        for (Extension extension : agreement.extensions()) {
            try {
                compression = DeflateNegotiation.agreed(extension, offer(options));
            } catch (IllegalArgumentException e) {
                // RFC 7692 §5.1: an answer that the offer does not allow fails the connection
                throw new HandshakeFailure(response.status(), String.valueOf(e.getMessage()), response.headers());
            }
        }
        return peer(compression, handshake.request().text(), response, agreement.subprotocol());
    }

    /** A connection whose opening handshake somebody else did. */
    WsPeer handshaked() {
        return peer(null, null, null, null);
    }

    /** The request that a client with these options sends. */
    static ClientHandshake handshake(URI uri, ConnectRequest request, PeerOptions options) {
        byte[] nonce = new byte[ClientHandshake.NONCE_BYTES];
        RANDOM.nextBytes(nonce); // RFC 6455 §4.1: selected randomly for each connection
        List<String> subprotocols = request.subprotocols().isEmpty() ? options.subprotocols() : request.subprotocols();
        List<Extension> offers = options.compresses(Role.CLIENT) ? List.of(offer(options)) : List.of();
        return ClientHandshake.of(uri, Headers.of(request.headers()), subprotocols, offers, nonce);
    }

    private static Extension offer(PeerOptions options) {
        return DeflateNegotiation.offer(options.compression().parameters());
    }

    private WsPeer peer(
            @Nullable DeflateParameters compression,
            @Nullable String request,
            @Nullable ResponseHead response,
            @Nullable String subprotocol) {
        Owner owner = new Owner(options.maxReceivePayload(), onEnd);
        return new WsPeer(opening.connection(settings, compression, owner), request, response, subprotocol);
    }

    private String readRequest() throws IOException {
        try {
            return opening.readRequest();
        } catch (HandshakeFailure e) {
            throw e.status() == 408 // the time is known here
                    ? new HandshakeFailure(408, "the request did not come within " + options.timeout())
                    : e;
        }
    }
}
