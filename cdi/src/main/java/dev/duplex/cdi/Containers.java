package dev.duplex.cdi;

import dev.duplex.endpoint.ContextLoader;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.CDI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The CDI containers that end with their applications, and whose of them a thread is in. Safe for any thread. */
final class Containers {
    private static final Map<Cdi, Running> RUNNING = new ConcurrentHashMap<>();

    private record Running(SeContainer container, ClassLoader loader) {}

    private Containers() {}

    /** Adds one, and lets {@code CDI.current()} find it; the loader is that of its application. */
    static void add(Cdi cdi, SeContainer container, ClassLoader loader) {
        RUNNING.put(cdi, new Running(container, loader));
        ApplicationProvider.install(Containers::current);
    }

    /** Ends one. */
    static void end(Cdi cdi, SeContainer container) {
        Running running = RUNNING.remove(cdi);
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader before = ContextLoader.enter(running == null ? context : running.loader());
        Place place = new Place(cdi, null).enter();
        try {
            container.close();
        } finally {
            Place.leave(place);
            ContextLoader.leave(before);
        }
    }

    /** Whether a container is one of these. */
    static boolean has(BeanManager manager) {
        return RUNNING.keySet().stream().anyMatch(cdi -> cdi.has(manager.getExtension(WebSocketExtension.class)));
    }

    /** That of the application which this thread is in: in one of its calls, or by its context class loader. Null for none. */
    static @Nullable Cdi application() {
        Place place = Place.current();
        if (place != null) {
            return place.application();
        }
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        Cdi only = null;
        for (Map.Entry<Cdi, Running> running : RUNNING.entrySet()) {
            if (running.getValue().loader().equals(loader)) {
                if (only != null) {
                    return null; // two applications of one loader: nobody can tell
                }
                only = running.getKey();
            }
        }
        return only;
    }

    private static @Nullable CDI<Object> current() {
        Cdi application = application();
        Running running = application == null ? null : RUNNING.get(application);
        // Weld's and OpenWebBeans' containers are both
        return running != null && running.container() instanceof CDI<?> cdi ? known(cdi) : null;
    }

    @SuppressWarnings("unchecked") // an SeContainer is an Instance<Object>
    private static CDI<Object> known(CDI<?> cdi) {
        return (CDI<Object>) cdi;
    }
}
