package dev.duplex.endpoint;

import jakarta.websocket.EncodeException;
import jakarta.websocket.MessageHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The encoders and decoders of one connection. {@link #encode} is safe for any thread; receivers decode on the thread that calls them.
 */
public final class Coders {
    Coders() {}

    /**
     * Turns a message into what is sent.
     *
     * @return a String or a ByteBuffer
     * @throws EncodeException when no encoder takes it, or the one that does fails
     * @throws IOException what an encoder to a stream threw
     */
    public Object encode(Object message) throws EncodeException, IOException {
        if (message instanceof String || message instanceof ByteBuffer) {
            return message;
        }
        throw new EncodeException(
                message, "No encoder takes a " + message.getClass().getName());
    }

    /**
     * What takes messages for a handler whose class tells its type.
     *
     * @throws IllegalStateException when the class does not tell it
     * @throws IllegalArgumentException when no decoder makes that type
     */
    public List<Receiver> receivers(MessageHandler handler) {
        return List.of();
    }

    /**
     * What takes whole messages for a handler: one receiver of text, one of binary messages if the type has decoders of both kinds.
     *
     * @throws IllegalArgumentException when no decoder makes that type
     */
    public <T> List<Receiver> receivers(Class<T> type, MessageHandler.Whole<T> handler) {
        return List.of();
    }

    /**
     * What takes parts of messages for a handler.
     *
     * @throws IllegalArgumentException when the type is not String, ByteBuffer or byte[]
     */
    public <T> List<Receiver> receivers(Class<T> type, MessageHandler.Partial<T> handler) {
        return List.of();
    }

    /** Ends the life of each encoder and decoder, once; what they throw is logged. */
    public void destroy() {}
}
