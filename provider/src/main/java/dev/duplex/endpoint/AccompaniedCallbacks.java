package dev.duplex.endpoint;

import jakarta.websocket.CloseReason;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Callbacks, and who accompanies the session. Called by one thread at a time. */
public final class AccompaniedCallbacks implements Callbacks {
    private final Callbacks callbacks;
    private final Companion companion;

    private AccompaniedCallbacks(Callbacks callbacks, Companion companion) {
        this.callbacks = callbacks;
        this.companion = companion;
    }

    /** The callbacks themselves when nobody accompanies them. */
    public static Callbacks of(Callbacks callbacks, @Nullable Companion companion) {
        return companion == null ? callbacks : new AccompaniedCallbacks(callbacks, companion);
    }

    @Override
    public Companion.Call call() {
        return companion.call();
    }

    @Override
    public void open(Session session, EndpointConfig config) throws Throwable {
        companion.opened(session);
        callbacks.open(session, config);
    }

    @Override
    public void close(Session session, CloseReason reason) throws Throwable {
        Throwable failure = null;
        try {
            callbacks.close(session, reason);
        } catch (Throwable e) {
            failure = e;
            throw e;
        } finally {
            closed(session, failure);
        }
    }

    private void closed(Session session, @Nullable Throwable failure) {
        try {
            companion.closed(session);
        } catch (RuntimeException | Error e) {
            if (failure == null) {
                throw e;
            }
            if (!e.equals(failure)) { // an exception cannot suppress itself
                failure.addSuppressed(e);
            }
        }
    }

    @Override
    public boolean error(Session session, Throwable failure) throws Throwable {
        return callbacks.error(session, failure);
    }

    @Override
    public List<Receiver> receivers() {
        return callbacks.receivers();
    }

    @Override
    public Object instance() {
        return callbacks.instance();
    }
}
