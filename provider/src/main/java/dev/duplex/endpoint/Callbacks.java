package dev.duplex.endpoint;

import jakarta.websocket.CloseReason;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint as one connection calls it: its instance, its callbacks, its receivers. Called by one thread at a time. What the
 * application throws comes out unwrapped.
 */
public interface Callbacks {
    /** Begins a call of what the application wrote for the session, on this thread; null when nothing has to be done around it. */
    default Companion.@Nullable Call call() {
        return null;
    }

    /** Calls the open callback, if there is one. */
    void open(Session session, EndpointConfig config) throws Throwable;

    /** Calls the close callback, if there is one. */
    void close(Session session, CloseReason reason) throws Throwable;

    /** Calls the error callback; false when there is none, so that the caller says of the failure what nobody else will. */
    boolean error(Session session, Throwable failure) throws Throwable;

    /** What takes messages from the beginning: at most one for text, one for binary, one for Pongs. Made anew; for who keeps them. */
    List<Receiver> receivers();

    /** The endpoint's instance. */
    Object instance();
}
