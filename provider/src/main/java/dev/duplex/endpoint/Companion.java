package dev.duplex.endpoint;

import jakarta.websocket.Session;
import org.jspecify.annotations.Nullable;

/**
 * What a host does around the calls of one session, such as making contexts of dependency injection active. None of its methods may
 * throw, but {@link #opened} and {@link #closed}. Safe for any thread.
 */
public interface Companion {
    /** Begins a call of the application on this thread. Calls may be nested, also those of one session in those of another. */
    Call call();

    /**
     * The session is about to be told to its endpoint, in a call.
     *
     * @throws RuntimeException is taken for one of the open callback, which is not called then
     */
    void opened(Session session);

    /**
     * The close callback has returned, in the same call.
     *
     * @throws RuntimeException is taken for one of the close callback
     */
    void closed(Session session);

    /** Nothing of the session is called any more. Comes for each companion, also when its session was never opened; has no effect twice. */
    void ended();

    /** Ends a call that may have needed nothing. */
    static void end(@Nullable Call call) {
        if (call != null) {
            call.close();
        }
    }

    /** A call that has begun; closed by the thread that began it. */
    interface Call extends AutoCloseable {
        @Override
        void close();
    }
}
