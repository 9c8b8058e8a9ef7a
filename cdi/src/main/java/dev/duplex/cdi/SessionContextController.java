package dev.duplex.cdi;

import jakarta.websocket.Session;
import java.util.concurrent.Callable;

/**
 * Lets a thread that no callback runs on do something for a session: while it does, {@link WebSocketSessionScoped} is that of the session,
 * a request context is active, and {@code @Inject Session} is the session. A bean, to be injected. Safe for any thread: the instances of a
 * session's scope are then seen by two threads at once, and must be made for that.
 */
public interface SessionContextController {
    /**
     * Calls the work on this thread.
     *
     * @throws IllegalStateException when the session has ended, or is none of an application with this CDI container
     */
    void run(Session session, Runnable work);

    /**
     * Calls the work on this thread, and returns what it returns.
     *
     * @throws IllegalStateException when the session has ended, or is none of an application with this CDI container
     * @throws Exception what the work throws
     */
    <T> T call(Session session, Callable<T> work) throws Exception;
}
