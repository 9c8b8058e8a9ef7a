package dev.duplex.endpoint;

import org.jspecify.annotations.Nullable;

/**
 * The class loader that a thread finds an application's classes by. Whoever calls an application gives its thread that of the application, and
 * afterwards gives back what was there:
 *
 * <pre>{@code
 * ClassLoader before = ContextLoader.enter(loader);
 * try {
 *     ...
 * } finally {
 *     ContextLoader.leave(before);
 * }
 * }</pre>
 */
public final class ContextLoader {
    private ContextLoader() {}

    /** Sets that of this thread, null for none; returns the one before, for {@link #leave}. */
    public static @Nullable ClassLoader enter(@Nullable ClassLoader loader) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        return before;
    }

    /** Restores that of this thread. */
    public static void leave(@Nullable ClassLoader before) {
        Thread.currentThread().setContextClassLoader(before);
    }
}
