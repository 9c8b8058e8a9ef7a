package dev.duplex.session;

import dev.duplex.endpoint.Form;
import dev.duplex.endpoint.Receiver;
import dev.duplex.engine.Connection;
import dev.duplex.engine.PongTimeout;
import dev.duplex.frame.CloseFrame;
import dev.duplex.frame.Opcodes;
import dev.duplex.frame.ProtocolFailure;
import jakarta.websocket.PongMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Makes messages of frames, in the form that a receiver wants. Confined to the session's thread. */
final class Inbound {
    /** Pongs that came inside a message that is a stream, kept until its handler returns; of more, the newest. */
    private static final int PONGS_KEPT = 16;

    private static final byte[] NOTHING = {};

    private final Connection connection;
    private final Handlers handlers;
    private final WebSocketSession session;

    /** Who takes the message that is coming, bound at its first frame; null when nobody does. */
    private @Nullable Receiver bound;
    /** Who takes what is to be handed over: the same, or who takes Pongs. */
    private @Nullable Receiver receiver;

    private @Nullable ByteArrayOutputStream assembly; // the fragments of a whole message
    private byte[] cutCharacter = NOTHING; // the beginning of a character that the next part completes
    private @Nullable MessageInputStream stream; // the message that the handler is reading; guarded by the reading side

    private @Nullable Object message;
    private boolean last;
    private boolean more;
    private @Nullable Queue<byte[]> pongs; // null until there is one

    Inbound(Connection connection, Handlers handlers, WebSocketSession session) {
        this.connection = connection;
        this.handlers = handlers;
        this.session = session;
    }

    /** Takes the frame that the connection has received, under the right to read. What it completes is {@link #takeMessage()}. */
    void take() throws ProtocolFailure {
        more = connection.frameIsThere();
        if (connection.opcode() == Opcodes.PONG) {
            pong(connection.takePayload());
        } else {
            data();
        }
    }

    /** What is to be handed to {@link #receiver()}, null for nothing. Once: while the connection waits it is not kept. */
    @Nullable
    Object takeMessage() {
        Object taken = message;
        message = null;
        return taken;
    }

    /** Who takes it. */
    Receiver receiver() {
        return Objects.requireNonNull(receiver);
    }

    /** Whether it is the last part of its message. */
    boolean last() {
        return last;
    }

    /** Whether a further frame has come already, whole. */
    boolean more() {
        return more;
    }

    /** Discards what the handler left of a message that was a stream. */
    void finish() throws IOException, InterruptedException {
        if (stream == null) {
            return;
        }
        connection.lockReading(); // against a thread to which the handler gave the stream
        try {
            stream.close();
            stream = null;
            while (!last) {
                receivePiece();
            }
        } finally {
            connection.unlockReading();
        }
    }

    /** The next Pong that came while a handler read a stream, as a message to be handed over; null for none. */
    @Nullable
    PongMessage latePong() {
        byte[] payload = pongs == null ? null : pongs.poll();
        receiver = handlers.pong();
        return payload == null || receiver == null ? null : message(payload);
    }

    /** The payload of the next frame of the message that is this stream. */
    byte[] nextPiece(MessageInputStream asking) throws IOException {
        try {
            connection.lockReading();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while waiting for the rest of a message");
        }
        try {
            asking.requireOpen(); // what comes now may be of another message
            receivePiece();
            return connection.takePayload();
        } finally {
            connection.unlockReading();
        }
    }

    /** Receives the next frame of the message that is a stream. */
    private void receivePiece() throws IOException {
        try {
            while (connection.receive(0)) {
                if (connection.opcode() != Opcodes.PONG) {
                    last = connection.fin();
                    return;
                }
                keep(connection.takePayload());
            }
        } catch (PongTimeout e) {
            session.silent(e);
            throw e;
        }
        throw new IOException("The connection ended inside a message");
    }

    private void keep(byte[] pong) {
        Queue<byte[]> kept = pongs;
        if (kept == null) {
            kept = new ArrayDeque<>();
            pongs = kept;
        } else if (kept.size() == PONGS_KEPT) {
            kept.remove();
        }
        kept.add(pong);
    }

    private void pong(byte[] payload) {
        receiver = handlers.pong();
        last = true;
        message = receiver == null ? null : message(payload);
    }

