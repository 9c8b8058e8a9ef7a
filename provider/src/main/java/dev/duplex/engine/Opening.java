package dev.duplex.engine;

import dev.duplex.deflate.DeflateParameters;
import dev.duplex.handshake.ClientHandshake;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.handshake.HeadFinder;
import dev.duplex.handshake.HeadLimits;
import dev.duplex.handshake.ResponseHead;
import dev.duplex.transport.Transport;
import dev.duplex.transport.Watch;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Carries an opening handshake over a transport, RFC 6455 §4, and makes the connection when it is done. Heads are read under one
 * deadline; what they say is judged by the caller. Confined to one thread.
 */
public final class Opening {
    private static final Duration REFUSAL_LINGER = Duration.ofSeconds(1);
    /** How long a refusal takes at most. */
    public static final Duration REFUSAL = REFUSAL_LINGER.multipliedBy(2);

    /** Most heads of programs fit; those of browsers make it grow. */
    private static final int FIRST_BUFFER = 1024;

    private static final byte[] NOTHING = {};

    private final Transport transport;
    private final long until;

    private byte[] buffer = new byte[FIRST_BUFFER];
    private int position;
    private int limit;

    /**
     * An opening that has not begun.
     *
     * @param until when the last head must have come, by System.nanoTime()
     */
    public Opening(Transport transport, long until) {
        this.transport = transport;
        this.until = until;
    }

    /** What it goes over. */
    public Transport transport() {
        return transport;
    }

    /** The server's side: waits for the head of a request under the default limits; see {@link #readRequest(HeadLimits)}. */
    public String readRequest() throws IOException {
        return readRequest(HeadLimits.DEFAULT);
    }

    /**
     * The server's side: waits for the head of a request and returns it as text of ISO-8859-1.
     *
     * @throws HandshakeFailure 408 when it did not come in time, 431 when it is too large
     */
    public String readRequest(HeadLimits limits) throws IOException {
        try {
            return readHead(HeadFinder.ofRequest(limits));
        } catch (SocketTimeoutException e) {
            throw new HandshakeFailure(408, "the request did not come in time");
        }
    }

    /** The server's side: sends the answer. */
    public void write(ResponseHead response) throws IOException {
        write(response.text());
    }

    /**
     * The server's side: answers, and lets the client read it, because closing with bytes unread would reset the connection. Takes at most
     * {@link #REFUSAL}; the caller closes the transport then.
     */
    public void refuse(HandshakeFailure failure) throws IOException {
        writeLast(failure.response(Instant.now()));
    }

    /** The server's side: sends an answer that opens nothing, as {@link #refuse} does. */
    public void answer(ResponseHead response) throws IOException {
        writeLast(response.text());
    }

    /** The server's side: sends an answer that opens nothing, with a body that has as many bytes as the head says. */
    public void answer(ResponseHead response, Body body) throws IOException {
        write(response);
        body.writeTo(transport.output());
        finish();
    }

    /** The body of an answer. */
    @FunctionalInterface
    public interface Body {
        /** Writes it; has to see to its deadline. When this throws the answer is broken off. */
        void writeTo(OutputStream out) throws IOException;
    }

    private void writeLast(String response) throws IOException {
        write(response);
        finish();
    }

    private void finish() throws IOException {
        long end = System.nanoTime() + REFUSAL_LINGER.toNanos();
        shutdownOutput(end);
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

    /** TLS says goodbye, and that waits for who has not read what came before. */
    private void shutdownOutput(long until) throws IOException {
        Watch watch = new Watch(now -> {
            if (now - until < 0) {
                return until;
            }
            transport.close();
            return Watch.NEVER;
        });
        watch.runBy(until);
        try {
            transport.shutdownOutput();
        } finally {
            watch.cancel();
        }
    }

    /**
     * The client's side: sends the request and waits for the answer, which {@link ClientHandshake#verify} is to judge. Interim ones are
     * skipped.
     *
     * @throws SocketTimeoutException when it did not come in time
     * @throws HandshakeFailure with status 0 when it is malformed or too large
     */
    public ResponseHead ask(ClientHandshake handshake) throws IOException {
        write(handshake.request().text());
        ResponseHead response = readResponse();
        while (response.isInterim()) { // RFC 9110 §15.2: a client can parse any number of 1xx before the answer
            response = readResponse();
        }
        return response;
    }

    /**
     * The connection that was opened. What came behind the handshake is read first. Called once; the opening is of no use then.
     *
     * @param compression what was agreed on, null for no compression
     */
    public Connection connection(
            ConnectionSettings settings, @Nullable DeflateParameters compression, Connection.Owner owner) {
        Connection connection = new Connection(transport, settings, compression, owner);
        connection.start(buffer, position, limit - position);
        buffer = NOTHING; // whoever serves the connection may keep this object for as long
        return connection;
    }

    private ResponseHead readResponse() throws IOException {
        return ResponseHead.parse(readHead(HeadFinder.ofResponse(HeadLimits.DEFAULT)));
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
}
