package dev.duplex.cdi;

import dev.duplex.endpoint.Companion;
import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Default;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeforeBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.InjectionPoint;
import jakarta.enterprise.inject.spi.ProcessProducerField;
import jakarta.enterprise.inject.spi.ProcessProducerMethod;
import jakarta.enterprise.util.TypeLiteral;
import jakarta.websocket.Session;
import java.lang.annotation.Annotation;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Adds the scope of sessions, {@code @Inject Session}, {@link SessionsOf} and {@link SessionContextController} to the CDI container that
 * loads it. One for each container; makes no class of the application a bean. Safe for any thread.
 */
public final class WebSocketExtension implements Extension {
    static final String NO_SESSION =
            "No WebSocket session is current on this thread: @WebSocketSessionScoped and @Inject Session"
                    + " are there in the callbacks of a session, and in what SessionContextController runs";

    private final Map<Class<?>, Set<Session>> open = new ConcurrentHashMap<>();
    private final Map<String, SessionLife> lives = new ConcurrentHashMap<>(); // by the ids of their sessions
    private boolean sessionIsProduced; // confined to the thread that boots

    /** For the service loader. */
    public WebSocketExtension() {}

    /** Makes the annotations of this package known where their archive is none of beans. */
    public void known(@Observes BeforeBeanDiscovery discovery) {
        discovery.addScope(WebSocketSessionScoped.class, true, false);
        discovery.addQualifier(Opened.class);
        discovery.addQualifier(Closed.class);
        discovery.addQualifier(SessionsOf.class);
    }

    /** Sees that the application has a Session of its own to inject. */
    public void produced(@Observes ProcessProducerMethod<Session, ?> method) {
        note(method.getBean());
    }

    /** Sees that the application has a Session of its own to inject. */
    public void produced(@Observes ProcessProducerField<Session, ?> field) {
        note(field.getBean());
    }

    private void note(Bean<?> produced) {
        if (produced.getQualifiers().contains(Default.Literal.INSTANCE)) { // also one that has only a name
            sessionIsProduced = true;
        }
    }

    /** Adds the context and the beans. */
    public void add(@Observes AfterBeanDiscovery discovery) {
        discovery.addContext(new SessionContext(this));
        if (!sessionIsProduced) { // a second one would be ambiguous
            Session current = CurrentSession.of(this);
            discovery
                    .<Session>addBean()
                    .types(Session.class, Object.class)
                    .scope(Dependent.class)
                    .qualifiers(Default.Literal.INSTANCE, Any.Literal.INSTANCE)
                    .produceWith(any -> current);
        }
        discovery
                .<Set<Session>>addBean()
                .types(new TypeLiteral<Set<Session>>() {}.getType(), Object.class)
                .scope(Dependent.class)
                .qualifiers(SessionsOf.Literal.of(Object.class), Any.Literal.INSTANCE)
                .produceWith(this::sessionsOf);
        discovery
                .<SessionContextController>addBean()
                .types(SessionContextController.class, Object.class)
                .scope(Dependent.class)
                .qualifiers(Default.Literal.INSTANCE, Any.Literal.INSTANCE)
                .produceWith(any -> new Controller());
    }

    private Set<Session> sessionsOf(Instance<Object> instance) {
        InjectionPoint point = instance.select(InjectionPoint.class).get();
        for (Annotation qualifier : point.getQualifiers()) {
            if (qualifier instanceof SessionsOf of) {
                return new OpenSessions(open.computeIfAbsent(of.value(), any -> ConcurrentHashMap.newKeySet()));
            }
        }
        throw new IllegalStateException(
                "@SessionsOf names the endpoint whose sessions are meant, and " + point + " does not");
    }

    /** The session that this thread is in, null when it is in none of this CDI container. */
    @Nullable
    SessionLife current() {
        Place place = Place.current();
        if (place == null || !place.application().has(this)) {
            return null;
        }
        SessionLife life = place.session();
        return life == null || life.session() == null ? null : life;
    }

    /** The same as a Session; throws instead of returning null. */
    Session currentSession() {
        SessionLife life = current();
        Session session = life == null ? null : life.session();
        if (session == null) {
            throw new ContextNotActiveException(NO_SESSION);
        }
        return session;
    }

    void add(SessionLife life, Session session) {
        lives.put(session.getId(), life);
        open.computeIfAbsent(life.endpoint(), any -> ConcurrentHashMap.newKeySet())
                .add(session);
    }

    /** It is no open one any more. */
    void close(SessionLife life, Session session) {
        Set<Session> others = open.get(life.endpoint());
        if (others != null) {
            others.remove(session);
        }
    }

    void remove(SessionLife life, Session session) {
        close(life, session);
        lives.remove(session.getId());
    }

    /** Those of an application that have not ended. */
    Set<SessionLife> livesOf(Cdi application) {
        Set<SessionLife> all = ConcurrentHashMap.newKeySet();
        lives.values().stream()
                .filter(life -> life.application().equals(application))
                .forEach(all::add);
        return all;
    }

    private final class Controller implements SessionContextController {
        @Override
        public void run(Session session, Runnable work) {
            Companion.Call call = begin(session);
            try {
                work.run();
            } finally {
                call.close();
            }
        }

        @Override
        public <T> T call(Session session, Callable<T> work) throws Exception {
            Companion.Call call = begin(session);
            try {
                return work.call();
            } finally {
                call.close();
            }
        }

        private Companion.Call begin(Session session) {
            SessionLife life = lives.get(session.getId());
            if (life == null || life.session() == null) {
                throw new IllegalStateException("The session " + session.getId()
                        + " has ended, or is none of an application with this CDI container: it has no context");
            }
            return life.call();
        }
    }
}
