package dev.duplex.session;

import dev.duplex.endpoint.Coders;
import dev.duplex.engine.Connection;
import dev.duplex.engine.Urgency;
import dev.duplex.frame.FrameHeader;
import dev.duplex.frame.Opcodes;
import jakarta.websocket.EncodeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes frames of messages, whole or in parts, for both remotes of a session. Safe for any thread. */
final class Outbound {
    private static final byte[] NOTHING = {};

    private final Connection connection;
    private final Coders coders;
    private final int maxPendingBytes;
    private volatile boolean batching;

    private @Nullable Parts parts; // null until a message is sent in parts; guarded by this

    /** What one part of a message leaves for the next. */
    private static final class Parts {
        /** Held while a part is sent, which blocks: parts of two threads must not mix. */
        final ReentrantLock lock = new ReentrantLock();

        int of; // the opcode of the message that lacks its last part, 0 for none; guarded by lock
        char highSurrogate; // that the last part ended with, 0 for none; guarded by lock
    }

    Outbound(Connection connection, Coders coders, int maxPendingBytes) {
        this.connection = connection;
        this.coders = coders;
        this.maxPendingBytes = maxPendingBytes;
    }

    void text(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        connection.write(Opcodes.TEXT, true, bytes, 0, bytes.length, urgency());
    }

    void binary(ByteBuffer data) throws IOException {
        binary(data, urgency());
    }

    void object(Object message) throws IOException, EncodeException {
        whole(coders.encode(message), urgency());
    }

    /** Sends what a handler returned. It may wait for the answer to a further message that has come already. */
    void reply(Object message, boolean more) throws IOException, EncodeException {
        whole(coders.encode(message), more ? Urgency.SOON : urgency());
    }

    /** Sends a part of a text message. A character that two parts share goes with the second. */
    void textPart(String part, boolean last) throws IOException {
        Parts sent = parts();
        sent.lock.lock();
        try {
            requirePartOf(sent, Opcodes.TEXT, "binary");
            String text = sent.highSurrogate == 0 ? part : sent.highSurrogate + part;
            char end = text.isEmpty() ? 0 : text.charAt(text.length() - 1);
            boolean cut = !last && Character.isHighSurrogate(end);
            byte[] bytes = (cut ? text.substring(0, text.length() - 1) : text).getBytes(StandardCharsets.UTF_8);
            part(sent, Opcodes.TEXT, bytes, 0, bytes.length, last);
            sent.highSurrogate = cut ? end : 0;
        } finally {
            sent.lock.unlock();
        }
    }

    void binaryPart(ByteBuffer data, boolean last) throws IOException {
        Parts sent = parts();
        sent.lock.lock();
        try {
            requirePartOf(sent, Opcodes.BINARY, "text");
            ByteBuffer bytes = onHeap(data);
            part(sent, Opcodes.BINARY, bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining(), last);
            data.position(data.limit());
        } finally {
            sent.lock.unlock();
        }
    }

    /** Sends a part of the message that a stream is. */
    void streamPart(int opcode, byte[] bytes, int length, boolean last) throws IOException {
        Parts sent = parts();
        sent.lock.lock();
        try {
            requirePartOf(sent, opcode, opcode == Opcodes.TEXT ? "binary" : "text");
            part(sent, opcode, bytes, 0, length, last);
        } finally {
            sent.lock.unlock();
        }
    }

    void ping(ByteBuffer data) throws IOException {
        connection.ping(controlPayload(data));
    }

    void pong(ByteBuffer data) throws IOException {
        connection.pong(controlPayload(data));
    }

