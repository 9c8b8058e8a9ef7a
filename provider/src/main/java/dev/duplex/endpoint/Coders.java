package dev.duplex.endpoint;

import jakarta.websocket.Decoder;
import jakarta.websocket.EncodeException;
import jakarta.websocket.Encoder;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The encoders and decoders of one connection. Jakarta WebSocket §4.1.2, §4.1.3.
 *
 * <p>{@link #encode} is safe for any thread; one encoder is called by one thread at a time, as the specification promises to whoever
 * writes one. Decoders are called by the thread that calls a receiver, which is the connection's reading thread. {@link #destroy} is
 * for that thread too, or for any other once it has ended.
 */
public final class Coders {
    private static final System.Logger LOG = System.getLogger(Coders.class.getName());

    private final CoderTable table;
    private final Instances instances;
    private final List<LockedEncoder> encoders;
    private final List<Decoder> decoders;
    private boolean destroyed; // by the thread that destroys

    /** The coders of an endpoint that names none: what is built in, for all its connections. */
    Coders(CoderTable table) {
        this.table = table;
        this.instances = Instances.BY_CONSTRUCTOR;
        this.encoders = List.of();
        this.decoders = List.of();
    }

    Coders(CoderTable table, EndpointConfig config, Instances instances) throws InstantiationException {
        this.table = table;
        this.instances = instances;
        this.encoders = new ArrayList<>();
        this.decoders = new ArrayList<>();
        boolean complete = false;
        try {
            for (Class<? extends Encoder> type : table.encoderClasses()) {
                Encoder encoder = instances.create(type);
                init(encoder, () -> encoder.init(config));
                encoders.add(new LockedEncoder(encoder));
            }
            for (Class<? extends Decoder> type : table.decoderClasses()) {
                Decoder decoder = instances.create(type);
                init(decoder, () -> decoder.init(config));
                decoders.add(decoder);
            }
            complete = true;
        } finally {
            if (!complete) {
                destroy();
            }
        }
    }

    private void init(Object coder, Runnable init) throws InstantiationException {
        boolean ready = false;
        try {
            init.run();
            ready = true;
        } catch (RuntimeException e) {
            InstantiationException failed =
                    new InstantiationException("The init of " + coder.getClass().getName() + " must not throw: " + e);
            failed.initCause(e);
            throw failed;
        } finally {
            if (!ready) {
                quietly(coder, () -> instances.destroy(coder));
            }
        }
    }

    /**
     * Turns a message into what is sent: by the first encoder of the configuration whose type it is, as itself or a subclass; without
     * one, a String, ByteBuffer, byte[] or the box of a primitive by what is built in. Nothing has been sent when it fails.
     *
     * @return a String or a ByteBuffer
     * @throws EncodeException when no encoder takes it, or the one that does fails
     * @throws IOException what an encoder to a stream threw; or the connection has ended
     */
    public Object encode(Object message) throws EncodeException, IOException {
        List<CoderRole> roles = table.encoders();
        // Counted, because an iterator would be made for each message
        for (int i = 0; i < roles.size(); i++) {
            CoderRole role = roles.get(i);
            if (role.type().isInstance(message)) {
                return encoders.get(role.index()).encode(role, message);
            }
        }
        if (message instanceof String || message instanceof ByteBuffer) {
            return message;
        }
        if (message instanceof byte[] bytes) {
            return ByteBuffer.wrap(bytes);
        }
        if (Primitives.includes(message.getClass())) {
            return message.toString();
        }
        throw new EncodeException(
                message,
                "No encoder takes a " + message.getClass().getTypeName()
                        + ": name one in the endpoint's configuration");
    }

    Decoder decoder(CoderRole role) {
        return decoders.get(role.index());
    }

    /**
     * What takes messages for a handler whose class tells its type: directly, through superclasses or through type variables.
     *
     * @throws IllegalStateException when the class does not tell it, as that of a lambda never does
     * @throws IllegalArgumentException when no decoder makes that type, or the handler is neither Whole nor Partial
     */
    public List<Receiver> receivers(MessageHandler handler) {
        List<Receiver> receivers = new ArrayList<>(2);
        if (handler instanceof MessageHandler.Whole<?> whole) {
            receivers.addAll(wholes(type(handler, MessageHandler.Whole.class), whole));
        }
        if (handler instanceof MessageHandler.Partial<?> partial) {
            receivers.addAll(partials(type(handler, MessageHandler.Partial.class), partial));
        }
        if (receivers.isEmpty()) {
            throw new IllegalArgumentException(
                    "A message handler is a MessageHandler.Whole or a MessageHandler.Partial: "
                            + handler.getClass().getName());
        }
        return receivers;
    }

    private static Class<?> type(MessageHandler handler, Class<?> generic) {
        Class<?> type = TypeArguments.first(handler.getClass(), generic);
        if (type == null) {
            throw new IllegalStateException(
                    handler.getClass().getName() + " does not tell the type of its messages, as a "
                            + "lambda never does: call addMessageHandler(Class, MessageHandler."
                            + generic.getSimpleName() + ")");
        }
        return type;
    }

    /**
     * What takes whole messages for a handler: one receiver of text, one of binary messages if the type has decoders of both kinds.
     *
     * @throws IllegalArgumentException when no decoder makes that type
     */
    public <T> List<Receiver> receivers(Class<T> type, MessageHandler.Whole<T> handler) {
        return wholes(type, handler);
    }

    /**
     * What takes parts of messages for a handler.
     *
     * @throws IllegalArgumentException when the type is not String, ByteBuffer or byte[]
     */
    public <T> List<Receiver> receivers(Class<T> type, MessageHandler.Partial<T> handler) {
        return partials(type, handler);
    }

    // The caller has seen that the handler takes the type
    @SuppressWarnings("unchecked")
    private List<Receiver> wholes(Class<?> type, MessageHandler.Whole<?> handler) {
        List<Receiver> receivers = new ArrayList<>(2);
        for (Reception reception : table.receptions(type)) {
            receivers.add(new WholeReceiver(reception, this, (MessageHandler.Whole<@Nullable Object>) handler));
        }
        if (receivers.isEmpty()) {
            throw new IllegalArgumentException("No decoder makes a " + type.getTypeName()
                    + " from a message: name one in the endpoint's configuration");
        }
        return receivers;
    }

    @SuppressWarnings("unchecked")
    private static List<Receiver> partials(Class<?> type, MessageHandler.Partial<?> handler) {
        Reception reception = Reception.ofParts(type)
                .orElseThrow(() -> new IllegalArgumentException(
                        "Parts of messages are String, ByteBuffer or byte[], not " + type.getTypeName()));
        return List.of(new PartialReceiver(reception.form(), (MessageHandler.Partial<Object>) handler));
    }

    /**
     * Ends the life of each encoder and decoder, once; what they throw is logged. Waits for nothing: an encoder that another thread is
     * in is destroyed by that thread.
     */
    public void destroy() {
        if (destroyed || (encoders.isEmpty() && decoders.isEmpty())) {
            return;
        }
        destroyed = true;
        encoders.forEach(LockedEncoder::end);
        for (Decoder decoder : decoders) {
            quietly(decoder, decoder::destroy);
            quietly(decoder, () -> instances.destroy(decoder));
        }
    }

    // The caller has nobody to throw to, and the others must be destroyed too
    private static void quietly(Object coder, Runnable destroy) {
        try {
            destroy.run();
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "The destroy of " + coder.getClass().getName() + " must not throw", e);
        }
    }

    /** An encoder that one thread at a time is in. */
    private final class LockedEncoder {
        private final Encoder encoder;
        /** Held around the user's encoder and nothing else: §4.1.2 promises that no two threads are in it. */
        private final ReentrantLock lock = new ReentrantLock();

        private volatile boolean ended;
        private boolean done; // guarded by lock

        LockedEncoder(Encoder encoder) {
            this.encoder = encoder;
        }

        Object encode(CoderRole role, Object message) throws EncodeException, IOException {
            lock.lock();
            try {
                if (ended) {
                    throw new IOException("The connection has ended, and so has "
                            + role.coder().getName());
                }
                return call(role, message);
            } finally {
                lock.unlock();
                if (ended) {
                    destroyIfFree();
                }
            }
        }

        // Its type was compared with the message's class
        @SuppressWarnings("unchecked")
        private Object call(CoderRole role, Object message) throws EncodeException, IOException {
            Object encoded = switch (role.kind()) {
                case TEXT -> ((Encoder.Text<Object>) encoder).encode(message);
                case BINARY -> ((Encoder.Binary<Object>) encoder).encode(message);
                case TEXT_STREAM -> {
                    // Collected, so that an encoder that fails has sent nothing
                    StringWriter writer = new StringWriter();
                    ((Encoder.TextStream<Object>) encoder).encode(message, writer);
                    yield writer.toString();
                }
                case BINARY_STREAM -> {
                    ByteArrayOutputStream stream = new ByteArrayOutputStream();
                    ((Encoder.BinaryStream<Object>) encoder).encode(message, stream);
                    yield ByteBuffer.wrap(stream.toByteArray());
                }
            };
            if (encoded == null) {
                throw new EncodeException(message, role.coder().getName() + " must not encode to null");
            }
            return encoded;
        }

        void end() {
            ended = true;
            destroyIfFree();
        }

        private void destroyIfFree() {
            // Who is in the encoder comes here when leaving it
            if (lock.isHeldByCurrentThread() || !lock.tryLock()) {
                return;
            }
            try {
                if (!done) {
                    done = true;
                    quietly(encoder, encoder::destroy);
                    quietly(encoder, () -> instances.destroy(encoder));
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** A handler of whole messages. */
    private static final class WholeReceiver extends Receiver {
        private final Reception reception;
        private final Coders coders;
        private final MessageHandler.Whole<@Nullable Object> handler;

        WholeReceiver(Reception reception, Coders coders, MessageHandler.Whole<@Nullable Object> handler) {
            super(reception.form(), SESSION_LIMIT);
            this.reception = reception;
            this.coders = coders;
            this.handler = handler;
        }

        @Override
        public @Nullable Object receive(Session session, Object message, boolean last) throws Throwable {
            handler.onMessage(reception.decode(coders, message));
            return null;
        }
    }

    /** A handler of parts. */
    private static final class PartialReceiver extends Receiver {
        private final MessageHandler.Partial<Object> handler;

        PartialReceiver(Form form, MessageHandler.Partial<Object> handler) {
            super(form, SESSION_LIMIT);
            this.handler = handler;
        }

        @Override
        public @Nullable Object receive(Session session, Object message, boolean last) {
            handler.onMessage(message, last);
            return null;
        }
    }
}