    private static PongMessage message(byte[] payload) {
        return () -> ByteBuffer.wrap(payload);
    }

    private void data() throws ProtocolFailure {
        boolean first = connection.opcode() != Opcodes.CONTINUATION;
        if (first) {
            bound = connection.opcode() == Opcodes.TEXT ? handlers.text() : handlers.binary();
            assembly = null;
            cutCharacter = NOTHING;
        }
        last = connection.fin();
        Receiver to = bound;
        if (to == null) {
            return; // Jakarta WebSocket §2.1.3: a message of a kind that nobody handles is not delivered
        }
        receiver = to;
        message = switch (to.form()) {
            case TEXT, BUFFER, BYTES -> first && last ? single(to.form()) : assembled(to);
            case TEXT_PART -> textPart();
            case BUFFER_PART -> ByteBuffer.wrap(connection.takePayload());
            case BYTES_PART -> connection.takePayload();
            case STREAM -> stream();
            case READER -> new InputStreamReader(stream(), StandardCharsets.UTF_8);
            case PONG -> throw new AssertionError("a Pong's receiver is not bound to a message");
        };
    }

    private Object single(Form form) {
        return switch (form) {
            case TEXT -> text(connection.payload(), connection.payloadOffset(), connection.payloadLength());
            case BUFFER -> ByteBuffer.wrap(connection.takePayload());
            default -> connection.takePayload();
        };
    }

    /** The whole message when this is its last fragment, else null. */
    private @Nullable Object assembled(Receiver to) throws ProtocolFailure {
        ByteArrayOutputStream bytes = assembly;
        if (bytes == null) {
            bytes = new ByteArrayOutputStream();
            assembly = bytes;
        }
        int limit = session.limit(to);
        if (connection.payloadLength() > limit - bytes.size()) { // the handler has changed since the message began
            ProtocolFailure tooBig = new ProtocolFailure(
                    CloseFrame.TOO_BIG, "Payload size limit reached: a message of more than " + limit + " bytes");
            connection.fail(tooBig);
            throw tooBig;
        }
        bytes.write(connection.payload(), connection.payloadOffset(), connection.payloadLength());
        if (!last) {
            return null;
        }
        assembly = null;
        return switch (to.form()) {
            case TEXT -> bytes.toString(StandardCharsets.UTF_8);
            case BUFFER -> ByteBuffer.wrap(bytes.toByteArray());
            default -> bytes.toByteArray();
        };
    }

    /** The text of this frame, without the bytes of a character that goes on in the next. Null when it has only those. */
    private @Nullable String textPart() {
        byte[] bytes = connection.payload();
        int offset = connection.payloadOffset();
        int length = connection.payloadLength();
        if (cutCharacter.length > 0) {
            byte[] joined = Arrays.copyOf(cutCharacter, cutCharacter.length + length);
            System.arraycopy(bytes, offset, joined, cutCharacter.length, length);
            bytes = joined;
            offset = 0;
            length = joined.length;
        }
        int whole = last ? length : wholeCharacters(bytes, offset, length);
        cutCharacter = whole == length ? NOTHING : Arrays.copyOfRange(bytes, offset + whole, offset + length);
        return whole < length && whole == 0 ? null : text(bytes, offset, whole);
    }

    /** Bytes up to where a character begins that does not end here. The bytes are valid UTF-8 so far. */
    private static int wholeCharacters(byte[] bytes, int offset, int length) {
        for (int back = 1; back <= Math.min(3, length); back++) {
            int b = bytes[offset + length - back];
            if ((b & 0xC0) != 0x80) { // RFC 3629 §3: the first byte of a character, which says how many it has
                int size = b >= 0 ? 1 : (b & 0xE0) == 0xC0 ? 2 : (b & 0xF0) == 0xE0 ? 3 : 4;
                return size > back ? length - back : length;
            }
        }
        return length;
    }

    private MessageInputStream stream() {
        MessageInputStream begun = new MessageInputStream(this, connection.takePayload(), last);
        stream = begun;
        return begun;
    }

    private static String text(byte[] bytes, int offset, int length) {
        return new String(bytes, offset, length, StandardCharsets.UTF_8);
    }
}
