package dev.duplex.se;

import dev.duplex.container.Upgrade;
import dev.duplex.engine.ConnectionSettings;
import dev.duplex.engine.Opening;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.handshake.Headers;
import dev.duplex.handshake.RequestHead;
import dev.duplex.handshake.ResponseHead;
import dev.duplex.transport.SocketTransport;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The one request of a connection, and its answer: that of the server itself, of an application's files, or of one of its endpoints. Confined to one thread. */
final class HttpExchange {
    private static final System.Logger LOG = System.getLogger(HttpExchange.class.getName());

    /** What a file can be asked for. */
    static final Headers ALLOW_READING =
            Headers.builder().add("Allow", "GET, HEAD").build();

    private static final Headers ALLOW_GET =
            Headers.builder().add("Allow", "GET").build();
    /** RFC 9110 §9.3.7: what the server as a whole can do. */
    private static final Headers SERVER_OPTIONS =
            Headers.builder().addAll(ALLOW_GET).add("Content-Length", "0").build();

    private static final byte[] HEALTHY = "ok\n".getBytes(StandardCharsets.US_ASCII);

    private static final Headers HEALTH = Headers.builder()
            .add("Content-Type", "text/plain; charset=utf-8")
            .add("Content-Length", Integer.toString(HEALTHY.length))
            .add("Cache-Control", "no-store")
            .build();

    /** What is read of a file at a time. */
    private static final int CHUNK = 32 << 10;

    private final HttpConnection connection;
    private final HttpFront front;
    private final SocketTransport transport;
    private final Opening opening;

    /** An exchange that has not begun. */
    HttpExchange(HttpConnection connection, HttpFront front, SocketTransport transport, Opening opening) {
        this.connection = connection;
        this.front = front;
        this.transport = transport;
        this.opening = opening;
    }

    /**
     * Reads the request, and answers it unless it is upgraded: then the caller writes the response and serves what is returned, or abandons it.
     *
     * @param unwelcome why this connection is one too many, null when it is not: its request is answered by that, but for health
     * @return null when the request was answered
     */
    @Nullable
    Upgrade answer(@Nullable HandshakeFailure unwelcome) throws IOException {
        boolean bodiless = false;
        try {
            String text = opening.readRequest(front.settings().headLimits());
            bodiless = text.stripLeading().startsWith("HEAD ");
            RequestHead head = RequestHead.parse(text, front.settings().headLimits());
            if (head.path().equals(front.settings().healthPath())) {
                tellHealth(head);
                return null;
            }
            if (front.draining()) {
                throw new HandshakeFailure(503, "this server is stopping; connect to another one");
            }
            if (unwelcome != null) {
                throw unwelcome;
            }
            if (head.target().equals("*")) {
                opening.answer(ResponseHead.last(200, Instant.now(), SERVER_OPTIONS));
                return null;
            }
            DeployedApplication application = application(head);
            AcceptedRequest request = application.admit(new AcceptedRequest(head, transport, null));
            StaticFiles.Found file = application.file(head);
            if (file == null) {
                return application.host().upgrade(request);
            }
            if (connection.settle()) {
                send(file, head.method().equals("HEAD"));
            }
        } catch (HandshakeFailure e) {
            LOG.log(Level.DEBUG, () -> "refused " + connection.remote() + ": " + e.getMessage());
            opening.refuse(bodiless ? e.withoutBody() : e);
        }
        return null;
    }

    private void tellHealth(RequestHead head) throws IOException {
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

    private void send(StaticFiles.Found file, boolean bodiless) throws IOException {
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
        long patience = ConnectionSettings.nanos(front.settings().handshakeTimeout());
        long left = size;
        while (left > 0) {
            int count = content.read(chunk, 0, (int) Math.min(left, chunk.length));
            if (count < 0) {
                throw new EOFException("a file became shorter while it was sent");
            }
            connection.before(System.nanoTime() + patience, () -> {
                out.write(chunk, 0, count);
                return count;
            });
            left -= count;
        }
    }
}
