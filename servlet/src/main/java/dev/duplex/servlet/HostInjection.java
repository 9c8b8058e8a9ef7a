package dev.duplex.servlet;

import dev.duplex.cdi.Cdi;
import dev.duplex.cdi.WebSocketExtension;
import dev.duplex.endpoint.Companion;
import dev.duplex.endpoint.ContextLoader;
import dev.duplex.endpoint.Instances;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.servlet.ServletContext;
import jakarta.websocket.DeploymentException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Makes what an application names by its class: by the CDI container of the application where it has one, else by constructors. That may
 * start after this, so it is looked for until {@link #settle}. Loads no class of CDI where there is no API of it. Safe for any thread.
 */
final class HostInjection implements Instances {
    private static final System.Logger LOG = System.getLogger(HostInjection.class.getName());

    private static final String BEAN_MANAGER = "jakarta.enterprise.inject.spi.BeanManager";

    /** Where CDI implementations leave the BeanManager of an application: Weld, then OpenWebBeans. */
    private static final List<String> ATTRIBUTES =
            List.of("org.jboss.weld.environment.servlet." + BEAN_MANAGER, BEAN_MANAGER);

    private final ServletContext context;
    private final AtomicReference<@Nullable Instances> settled = new AtomicReference<>();

    /** Of the application with this context. */
    HostInjection(ServletContext context) {
        this.context = context;
    }

    /** Looks for the last time: CDI that is not there when the endpoints are deployed makes none of them. */
    void settle() {
        if (settled.get() == null) {
            settled.compareAndSet(null, Objects.requireNonNullElse(look(), BY_CONSTRUCTOR));
        }
    }

    /** Ends what was made and is left, as long as the CDI container is there. */
    void close() {
        if (settled.get() instanceof Cdi cdi) {
            cdi.close();
        }
    }

    private Instances current() {
        Instances known = settled.get();
        if (known == null) {
            Instances found = look();
            if (found == null) {
                return BY_CONSTRUCTOR;
            }
            settled.compareAndSet(null, found);
            known = Objects.requireNonNull(settled.get());
        }
        return known;
    }

    /** Who makes instances from now on, null when there is no CDI yet. */
    private @Nullable Instances look() {
        ClassLoader before = ContextLoader.enter(context.getClassLoader());
        try {
            Object left = ATTRIBUTES.stream()
                    .map(context::getAttribute)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
            return isThere() ? byCdi(left) : left == null ? null : withoutApi();
        } finally {
            ContextLoader.leave(before);
        }
    }

    private static boolean isThere() {
        try {
            Class.forName(BEAN_MANAGER, false, HostInjection.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false; // CDI is optional
        }
    }

    /**
     * The CDI container of the application.
     *
     * @param left what it has left in the context
     */
    private @Nullable Instances byCdi(@Nullable Object left) {
        Object manager = left == null ? running() : left;
        if (manager == null) {
            return null;
        }
        if (!(manager instanceof BeanManager known)) {
            return withoutApi();
        }
        try {
            return Cdi.of(known);
        } catch (IllegalArgumentException e) {
            LOG.log(
                    Level.WARNING,
                    "The CDI container of the application at " + context.getContextPath() + "/ has not loaded "
                            + WebSocketExtension.class.getName() + ", so it injects no endpoint: put the jar duplex-cdi"
                            + " where this container finds extensions, such as WEB-INF/lib");
            return BY_CONSTRUCTOR;
        }
    }

    private static @Nullable Object running() {
        try {
            return CDI.current().getBeanManager();
        } catch (IllegalStateException e) {
            LOG.log(Level.DEBUG, () -> "no CDI container runs here: " + e);
            return null;
        }
    }

    private Instances withoutApi() {
        LOG.log(
                Level.WARNING,
                "The application at " + context.getContextPath()
                        + "/ has CDI, but not the API of it that Duplex sees, so it injects no endpoint: put the jars"
                        + " of Duplex and those of CDI into the same place, such as WEB-INF/lib");
        return BY_CONSTRUCTOR;
    }

    @Override
    public void check(Class<?> type) throws DeploymentException {
        current().check(type);
    }

    @Override
    public Companion.@Nullable Call call() {
        return current().call();
    }

    @Override
    public @Nullable Companion companion(Class<?> endpoint) {
        return current().companion(endpoint);
    }

    @Override
    public <T> T create(Class<T> type) throws InstantiationException {
        return current().create(type);
    }

    @Override
    public void destroy(Object instance) {
        current().destroy(instance);
    }
}
