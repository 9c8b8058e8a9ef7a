package dev.duplex.benchmarks;

import jakarta.websocket.Decoder;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The forms of a method that takes a message, each with the class that has it. They keep the message, as applications do. */
public enum MessageKind {
    /** A String, and no answer. */
    TEXT(Text.class, true),
    /** A String that is returned. */
    TEXT_RETURNED(TextReturned.class, true),
    /** A String that is sent with sendText. */
    TEXT_SENT(TextSent.class, true),
    /** A String beside a path parameter and the session. */
    TEXT_PATH_PARAM(TextPathParam.class, true),
    /** A String and whether it is the last part. */
    TEXT_PART(TextPart.class, true),
    /** A type of the application's, made by a decoder. */
    TEXT_DECODED(TextDecoded.class, true),
    /** A ByteBuffer, and no answer. */
    BINARY(Binary.class, false),
    /** A byte[], and no answer. */
    BINARY_ARRAY(BinaryArray.class, false),
    /** A ByteBuffer that is returned. */
    BINARY_RETURNED(BinaryReturned.class, false);

    private final Class<?> endpoint;
    private final boolean text;

    MessageKind(Class<?> endpoint, boolean text) {
        this.endpoint = endpoint;
        this.text = text;
    }

    /** The annotated class. */
    Class<?> endpoint() {
        return endpoint;
    }

    /** The decoders that it needs. */
    List<Class<? extends Decoder>> decoders() {
        return this == TEXT_DECODED ? List.of(LineDecoder.class) : List.of();
    }

    /** Whether the message is sent back. */
    boolean answers() {
        return this == TEXT_RETURNED || this == TEXT_SENT || this == BINARY_RETURNED;
    }

    /** A message of so many bytes, as the wire has it. */
    byte[] frame(int payloadBytes) throws IOException {
        return text ? ClientFrames.text(payloadBytes) : ClientFrames.binary(payloadBytes);
    }

    /** Keeps the last message, so that it must exist. */
    static class Kept {
        private @Nullable Object kept;

        final void keep(Object message) {
            kept = message;
        }

        final @Nullable Object kept() {
            return kept;
        }
    }

    static final class Text extends Kept {
        @OnMessage
        public void take(String message) {
            keep(message);
        }
    }

    static final class TextReturned extends Kept {
        @OnMessage
        public String take(String message) {
            keep(message);
            return message;
        }
    }

    static final class TextSent extends Kept {
        @OnMessage
        public void take(String message, Session session) throws IOException {
            keep(message);
            session.getBasicRemote().sendText(message);
        }
    }

    static final class TextPathParam extends Kept {
        @OnMessage
        public void take(String message, Session session, @PathParam("room") String room) {
            keep(message);
            if (room.isEmpty()) {
                throw new AssertionError(session + " has no room");
            }
        }
    }

    static final class TextPart extends Kept {
        @OnMessage
        public void take(String part, boolean last) {
            keep(part);
        }
    }

    static final class TextDecoded extends Kept {
        @OnMessage
        public void take(Line message) {
            keep(message);
        }
    }

    static final class Binary extends Kept {
        @OnMessage
        public void take(ByteBuffer message) {
            keep(message);
        }
    }

    static final class BinaryArray extends Kept {
        @OnMessage
        public void take(byte[] message) {
            keep(message);
        }
    }

    static final class BinaryReturned extends Kept {
        @OnMessage
        public ByteBuffer take(ByteBuffer message) {
            keep(message);
            return message;
        }
    }

    /** What an application might make of a text. */
    record Line(String text) {}

    /** Makes it. */
    public static final class LineDecoder implements Decoder.Text<Line> {
        @Override
        public Line decode(String text) {
            return new Line(text);
        }

        @Override
        public boolean willDecode(String text) {
            return !text.isEmpty();
        }
    }
}
