package dev.duplex.endpoint;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import java.util.List;

/** An Endpoint as one connection calls it. Called by one thread at a time. Jakarta WebSocket §2.1. */
public final class ProgrammaticEndpoint implements Callbacks {
    /** Whether a class has an onError of its own: looked up once for each. */
    private static final ClassValue<Boolean> HANDLES_ERRORS = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            try {
                return type.getMethod("onError", Session.class, Throwable.class).getDeclaringClass() != Endpoint.class;
            } catch (NoSuchMethodException e) {
                throw new AssertionError("Every Endpoint has onError", e);
            }
        }
    };

    private final Endpoint endpoint;

    /** The callbacks of an instance. */
    public ProgrammaticEndpoint(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    public void open(Session session, EndpointConfig config) {
        endpoint.onOpen(session, config);
    }

    @Override
    public void close(Session session, CloseReason reason) {
        endpoint.onClose(session, reason);
    }

    /** {@inheritDoc} An Endpoint that does not override onError has none. */
    @Override
    public boolean error(Session session, Throwable failure) {
        endpoint.onError(session, failure);
        return HANDLES_ERRORS.get(written(endpoint.getClass()));
    }

    /** The class that somebody wrote: that of a proxy, which the compiler did not make, overrides every method. */
    private static Class<?> written(Class<?> type) {
        Class<?> written = type;
        while (written.isSynthetic()) {
            written = written.getSuperclass();
        }
        return written;
    }

    /** None: an Endpoint adds its handlers itself. */
    @Override
    public List<Receiver> receivers() {
        return List.of();
    }

    @Override
    public Endpoint instance() {
        return endpoint;
    }
}
