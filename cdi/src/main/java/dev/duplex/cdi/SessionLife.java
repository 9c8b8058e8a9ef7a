package dev.duplex.cdi;

import dev.duplex.endpoint.Companion;
import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.context.spi.Contextual;
import jakarta.enterprise.context.spi.CreationalContext;
import jakarta.websocket.Session;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A session in the eyes of CDI, and the instances of its scope. Safe for any thread. */
final class SessionLife implements Companion {
    private static final System.Logger LOG = System.getLogger(SessionLife.class.getName());

    private final Cdi application;
    private final Class<?> endpoint;

    /**
     * Guards the instances. Held while one is made and destroyed, which is the application's code: there must be one instance only, and what
     * it needs of the same session is made by the same thread.
     */
    private final ReentrantLock lock = new ReentrantLock();

    private final LinkedHashMap<Contextual<?>, Kept<?>> instances = new LinkedHashMap<>(); // guarded by lock
    private volatile @Nullable Session session; // null before it has opened
    private boolean ending; // guarded by lock
    private volatile boolean ended; // written under lock

    private record Kept<T>(Contextual<T> contextual, T instance, CreationalContext<T> creation) {
        void destroy() {
            contextual.destroy(instance, creation);
        }
    }

    /**
     * A session that is not there yet.
     *
     * @param endpoint its class, as it was deployed
     */
    SessionLife(Cdi application, Class<?> endpoint) {
        this.application = application;
        this.endpoint = endpoint;
    }

    Class<?> endpoint() {
        return endpoint;
    }

    Cdi application() {
        return application;
    }

    /** The session, null when it has not opened yet or has ended. */
    @Nullable
    Session session() {
        return ended ? null : session;
    }

    @Override
    public Call call() {
        return application.begin(this);
    }

    @Override
    public void opened(Session opened) {
        session = opened;
        application.opened(this, opened);
    }

    @Override
    public void closed(Session closed) {
        application.closed(this, closed);
    }

    @Override
    public void ended() {
        if (!beginEnd()) {
            return;
        }
        Session gone = session;
        if (gone == null) {
            ended = true;
            return;
        }
        Call call = application.begin(this);
        try {
            application.ending(this, gone, this::destroyAll);
        } finally {
            call.close();
        }
    }

    /** Whether this is the first time. */
    private boolean beginEnd() {
        lock.lock();
        try {
            boolean first = !ending;
            ending = true;
            return first;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The instance of the scope; null when there is none and none is to be made.
     *
     * @throws ContextNotActiveException when the scope has ended: nobody would destroy what was made now
     */
    <T> @Nullable T instance(Contextual<T> contextual, @Nullable CreationalContext<T> creation) {
        lock.lock();
        try {
            if (ended) {
                throw new ContextNotActiveException(WebSocketExtension.NO_SESSION);
            }
            Kept<?> kept = instances.get(contextual);
            if (kept == null) {
                if (creation == null) {
                    return null;
                }
                T made = Objects.requireNonNull(contextual.create(creation), "a bean's instance");
                kept = new Kept<>(contextual, made, creation);
                instances.put(contextual, kept);
            }
            @SuppressWarnings("unchecked") // put there under a contextual of T
            T instance = (T) kept.instance();
            return instance;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the life of one instance, if there is one. */
    void destroy(Contextual<?> contextual) {
        lock.lock();
        try {
            Kept<?> kept = instances.remove(contextual);
            if (kept != null) {
                kept.destroy();
            }
        } finally {
            lock.unlock();
        }
    }

    private void destroyAll() {
        lock.lock();
        try {
            while (!instances.isEmpty()) { // to destroy one may make another
                Kept<?> last = Objects.requireNonNull(instances.pollLastEntry()).getValue();
                try {
                    last.destroy();
                } catch (RuntimeException | Error e) { // the others are to be destroyed too
                    LOG.log(Level.WARNING, "destroying " + last.contextual() + " of " + session + " failed", e);
                }
            }
            ended = true;
        } finally {
            lock.unlock();
        }
    }
}