    /** Leaves a text message to be sent. See {@link Connection#leave}. */
    void leaveText(String text, long timeout, Consumer<@Nullable Throwable> outcome) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        connection.leave(Opcodes.TEXT, bytes, 0, bytes.length, timeout, maxPendingBytes, outcome);
    }

    /** Leaves a binary message to be sent; the buffer is the sender's until the outcome is told. See {@link Connection#leave}. */
    void leaveBinary(ByteBuffer data, long timeout, Consumer<@Nullable Throwable> outcome) {
        ByteBuffer bytes = onHeap(data);
        connection.leave(
                Opcodes.BINARY,
                bytes.array(),
                bytes.arrayOffset() + bytes.position(),
                bytes.remaining(),
                timeout,
                maxPendingBytes,
                failure -> {
                    if (failure == null) {
                        data.position(data.limit()); // as the Javadoc of RemoteEndpoint.Async asks after a success
                    }
                    outcome.accept(failure);
                });
    }

    /** Leaves an object to be sent, which is encoded at once. See {@link Connection#leave}. */
    void leaveObject(Object message, long timeout, Consumer<@Nullable Throwable> outcome) {
        Object encoded;
        try {
            encoded = coders.encode(message);
        } catch (EncodeException | IOException | RuntimeException e) {
            outcome.accept(e);
            return;
        }
        if (encoded instanceof String text) {
            leaveText(text, timeout, outcome);
        } else {
            leaveBinary((ByteBuffer) encoded, timeout, outcome);
        }
    }

    /** Whether messages can be sent. */
    boolean open() {
        return connection.open();
    }

    boolean batching() {
        return batching;
    }

    /** Turns batching on, or off and sends what waits. */
    void batching(boolean allowed) throws IOException {
        batching = allowed;
        if (!allowed) {
            flush();
        }
    }

    void flush() throws IOException {
        connection.flush();
    }

    private Urgency urgency() {
        return batching ? Urgency.WHEN_FLUSHED : Urgency.NOW;
    }

    private void whole(Object encoded, Urgency urgency) throws IOException {
        if (encoded instanceof String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            connection.write(Opcodes.TEXT, true, bytes, 0, bytes.length, urgency);
        } else {
            binary((ByteBuffer) encoded, urgency);
        }
    }

    private void binary(ByteBuffer data, Urgency urgency) throws IOException {
        ByteBuffer bytes = onHeap(data);
        connection.write(
                Opcodes.BINARY,
                true,
                bytes.array(),
                bytes.arrayOffset() + bytes.position(),
                bytes.remaining(),
                urgency);
        data.position(data.limit());
    }

    private synchronized Parts parts() {
        Parts known = parts;
        if (known == null) {
            known = new Parts();
            parts = known;
        }
        return known;
    }

    private static void requirePartOf(Parts sent, int opcode, String other) {
        if (sent.of != 0 && sent.of != opcode) {
            throw new IllegalStateException(
                    "A " + other + " message lacks its last part: send that first (RFC 6455 §5.4)");
        }
    }

    private void part(Parts sent, int opcode, byte[] bytes, int offset, int length, boolean last) throws IOException {
        connection.write(sent.of == 0 ? opcode : Opcodes.CONTINUATION, last, bytes, offset, length, urgency());
        sent.of = last ? 0 : opcode;
    }

    private static byte[] controlPayload(@Nullable ByteBuffer data) {
        if (data == null || data.remaining() > FrameHeader.MAX_CONTROL_PAYLOAD) {
            throw new IllegalArgumentException("A Ping or Pong carries "
                    + (data == null ? "null" : data.remaining() + " bytes")
                    + "; RFC 6455 §5.5 allows up to " + FrameHeader.MAX_CONTROL_PAYLOAD + " bytes");
        }
        if (!data.hasRemaining()) {
            return NOTHING;
        }
        byte[] payload = new byte[data.remaining()];
        data.get(payload);
        return payload;
    }

    /** The same bytes in a buffer with an array: the buffer itself, or a copy. */
    private static ByteBuffer onHeap(ByteBuffer data) {
        if (data.hasArray()) {
            return data;
        }
        byte[] bytes = new byte[data.remaining()];
        data.duplicate().get(bytes);
        return ByteBuffer.wrap(bytes);
    }
}
