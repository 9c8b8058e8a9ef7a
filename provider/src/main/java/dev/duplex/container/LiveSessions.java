package dev.duplex.container;

import dev.duplex.engine.Connection;
import dev.duplex.engine.ConnectionSettings;
import dev.duplex.session.WebSocketSession;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The sessions of a container, from before their open callback to after their close callback. Safe for any thread. */
final class LiveSessions {
    /** How long a callback may take that its session's Close is sent behind: so that its answer still gets through. */
    private static final Duration CALLBACK = Duration.ofSeconds(1);
    /** How long the close callbacks of connections that were cut are waited for. */
    private static final Duration CUT = Duration.ofSeconds(1);

    private static final String PHRASE = "the container is stopping";

    private final Map<String, Live> sessions = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean stopping;

    private record Live(WebSocketSession session, Connection connection, int stopCode) {
        void stop() {
            session.closeByContainer(stopCode, PHRASE);
        }

        void drain(long patience, long sending) {
            session.drain(stopCode, PHRASE, patience, sending);
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

    /** Closes all, and waits for nothing. Has no effect the second time. */
    void startStop(Duration grace) {
        if (closing.getAndSet(true)) {
            return;
        }
        stopping = true;
        long half = ConnectionSettings.nanos(grace) / 2; // the other half is for the remote end's Close
        long patience = Math.min(half, CALLBACK.toNanos());
        for (Live live : sessions.values()) {
            long own = live.session().calledByThisThread() ? 0 : patience; // its callback waits for this thread
            // Each on a thread of its own: a Close waits for what is in its way, and holds up no other session's
            Thread.ofVirtual().name("duplex-stop").start(() -> live.drain(own, half));
        }
    }

    /**
     * Closes all, waits for them no longer than the grace, and cuts the rest; but a session inside whose callback this is called is left to
     * itself, as it cannot end before this returns.
     */
    void stop(Duration grace) {
        startStop(grace);
        Set<String> own = new HashSet<>();
        sessions.forEach((id, live) -> {
            if (live.session().calledByThisThread()) {
                own.add(id);
            }
        });
        if (!awaitEnd(grace, own.size())) {
            sessions.forEach((id, live) -> {
                if (!own.contains(id)) {
                    live.cut();
                }
            });
            awaitEnd(CUT, own.size());
        }
    }

    /** Waits until no more than so many are left; false when time ran out. */
    private boolean awaitEnd(Duration timeout, int most) {
        lock.lock();
        try {
            long left = ConnectionSettings.nanos(timeout);
            while (sessions.size() > most && left > 0) {
                left = ended.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // who stops has no more time
        } finally {
            lock.unlock();
        }
        return sessions.size() <= most;
    }
}
