package dev.duplex.cdi;

import dev.duplex.endpoint.Companion;
import dev.duplex.endpoint.Instances;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Destroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.context.control.RequestContextController;
import jakarta.enterprise.inject.Vetoed;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Session;
import java.lang.System.Logger.Level;
import java.lang.annotation.Annotation;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A CDI container in the service of one application: makes what the application names by its class, and makes the contexts active in
 * whatever is called for its sessions. Safe for any thread.
 */
@Vetoed
public final class Cdi implements Instances, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Cdi.class.getName());

    private final BeanManager manager;
    private final WebSocketExtension extension;
    private final @Nullable SeContainer container;
    private final Map<Class<?>, Maker<?>> makers = new ConcurrentHashMap<>();
    private final Map<Identity, Runnable> made = new ConcurrentHashMap<>(); // what ends the life of each
    private final Queue<RequestContextController> idle = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /** An object that is equal to itself only, whatever its class says. */
    private record Identity(Object object) {
        @Override
        @SuppressWarnings("ReferenceEquality") // what it is for
        public boolean equals(@Nullable Object other) {
            return other instanceof Identity identity && identity.object == object;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(object);
        }
    }

    private Cdi(BeanManager manager, WebSocketExtension extension, @Nullable SeContainer container) {
        this.manager = manager;
        this.extension = extension;
        this.container = container;
    }

    /**
     * The container that a program has started itself, and stops itself after the server.
     *
     * @throws IllegalArgumentException when it has not loaded {@link WebSocketExtension}, as one that was started without discovery
     */
    public static Cdi of(BeanManager manager) {
        return new Cdi(manager, extension(manager), null);
    }

    /**
     * A container that ends with this. Whatever runs in its application finds it by {@code CDI.current()}.
     *
     * @param loader that of the application, which its threads have as context class loader
     * @throws IllegalArgumentException when it has not loaded {@link WebSocketExtension}
     */
    public static Cdi owning(SeContainer container, ClassLoader loader) {
        BeanManager manager = container.getBeanManager();
        Cdi cdi = new Cdi(manager, extension(manager), container);
        Containers.add(cdi, container, loader);
        return cdi;
    }

    /**
     * Who injects where this is called: the container of the application which this thread is in, by its calls or its context class loader;
     * else that which {@code CDI.current()} finds, if it is none of another application of this kind. Null when nobody does.
     */
    public static @Nullable Cdi here() {
        Cdi application = Containers.application();
        return application == null ? running() : application;
    }

    private static @Nullable Cdi running() {
        try {
            BeanManager manager = CDI.current().getBeanManager();
            return Containers.has(manager) ? null : of(manager);
        } catch (IllegalStateException | IllegalArgumentException e) {
            LOG.log(Level.DEBUG, () -> "no CDI container runs here for endpoints: " + e);
            return null;
        }
    }

    private static WebSocketExtension extension(BeanManager manager) {
        try {
            return manager.getExtension(WebSocketExtension.class);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "This CDI container has not loaded " + WebSocketExtension.class.getName()
                            + ": add it to its extensions, or leave discovery enabled",
                    e);
        }
    }

    /** Whether this is the extension of its container. */
    boolean has(WebSocketExtension other) {
        return extension.equals(other);
    }

    /** That of the container. */
    public BeanManager manager() {
        return manager;
    }

    @Override
    public void check(Class<?> type) throws DeploymentException {
        Maker<?> maker;
        try {
            maker = maker(type);
        } catch (RuntimeException | LinkageError e) {
            throw new DeploymentException(type.getName() + " cannot be injected: " + e, e);
        }
        maker.check();
    }

    @Override
    public <T> T create(Class<T> type) throws InstantiationException {
        try {
            Maker.Made<T> instance = maker(type).make();
            T object = Objects.requireNonNull(instance.instance());
            Runnable end = instance.end();
            if (end != null) {
                made.put(new Identity(object), end);
            }
            return object;
        } catch (RuntimeException | Error e) {
            InstantiationException failed =
                    new InstantiationException("CDI has no instance of " + type.getName() + ": " + e);
            failed.initCause(e);
            throw failed;
        }
    }

    @SuppressWarnings("unchecked") // each is put there by its own class
    private <T> Maker<T> maker(Class<T> type) {
        Maker<?> known = makers.get(type);
        if (known == null) {
            known = Maker.of(type, manager); // not under the map's lock: CDI loads classes for it
            makers.put(type, known);
        }
        return (Maker<T>) known;
    }

    @Override
    public void destroy(Object instance) {
        Runnable end = made.remove(new Identity(instance));
        if (end != null) {
            quietly("the end of a " + instance.getClass().getName(), end);
        }
    }

    @Override
    public Companion.Call call() {
        return begin(null);
    }

    @Override
    public Companion companion(Class<?> endpoint) {
        return new SessionLife(this, endpoint);
    }

    /** Begins a call on this thread. */
    Companion.Call begin(@Nullable SessionLife session) {
        Place before = new Place(this, session).enter();
        RequestContextController request = activeRequest();
        return () -> {
            if (request != null && !(closed && container != null)) { // it has ended all contexts then
                quietly("the end of a request context", request::deactivate);
                idle.add(request);
            }
            Place.leave(before);
        };
    }

    /** What made a request context active, null when one is: a call inside of another one is of the same request. */
    private @Nullable RequestContextController activeRequest() {
        if (closed) {
            return null;
        }
        RequestContextController request = idle.poll();
        try {
            if (request == null) {
                request = reference(RequestContextController.class);
            }
            if (request.activate()) {
                return request;
            }
            idle.add(request);
        } catch (RuntimeException | Error e) { // such as an observer of its beginning
            LOG.log(Level.WARNING, "the beginning of a request context failed", e);
        }
        return null;
    }

    private <T> T reference(Class<T> type) {
        Bean<?> bean = manager.resolve(manager.getBeans(type));
        return type.cast(manager.getReference(bean, type, manager.createCreationalContext(bean)));
    }

    void opened(SessionLife life, Session session) {
        extension.add(life, session);
        fire(session, Initialized.Literal.of(WebSocketSessionScoped.class));
        fire(session, Opened.Literal.INSTANCE);
    }

    void closed(SessionLife life, Session session) {
        extension.close(life, session);
        fire(session, Closed.Literal.INSTANCE);
    }

    /** Ends the scope of a session, in a call of it. */
    void ending(SessionLife life, Session session, Runnable destroy) {
        extension.remove(life, session); // no other thread enters a context that ends
        quietly(
                "an observer of the end of a session's scope",
                () -> fire(session, BeforeDestroyed.Literal.of(WebSocketSessionScoped.class)));
        destroy.run();
        quietly(
                "an observer of the end of a session's scope",
                () -> fire(session, Destroyed.Literal.of(WebSocketSessionScoped.class)));
    }

    private void fire(Session session, Annotation qualifier) {
        if (!closed) {
            manager.getEvent().select(Session.class, qualifier).fire(session);
        }
    }

    private static void quietly(String what, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) { // there is nobody to throw it to
            LOG.log(Level.WARNING, what + " failed", e);
        }
    }

    /** Ends what sessions have left, and the container if it is this one's own. Has no effect the second time. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        extension.livesOf(this).forEach(SessionLife::ended);
        made.keySet().forEach(left -> destroy(left.object()));
        closed = true;
        if (container != null) {
            Containers.end(this, container);
        }
    }
}
