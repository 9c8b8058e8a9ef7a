package dev.duplex.tck.conformance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection on a bare socket: the opening handshake as text, then one frame at a time. It checks no rule, so
 * that a test can break them. Confined to one thread; a read fails after {@value Events#DEADLINE_SECONDS} seconds, and
 * behind more than a test has use for, so that an end which sends on and on is a failure and not a lack of memory.
 */
final class Wire implements AutoCloseable {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** What may come, {@link #OVERHEAD} for each frame included: about the memory of those that are kept. */
    private static final int MOST_BYTES = 64 << 20;

    private static final int OVERHEAD = 64;

    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final byte[] MASK = {0x37, (byte) 0xfa, 0x21, 0x3d};

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final boolean client;
    private final String startLine;
    private final Map<String, List<String>> headers;
    private boolean closeSent;
    private long came; // bytes, with the overhead of each frame

    /** One frame, its payload unmasked. */
    record Frame(int opcode, boolean fin, byte[] payload) {
        String text() {
            return new String(payload, UTF_8);
        }

        /** The code of a Close frame; 1005 if it has none. */
        int code() {
            return payload.length < 2 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xffff;
        }

        /** The reason of a Close frame. */
        String reason() {
            return payload.length < 2 ? "" : new String(payload, 2, payload.length - 2, UTF_8);
        }

        @Override
        public String toString() {
            return "Frame[opcode " + opcode + ", fin " + fin + ", " + payload.length + " bytes"
                    + (opcode == CLOSE ? ", code " + code() + " " + reason() : "") + "]";
        }
    }

    private Wire(Socket socket, boolean client, List<String> requestLines) throws IOException {
        this.socket = socket;
        this.client = client;
        socket.setSoTimeout(Events.DEADLINE_SECONDS * 1000);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        out = new DataOutputStream(socket.getOutputStream());
        if (client) {
            writeHead(requestLines);
        }
        List<String> head = readHead();
        startLine = head.isEmpty() ? "" : head.get(0);
        headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line : head.subList(Math.min(1, head.size()), head.size())) {
            int colon = line.indexOf(':');
            headers.computeIfAbsent(line.substring(0, colon).strip(), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
    }

    /** Asks a server for a connection; the answer may be a refusal. A given header replaces the usual one of that name. */
    static Wire request(URI uri, String... extraHeaders) throws IOException {
        Map<String, String> usual = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        usual.put("Host", uri.getHost() + ":" + uri.getPort());
        usual.put("Upgrade", "websocket");
        usual.put("Connection", "Upgrade");
        usual.put("Sec-WebSocket-Key", KEY);
        usual.put("Sec-WebSocket-Version", "13");
        for (String header : extraHeaders) {
            usual.remove(header.substring(0, header.indexOf(':')));
        }
        List<String> lines = new ArrayList<>();
        lines.add("GET " + uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()) + " HTTP/1.1");
        usual.forEach((name, value) -> lines.add(name + ": " + value));
        lines.addAll(List.of(extraHeaders));
        return closingOnFailure(new Socket(uri.getHost(), uri.getPort()), true, lines);
    }

    /** A connection to a server, whose answer must be 101. */
    static Wire open(URI uri, String... extraHeaders) throws IOException {
        Wire wire = request(uri, extraHeaders);
        if (wire.status() != 101) {
            wire.close();
            throw new AssertionError("the server refused the handshake: " + wire.startLine);
        }
        return wire;
    }

    /** The server's end of an accepted connection, after the client's request was read. */
    static Wire accepted(Socket socket) throws IOException {
        return closingOnFailure(socket, false, List.of());
    }

    private static Wire closingOnFailure(Socket socket, boolean client, List<String> lines) throws IOException {
        try {
            return new Wire(socket, client, lines);
        } catch (IOException | RuntimeException failure) {
            socket.close();
            throw failure;
        }
    }

    /** Answers the request that was read with 101 and these headers. */
    Wire upgrade(String... extraHeaders) throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "HTTP/1.1 101 Switching Protocols",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Accept: " + accept(Objects.requireNonNull(header("Sec-WebSocket-Key")))));
        lines.addAll(List.of(extraHeaders));
        writeHead(lines);
        return this;
    }

    private static String accept(String key) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            return Base64.getEncoder()
                    .encodeToString(sha1.digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(ISO_8859_1)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    void writeHead(List<String> lines) throws IOException {
        out.write((String.join("\r\n", lines) + "\r\n\r\n").getBytes(ISO_8859_1));
        out.flush();
    }

    private List<String> readHead() throws IOException {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        while (true) {
            int next = in.read();
            if (next < 0) {
                return lines;
            }
            if (next == '\n') {
                if (line.isEmpty()) {
                    return lines;
                }
                lines.add(line.toString());
                line.setLength(0);
            } else if (next != '\r') {
                line.append((char) next);
            }
        }
    }

    /** The first line of the other end's head. */
    String startLine() {
        return startLine;
    }

    /** The status of the server's answer; 0 if it gave none. */
    int status() {
        String[] parts = startLine.split(" ", 3);
        return parts.length < 2 ? 0 : Integer.parseInt(parts[1]);
    }

    /** A header of the other end's head, its values joined as a list; null if it is not there. */
    @Nullable
    String header(String name) {
        List<String> values = headers.get(name);
        return values == null ? null : String.join(", ", values);
    }

    List<String> headerValues(String name) {
        return headers.getOrDefault(name, List.of());
    }

    Socket socket() {
        return socket;
    }

    void send(int opcode, boolean fin, byte[] payload) throws IOException {
        closeSent |= opcode == CLOSE;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream frame = new DataOutputStream(bytes)) {
            frame.writeByte((fin ? 0x80 : 0) | opcode);
            int mask = client ? 0x80 : 0;
            if (payload.length < 126) {
                frame.writeByte(mask | payload.length);
            } else if (payload.length < 65536) {
                frame.writeByte(mask | 126);
                frame.writeShort(payload.length);
            } else {
                frame.writeByte(mask | 127);
                frame.writeLong(payload.length);
            }
            if (client) {
                frame.write(MASK);
            }
            for (int i = 0; i < payload.length; i++) {
                frame.writeByte(client ? payload[i] ^ MASK[i & 3] : payload[i]);
            }
        }
        out.write(bytes.toByteArray());
        out.flush();
    }

    void text(String text) throws IOException {
        send(TEXT, true, text.getBytes(UTF_8));
    }

    void text(String text, boolean fin) throws IOException {
        send(TEXT, fin, text.getBytes(UTF_8));
    }

    void continuation(String text, boolean fin) throws IOException {
        send(CONTINUATION, fin, text.getBytes(UTF_8));
    }

    void close(int code, String reason) throws IOException {
        byte[] phrase = reason.getBytes(UTF_8);
        send(
                CLOSE,
                true,
                ByteBuffer.allocate(2 + phrase.length)
                        .putShort((short) code)
                        .put(phrase)
                        .array());
    }

    /** The next frame; null at the end of the stream. Fails when too much has come. */
    @Nullable
    Frame next() throws IOException {
        int first;
        try {
            first = in.read();
            if (first < 0) {
                return null;
            }
            int second = in.readUnsignedByte();
            long length = second & 0x7f;
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = in.readLong();
            }
            came += length + OVERHEAD;
            if (came < 0 || came > MOST_BYTES) {
                throw new AssertionError("more has come than " + MOST_BYTES + " bytes, at " + OVERHEAD
                        + " more for each frame: the other end sends without end");
            }
            byte[] mask = new byte[4];
            if ((second & 0x80) != 0) {
                in.readFully(mask);
            }
            byte[] payload = new byte[Math.toIntExact(length)];
            in.readFully(payload);
            for (int i = 0; i < payload.length; i++) {
                payload[i] ^= mask[i & 3];
            }
            return new Frame(first & 0xf, (first & 0x80) != 0, payload);
        } catch (EOFException e) {
            throw new IOException("the stream ended inside a frame", e);
        }
    }

    /** The next frame, which must have this opcode. */
    Frame next(int opcode) throws IOException {
        Frame frame = next();
        if (frame == null || frame.opcode() != opcode) {
            throw new AssertionError("expected a frame with opcode " + opcode + ", not " + frame);
        }
        return frame;
    }

    /** Skips frames until the Close frame; fails when the stream ends without one. */
    Frame untilClose() throws IOException {
        while (true) {
            Frame frame = next();
            if (frame == null) {
                throw new AssertionError("the stream ended without a Close frame");
            }
            if (frame.opcode() == CLOSE) {
                return frame;
            }
        }
    }

    /**
     * Ends the closing handshake, which either end may have begun, and reads to the end of the stream. A server closes its side of the
     * stream first (RFC 6455 §7.1.1).
     *
     * @return the frames that came
     */
    List<Frame> finish() throws IOException {
        List<Frame> frames = new ArrayList<>();
        Frame frame = next();
        while (frame != null && frame.opcode() != CLOSE) {
            frames.add(frame);
            frame = next();
        }
        if (frame == null) {
            throw new AssertionError("the stream ended without a Close frame, after " + frames.size() + " frames: "
                    + frames.subList(Math.max(0, frames.size() - 10), frames.size()));
        }
        frames.add(frame);
        if (!closeSent) {
            send(CLOSE, true, frame.payload());
        }
        if (!client) {
            socket.shutdownOutput();
        }
        frames.addAll(untilEnd());
        return frames;
    }

    /** Reads frames to the end of the stream. */
    List<Frame> untilEnd() throws IOException {
        List<Frame> frames = new ArrayList<>();
        while (true) {
            Frame frame = next();
            if (frame == null) {
                return frames;
            }
            frames.add(frame);
        }
    }

    /** Whether the stream ends in this time; frames that come are dropped. For a rule that says that it does not. */
    boolean endsWithin(Duration time) throws IOException {
        socket.setSoTimeout(Math.toIntExact(time.toMillis()));
        try {
            untilEnd();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } finally {
            socket.setSoTimeout(Events.DEADLINE_SECONDS * 1000);
        }
    }

    /** Whether anything comes in this time, or the stream ends. For a rule that says that nothing does. */
    boolean speaksWithin(Duration time) throws IOException {
        socket.setSoTimeout(Math.toIntExact(time.toMillis()));
        in.mark(1);
        try {
            boolean ended = in.read() < 0;
            if (!ended) {
                in.reset();
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } finally {
            socket.setSoTimeout(Events.DEADLINE_SECONDS * 1000);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
