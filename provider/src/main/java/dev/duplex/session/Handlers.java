package dev.duplex.session;

import dev.duplex.endpoint.Receiver;
import jakarta.websocket.MessageHandler;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which receiver takes text, binary messages and Pongs. Jakarta WebSocket §2.1.3: one each. Safe for any thread. */
final class Handlers {
    // Written under this object's monitor, read by the reading thread without
    private volatile @Nullable Receiver text;
    private volatile @Nullable Receiver binary;
    private volatile @Nullable Receiver pong;

    private Map<MessageHandler, List<Receiver>> registered = Map.of(); // guarded by this

    Handlers(List<Receiver> annotated) {
        annotated.forEach(receiver -> put(receiver, receiver));
    }

    @Nullable
    Receiver text() {
        return text;
    }

    @Nullable
    Receiver binary() {
        return binary;
    }

    @Nullable
    Receiver pong() {
        return pong;
    }

    /**
     * Registers a handler.
     *
     * @throws IllegalStateException when messages of that kind have a handler already
     */
    synchronized void add(MessageHandler handler, List<Receiver> receivers) {
        for (Receiver receiver : receivers) {
            if (of(receiver) != null) {
                throw new IllegalStateException("There is a handler of " + kind(receiver)
                        + " messages already: each session has one for text, one for binary, one for Pongs (Jakarta"
                        + " WebSocket §2.1.3); remove it first, not added was "
                        + handler);
            }
        }
        receivers.forEach(receiver -> put(receiver, receiver));
        if (registered.isEmpty()) {
            registered = new LinkedHashMap<>(4); // annotated endpoints have none
        }
        registered.put(handler, receivers);
    }

    /** Removes a handler; one that is not known has no effect. */
    synchronized void remove(MessageHandler handler) {
        List<Receiver> receivers = registered.isEmpty() ? null : registered.remove(handler);
        if (receivers != null) {
            receivers.forEach(receiver -> put(receiver, null));
        }
    }

    /** What was registered; a copy. */
    synchronized Set<MessageHandler> registered() {
        return Set.copyOf(registered.keySet());
    }

    private @Nullable Receiver of(Receiver like) {
        return like.form().isText() ? text : like.form().isBinary() ? binary : pong;
    }

    private synchronized void put(Receiver like, @Nullable Receiver receiver) {
        if (like.form().isText()) {
            text = receiver;
        } else if (like.form().isBinary()) {
            binary = receiver;
        } else {
            pong = receiver;
        }
    }

    private static String kind(Receiver receiver) {
        return receiver.form().isText() ? "text" : receiver.form().isBinary() ? "binary" : "Pong";
    }
}
