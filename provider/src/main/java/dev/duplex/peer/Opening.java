package dev.duplex.peer;

import dev.duplex.deflate.DeflateNegotiation;
import dev.duplex.deflate.DeflateParameters;
import dev.duplex.deflate.Extension;
import dev.duplex.engine.Connection;
import dev.duplex.engine.ConnectionSettings;
import dev.duplex.handshake.ClientHandshake;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.handshake.HeadFinder;
import dev.duplex.handshake.HeadLimits;
import dev.duplex.handshake.Headers;
import dev.duplex.handshake.RequestHead;
import dev.duplex.handshake.ResponseHead;
import dev.duplex.handshake.ServerHandshake;
import dev.duplex.transport.Transport;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Carries the opening handshake over a transport, RFC 6455 §4, under one deadline. Confined to one thread. */
final class Opening {
    private static final SecureRandom RANDOM = new SecureRandom();
    /** Most heads of programs fit; those of browsers make it grow. */
    private static final int FIRST_BUFFER = 1024;

    private final Transport transport;
    private final PeerOptions options;
    private final ConnectionSettings settings;
    private final long until;
    private final Runnable onEnd;

    private byte[] buffer = new byte[FIRST_BUFFER];
    private int position;
    private int limit;

    /**
     * An opening that has not begun.
     *
     * @param settings of the connection that it opens
     * @param until when it must be done, by System.nanoTime()
     * @param onEnd called once when the connection that it opens has ended
     */
    Opening(Transport transport, PeerOptions options, ConnectionSettings settings, long until, Runnable onEnd) {
        this.transport = transport;
        this.options = options;
        this.settings = settings;
        this.until = until;
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
            write(handshake.accept(subprotocol, agreed, Headers.NONE).text());
            return peer(compression == null ? null : compression.agreed(), head, null, subprotocol);
        } catch (HandshakeFailure e) {
            refuse(e);
            throw e;
        }
    }

    /** Reads a request and refuses it with the status. */
    void refuse(int status, String sentence) throws IOException {
        try {
            readRequest();
            throw new HandshakeFailure(status, sentence);
        } catch (HandshakeFailure e) {
            refuse(e);
        }
    }

    /**
     * The client's side: asks, and judges the answer.
     *
     * @throws HandshakeFailure when the server refused, or broke a rule
     */
    WsPeer ask(ClientHandshake handshake) throws IOException {
        String request = handshake.request().text();
        write(request);
        ResponseHead response = ResponseHead.parse(readHead(HeadFinder.ofResponse(HeadLimits.DEFAULT)));
        while (response.isInterim()) { // RFC 9110 §15.2: a client can parse any number of 1xx before the answer
            response = ResponseHead.parse(readHead(HeadFinder.ofResponse(HeadLimits.DEFAULT)));
        }
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
        return peer(compression, request, response, agreement.subprotocol());
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
        Connection connection = new Connection(transport, settings, compression, onEnd);
        WsPeer peer = new WsPeer(connection, request, response, subprotocol);
        connection.start(buffer, position, limit - position);
        return peer;
    }

    private String readRequest() throws IOException {
        try {
            return readHead(HeadFinder.ofRequest(HeadLimits.DEFAULT));
        } catch (SocketTimeoutException e) {
            throw new HandshakeFailure(408, "the request did not come within " + options.timeout());
        }
    }

    private String readHead(HeadFinder finder) throws IOException {
        int end = finder.end(buffer, position, limit - position);
        while (end < 0) {
            if (position > 0) { // an interim answer was before: there may be any number of them
                System.arraycopy(buffer, position, buffer, 0, limit - position);
                limit -= position;
                position = 0;
            }
            if (limit == buffer.length) {
                buffer = Arrays.copyOf(buffer, 2 * buffer.length);
            }
            long left = until - System.nanoTime();
            if (left <= 0) {
                throw new SocketTimeoutException("the time for the opening handshake is over");
            }
            transport.readTimeout((int) Math.min(TimeUnit.NANOSECONDS.toMillis(left) + 1, Integer.MAX_VALUE));
            int count = transport.input().read(buffer, limit, buffer.length - limit);
            if (count < 0) {
                throw new EOFException("the connection ended inside the opening handshake");
            }
            limit += count;
            end = finder.end(buffer, position, limit - position);
        }
        transport.readTimeout(0);
        String head = new String(buffer, position, end, StandardCharsets.ISO_8859_1);
        position += end;
        return head;
    }

    private void write(String head) throws IOException {
        transport.output().write(head.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Answers, and lets the client read it: closing with bytes unread would reset the connection. */
    private void refuse(HandshakeFailure failure) throws IOException {
        write(failure.response(Instant.now()));
        transport.shutdownOutput();
        long end = System.nanoTime() + REFUSAL_LINGER.toNanos();
        transport.readTimeout((int) REFUSAL_LINGER.toMillis());
        try {
            int count;
            do {
                count = transport.input().read(buffer, 0, buffer.length); // what else was sent does not count
            } while (count >= 0 && System.nanoTime() - end < 0);
        } catch (SocketTimeoutException e) {
            // It had its time
        }
    }

    private static final Duration REFUSAL_LINGER = Duration.ofSeconds(1);
    /** How long a refusal takes at most. */
    static final Duration REFUSAL = REFUSAL_LINGER.multipliedBy(2);
}
