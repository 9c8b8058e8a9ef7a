package dev.duplex.servlet;

import dev.duplex.transport.Watch;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connections of an application in Tomcat, each of which is told within a second that Tomcat has closed it.
 *
 * <p>Tomcat does that without a word when a connector stops, or has no thread for an event: its {@code timeoutAsync(-1)} leaves those out that it
 * handles an event of just then. Safe for any thread.
 */
final class TomcatConnections {
    private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();

    private final Set<TomcatTransport> open = ConcurrentHashMap.newKeySet();
    private final Watch watch = new Watch(this::look);

    void add(TomcatTransport connection) {
        open.add(connection);
        watch.runBy(System.nanoTime() + PERIOD_NANOS);
    }

    void remove(TomcatTransport connection) {
        open.remove(connection);
    }

    private long look(long now) {
        for (TomcatTransport connection : open) {
            connection.failIfClosed();
        }
        return open.isEmpty() ? Watch.NEVER : now + PERIOD_NANOS;
    }
}
