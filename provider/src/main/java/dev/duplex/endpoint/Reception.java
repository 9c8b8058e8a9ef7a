package dev.duplex.endpoint;

import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.PongMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How messages of one kind become values of one type: the form they are wanted in, the decoders to ask in their order, and what is
 * built in behind them. Immutable. Jakarta WebSocket §4.1.3, §4.7.
 *
 * @param builtIn whether messages become values of the type when no decoder is willing
 */
record Reception(Class<?> type, Form form, List<CoderRole> decoders, boolean builtIn) {
    /** Text messages as values of a type. */
    static Optional<Reception> ofText(Class<?> type, List<CoderRole> decoders) {
        if (!decoders.isEmpty() && decoders.get(0).kind().isStream()) {
            return Optional.of(new Reception(type, Form.READER, decoders, false));
        }
        if (type == Reader.class) {
            return Optional.of(new Reception(type, decoders.isEmpty() ? Form.READER : Form.TEXT, decoders, true));
        }
        boolean builtIn = type == String.class || Primitives.includes(type);
        return builtIn || !decoders.isEmpty()
                ? Optional.of(new Reception(type, Form.TEXT, decoders, builtIn))
                : Optional.empty();
    }

    /** Binary messages as values of a type. */
    static Optional<Reception> ofBinary(Class<?> type, List<CoderRole> decoders) {
        if (!decoders.isEmpty()) {
            Form form = decoders.get(0).kind().isStream() ? Form.STREAM : Form.BUFFER;
            return Optional.of(new Reception(type, form, decoders, builtInForm(type) != null));
        }
        Form form = builtInForm(type);
        return form == null ? Optional.empty() : Optional.of(new Reception(type, form, decoders, true));
    }

    private static @Nullable Form builtInForm(Class<?> type) {
        if (type == ByteBuffer.class) {
            return Form.BUFFER;
        }
        if (type == byte[].class) {
            return Form.BYTES;
        }
        return type == InputStream.class ? Form.STREAM : null;
    }

    /** Pongs, when that is the type. */
    static Optional<Reception> ofPong(Class<?> type) {
        return type == PongMessage.class
                ? Optional.of(new Reception(type, Form.PONG, List.of(), true))
                : Optional.empty();
    }

    /** Parts of messages, if those of a type can be had. */
    static Optional<Reception> ofParts(Class<?> type) {
        Form form = null;
        if (type == String.class) {
            form = Form.TEXT_PART;
        } else if (type == ByteBuffer.class) {
            form = Form.BUFFER_PART;
        } else if (type == byte[].class) {
            form = Form.BYTES_PART;
        }
        return form == null ? Optional.empty() : Optional.of(new Reception(type, form, List.of(), true));
    }

    /** The same for messages of limited size: what a decoder reads from a stream is collected first, so that the limit holds. */
    Reception limited() {
        if (decoders.isEmpty() || !form.isStreamed()) {
            return this;
        }
        return new Reception(type, form == Form.READER ? Form.TEXT : Form.BUFFER, decoders, builtIn);
    }

    /**
     * The value that a message stands for.
     *
     * @param message what {@link #form} says
     * @return null when the decoder returned it
     * @throws DecodeException when it stands for none
     * @throws IOException what a decoder of streams threw
     */
    @Nullable
    Object decode(Coders coders, Object message) throws DecodeException, IOException {
        // Counted, because an iterator would be made for each message
        for (int i = 0; i < decoders.size(); i++) {
            CoderRole role = decoders.get(i);
            Decoder decoder = coders.decoder(role);
            // What willDecode does to the position of its buffer is none of the next one's business
            boolean willing = switch (role.kind()) {
                case TEXT -> ((Decoder.Text<?>) decoder).willDecode((String) message);
                case BINARY -> ((Decoder.Binary<?>) decoder).willDecode(duplicate((ByteBuffer) message));
                case TEXT_STREAM, BINARY_STREAM -> true;
            };
            if (willing) {
                return notNullIfPrimitive(decode(role, decoder, message), role, message);
            }
        }
        if (builtIn) {
            return convert(message);
        }
        throw failure(
                message,
                decoders.stream().map(role -> role.coder().getName()).collect(Collectors.joining(" and "))
                        + " will not " + "decode this message, and nothing else makes a " + type.getTypeName()
                        + " of it");
    }

    private static @Nullable Object decode(CoderRole role, Decoder decoder, Object message)
            throws DecodeException, IOException {
        return switch (role.kind()) {
            case TEXT -> ((Decoder.Text<?>) decoder).decode((String) message);
            case BINARY -> ((Decoder.Binary<?>) decoder).decode((ByteBuffer) message);
            case TEXT_STREAM ->
                ((Decoder.TextStream<?>) decoder)
                        .decode(message instanceof Reader reader ? reader : new StringReader((String) message));
            case BINARY_STREAM ->
                ((Decoder.BinaryStream<?>) decoder)
                        .decode(message instanceof InputStream stream ? stream : stream((ByteBuffer) message));
        };
    }

    private @Nullable Object notNullIfPrimitive(@Nullable Object value, CoderRole role, Object message)
            throws DecodeException {
        if (value == null && type.isPrimitive()) {
            throw failure(message, role.coder().getName() + " decoded null, which is no " + type.getName());
        }
        return value;
    }

    private Object convert(Object message) throws DecodeException {
        if (message instanceof String text && type != String.class) {
            return type == Reader.class ? new StringReader(text) : Primitives.parse(text, type);
        }
        if (message instanceof ByteBuffer buffer && type == byte[].class && form == Form.BUFFER) {
            return bytes(buffer);
        }
        return message instanceof ByteBuffer buffer && type == InputStream.class ? stream(buffer) : message;
    }

    private static DecodeException failure(Object message, String sentence) {
        return message instanceof ByteBuffer buffer
                ? new DecodeException(buffer, sentence)
                : new DecodeException(message instanceof String text ? text : "", sentence);
    }

    private static InputStream stream(ByteBuffer buffer) {
        return new ByteArrayInputStream(bytes(buffer));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        if (buffer.hasArray() && buffer.arrayOffset() == 0 && buffer.remaining() == buffer.array().length) {
            return buffer.array();
        }
        byte[] bytes = new byte[buffer.remaining()];
        duplicate(buffer).get(bytes);
        return bytes;
    }

    private static ByteBuffer duplicate(ByteBuffer buffer) {
        return buffer.duplicate().order(buffer.order());
    }
}
