package dev.duplex.container;

import dev.duplex.engine.Connection;
import dev.duplex.engine.ConnectionSettings;
import dev.duplex.frame.CloseFrame;
import dev.duplex.session.WebSocketSession;
import java.security.Principal;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The sessions of a container, from before their open callback to after their close callback. Safe for any thread. */
final class LiveSessions {
    /** How long a callback may take that its session's Close is sent behind: so that its answer still gets through. */
    private static final Duration CALLBACK = Duration.ofSeconds(1);
    /** How long the close callbacks of connections that were cut are waited for. */
    private static final Duration CUT = Duration.ofSeconds(1);

    private static final String PHRASE = "the container is stopping";
    private static final String SIGNED_OUT = "the user is signed out";

    private final Map<String, Live> sessions = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    /** Upgrades that are neither served nor abandoned yet. */
    private final AtomicInteger coming = new AtomicInteger();

    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean stopping;

    private record Live(WebSocketSession session, Connection connection, int stopCode) {
        void drain(long patience, long sending) {
            session.drain(stopCode, PHRASE, patience, sending);
        }

        void cut() {
            session.cutByContainer(connection, PHRASE);
        }
    }

    /** A session may come: {@link #add} or {@link #comesNot} says so. */
    void mayCome() {
        coming.incrementAndGet();
    }

    /** A session that might have come does not. */
    void comesNot() {
        coming.decrementAndGet();
        announceEnd();
    }

    /**
     * Adds a session that is about to run; it is told to stop if the container is stopping already.
     *
     * @param connection what it will run over
     */
    void add(WebSocketSession session, Connection connection, int stopCode) {
        Live live = new Live(session, connection, stopCode);
        sessions.put(session.getId(), live);
        coming.decrementAndGet();
        if (stopping) {
            live.drain(0, 0);
        }
    }

    /** Removes a session whose close callback has returned. */
    void remove(String id) {
        sessions.remove(id);
        announceEnd();
    }

    private void announceEnd() {
        if (stopping) {
            lock.lock();
            try {
                ended.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Closes those of a user with 1008, and waits for nothing. */
    void closeOf(Principal user) {
        for (Live live : sessions.values()) {
            if (live.session().isOf(user)) {
                // Each on a thread of its own, as below
                Thread.ofVirtual()
                        .name("duplex-sign-out")
                        .start(() -> live.session().closeByContainer(CloseFrame.POLICY_VIOLATION, SIGNED_OUT));
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

    /** Whether this thread is inside a callback of one of them. */
    boolean callThisThread() {
        return sessions.values().stream().anyMatch(live -> live.session().calledByThisThread());
    }

    /** Waits until no more than so many are left; false when time ran out. */
    private boolean awaitEnd(Duration timeout, int most) {
        lock.lock();
        try {
            long left = ConnectionSettings.nanos(timeout);
            while (left() > most && left > 0) {
                left = ended.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // who stops has no more time
        } finally {
            lock.unlock();
        }
        return left() <= most;
    }

    private int left() {
        return coming.get()
                + sessions.size(); // in this order, as one that comes is added before it is no longer coming
    }
}
