package dev.duplex.container;

import dev.duplex.engine.Connection;
import dev.duplex.session.WebSocketSession;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The sessions of a container, from before their open callback to after their close callback. Safe for any thread. */
final class LiveSessions {
    /** How long the close callbacks of connections that were cut are waited for. */
    private static final Duration CUT = Duration.ofSeconds(1);

    private static final String PHRASE = "the container is stopping";

    private final Map<String, Live> sessions = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private volatile boolean stopping;

    private record Live(WebSocketSession session, Connection connection, int stopCode) {
        void stop() {
            session.closeByContainer(stopCode, PHRASE);
        }

        void cut() {
            session.cutByContainer(connection, PHRASE);
        }
    }

    /**
     * Adds a session that is about to run; it is told to stop if the container is stopping already.
     *
     * @param connection what it will run over
     */
    void add(WebSocketSession session, Connection connection, int stopCode) {
        Live live = new Live(session, connection, stopCode);
        sessions.put(session.getId(), live);
        if (stopping) {
            live.stop();
        }
    }

    /** Removes a session whose close callback has returned. */
    void remove(String id) {
        sessions.remove(id);
        if (stopping) {
            lock.lock();
            try {
                ended.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Whether new ones are to be refused. */
    boolean stopping() {
        return stopping;
    }

    /** Closes all, waits for them no longer than the grace, and cuts the rest. */
    void stop(Duration grace) {
        stopping = true;
        for (Live live : sessions.values()) {
            // Each on a thread of its own: a Close waits for the write that is in its way, and the close callback may
            // take its time
            Thread.ofVirtual().name("duplex-stop").start(live::stop);
        }
        if (!awaitEnd(grace)) {
            sessions.values().forEach(Live::cut);
            awaitEnd(CUT);
        }
    }

    private boolean awaitEnd(Duration timeout) {
        lock.lock();
        try {
            long left = timeout.toNanos();
            while (!sessions.isEmpty() && left > 0) {
                left = ended.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // who stops has no more time
        } finally {
            lock.unlock();
        }
        return sessions.isEmpty();
    }
}
