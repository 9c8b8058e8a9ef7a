package dev.duplex.container;

import dev.duplex.engine.Connection;
import dev.duplex.engine.ConnectionSettings;
import dev.duplex.frame.CloseFrame;
import dev.duplex.handshake.HandshakeFailure;
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
    /** Threads that negotiate an upgrade: the application is called by them. */
    private final Set<Thread> negotiating = ConcurrentHashMap.newKeySet();
    /** Upgrades that are neither served nor abandoned yet. */
    private final AtomicInteger coming = new AtomicInteger();

    private final AtomicBoolean stopping = new AtomicBoolean();

    private record Live(WebSocketSession session, Connection connection, int stopCode) {
        void drain(long patience, long sending) {
            session.drain(stopCode, PHRASE, patience, sending);
        }

        void cut() {
            session.cutByContainer(connection, PHRASE);
        }
    }

    /**
     * What an upgrade comes of.
     *
     * @param <X> what it throws besides
     */
    @FunctionalInterface
    interface Negotiating<X extends Exception> {
        Upgrade upgrade() throws HandshakeFailure, X;
    }

    /**
     * Negotiates an upgrade on this thread: who stops waits for that, as the application is called in it.
     *
     * @throws HandshakeFailure 503 when the container is stopping; else what the negotiation throws
     */
    <X extends Exception> Upgrade negotiate(Negotiating<X> negotiation) throws HandshakeFailure, X {
        Thread thread = Thread.currentThread();
        boolean outermost = negotiating.add(thread); // before the look: who stops looks the other way round
        try {
            if (stopping()) {
                throw new HandshakeFailure(503, "this application is stopping; try again later");
            }
            return negotiation.upgrade();
        } finally {
            if (outermost) {
                negotiating.remove(thread);
                announceEnd();
            }
        }
    }

    /** A session may come; {@link #cameOrNot} says when that is decided. */
    void mayCome() {
        coming.incrementAndGet();
    }

    /** A session that might have come was added, or does not come. */
    void cameOrNot() {
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
        if (stopping()) {
            live.drain(0, 0);
        }
    }

    /** Removes a session whose close callback has returned. */
    void remove(String id) {
        sessions.remove(id);
        announceEnd();
    }

    private void announceEnd() {
        if (stopping()) {
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
                signOut(live.session());
            }
        }
    }

    /** Closes a session with 1008, and waits for nothing. */
    static void signOut(WebSocketSession session) {
        // On a thread of its own, as below
        Thread.ofVirtual()
                .name("duplex-sign-out")
                .inheritInheritableThreadLocals(false) // those of a request that has ended an HTTP session, perhaps
                .start(() -> session.closeByContainer(CloseFrame.POLICY_VIOLATION, SIGNED_OUT));
    }

    /** Whether new ones are to be refused. */
    boolean stopping() {
        return stopping.get();
    }

    /** Closes all, and waits for nothing. Has no effect the second time. */
    void startStop(Duration grace) {
        if (stopping.getAndSet(true)) {
            return;
        }
        long half = ConnectionSettings.nanos(grace) / 2; // the other half is for the remote end's Close
        long patience = Math.min(half, CALLBACK.toNanos());
        for (Live live : sessions.values()) {
            long own = live.session().calledByThisThread() ? 0 : patience; // its callback waits for this thread
            // Each on a thread of its own: a Close waits for what is in its way, and holds up no other session's
            Thread.ofVirtual()
                    .name("duplex-stop")
                    .inheritInheritableThreadLocals(false)
                    .start(() -> live.drain(own, half));
        }
    }

    /**
     * Closes all, waits for them no longer than the grace, and cuts the rest; but a session or an opening handshake inside whose callback this
     * is called is left to itself, as it cannot end before this returns.
     */
    void stop(Duration grace) {
        startStop(grace);
        Set<String> own = new HashSet<>();
        sessions.forEach((id, live) -> {
            if (live.session().calledByThisThread()) {
                own.add(id);
            }
        });
        int most = own.size() + (negotiating.contains(Thread.currentThread()) ? 1 : 0);
        if (!awaitEnd(grace, most)) {
            sessions.forEach((id, live) -> {
                if (!own.contains(id)) {
                    live.cut();
                }
            });
            awaitEnd(CUT, most);
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
        // In this order, as each of them is counted in the next place before it is no longer in the one before
        return negotiating.size() + coming.get() + sessions.size();
    }
}
