package dev.duplex.endpoint;

import jakarta.websocket.Session;
import org.jspecify.annotations.Nullable;

/**
 * What takes the messages of one kind, text, binary or Pongs: an annotated method or a MessageHandler, with the decoders in front of it.
 * Belongs to one connection and is called by its reading thread only.
 */
public abstract class Receiver {
    /** For {@link #maxMessageSize()}: the session's own limit holds. */
    public static final int SESSION_LIMIT = -1;

    private final Form form;
    private final int maxMessageSize;

    /**
     * A receiver.
     *
     * @param maxMessageSize bytes, or {@link #SESSION_LIMIT}
     */
    protected Receiver(Form form, int maxMessageSize) {
        this.form = form;
        this.maxMessageSize = maxMessageSize;
    }

    /** In what form it wants messages. */
    public final Form form() {
        return form;
    }

    /** Bytes that a whole message may have, inflated; {@link #SESSION_LIMIT} when the session's limit holds. */
    public final int maxMessageSize() {
        return maxMessageSize;
    }

    /**
     * Hands over a message or a part of one, decoded if need be.
     *
     * @param message a String, Reader, ByteBuffer, byte[], InputStream or PongMessage as the form says; the application may keep it
     * @param last whether it is the last part; always true but for the forms of parts
     * @return what the method returned and is to be sent back, null for nothing
     * @throws jakarta.websocket.DecodeException when it cannot be decoded
     * @throws Throwable what the application threw, unwrapped
     */
    public abstract @Nullable Object receive(Session session, Object message, boolean last) throws Throwable;
}
