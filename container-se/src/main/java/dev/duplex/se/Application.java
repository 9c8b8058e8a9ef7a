package dev.duplex.se;

import dev.duplex.container.DuplexServerContainer;
import dev.duplex.container.OriginPolicy;
import dev.duplex.endpoint.Instances;
import dev.duplex.se.discovery.Discovery;
import dev.duplex.se.discovery.Places;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can be deployed on a server under one context path: endpoints, and what holds for all of them. Immutable. Jakarta WebSocket §6. */
public final class Application {
    private static final System.Logger LOG = System.getLogger(Application.class.getName());

    private final String contextPath;
    private final @Nullable ClassLoader classLoader;
    private final Set<Class<?>> annotated;
    private final List<ServerEndpointConfig> configs;
    private final Set<Class<?>> scanned;
    private final OriginPolicy origins;
    private final Map<String, Object> properties;
    private final @Nullable Places places;
    private final boolean isolated;
    private final Injection injection;
    private final @Nullable Path files;
    private final @Nullable Authenticator authenticator;

    /** What the settings say now. */
    Application(ApplicationSettings<?> settings) {
        this.contextPath = settings.contextPath;
        this.classLoader = settings.classLoader;
        this.annotated = new LinkedHashSet<>(settings.annotated);
        this.configs = List.copyOf(settings.configs);
        this.scanned = new LinkedHashSet<>(settings.scanned);
        this.origins = settings.origins;
        this.properties = Map.copyOf(settings.properties);
        this.places = settings.places;
        this.isolated = settings.isolated;
        this.injection = settings.injection;
        this.files = settings.files;
        this.authenticator = settings.authenticator;
    }

    /** A builder of an application at the root, without endpoints. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A builder of the application that is in a WAR, packed or not, in jars, or in directories of classes, or in several of them
     * together: what a scan finds there is deployed as section 6.2 of the specification says, by a class loader of its own. They are read
     * at each deployment, not before. The context path is that of the WAR's name: {@code /chat} of {@code chat.war}, the root of
     * {@code ROOT.war}; that of all else is the root.
     */
    public static Builder of(Path archive, Path... more) {
        return new Builder(Places.of(archive, more));
    }

    /** A builder of the application that is on the class path and the module path of the JVM, which are scanned at each deployment. */
    public static Builder ofClassPath() {
        return new Builder(Places.ofClassPath());
    }

    /** Where it is: empty for the root, else from its first slash on. */
    public String contextPath() {
        return contextPath;
    }

    /** Whether nothing would be served. */
    boolean empty() {
        return places == null && annotated.isEmpty() && configs.isEmpty() && scanned.isEmpty() && files == null;
    }

    /**
     * Deploys all of its endpoints in a container of their own.
     *
     * @throws DeploymentException when an endpoint cannot be deployed, or there is no directory of its files; nothing is left then
     * @throws IllegalArgumentException when a property has a wrong value
     */
    DeployedApplication deploy(DuplexServer server) throws DeploymentException {
        List<AutoCloseable> resources =
                new ArrayList<>(); // what is opened for it, to be closed with it, the last one first
        Discovery discovery = places == null ? null : places.open(isolated, loader());
        if (discovery != null) {
            resources.add(discovery.resource());
        }
        boolean deployed = false;
        DeployedApplication application = null;
        try {
            ClassLoader own = discovery == null ? loader() : discovery.loader();
            Instances instances = injection.instances(discovery, classes(), own, resources);
            DuplexServerContainer container = DuplexServerContainer.builder()
                    .contextPath(contextPath)
                    .classLoader(own)
                    .instances(instances)
                    .origins(origins)
                    .properties(properties)
                    .build();
            application = new DeployedApplication(
                    server,
                    container,
                    instances,
                    staticFiles(files != null || discovery == null ? files : discovery.files()),
                    authenticator,
                    resources);
            if (discovery == null) {
                container.deploy(scanned);
            } else {
                deployFound(discovery, container, application.cdi() != null);
            }
            container.deploy(annotated, configs);
            deployed = true;
            return application;
        } finally {
            if (!deployed) {
                if (application == null) {
                    DeployedApplication.closeAll(resources, contextPath);
                } else {
                    application.end(Duration.ZERO);
                }
            }
        }
    }

    /** The classes that were named one by one. */
    private Set<Class<?>> classes() {
        Set<Class<?>> classes = new LinkedHashSet<>(annotated);
        classes.addAll(scanned);
        configs.stream() // an application's config may return anything
                .map(ServerEndpointConfig::getEndpointClass)
                .filter(Objects::nonNull)
                .forEach(classes::add);
        return classes;
    }

    private void deployFound(Discovery discovery, DuplexServerContainer container, boolean injected)
            throws DeploymentException {
        Set<Class<?>> all = new LinkedHashSet<>(discovery.found());
        all.addAll(scanned);
        try {
            container.deploy(all);
        } catch (DeploymentException e) {
            throw new DeploymentException(discovery.name() + ": " + e.getMessage(), e);
        }
        if (container.paths().isEmpty() && annotated.isEmpty() && configs.isEmpty()) {
            // Beans without endpoints may be all that is wanted, as in the test of a bean
            LOG.log(injected ? Level.DEBUG : Level.WARNING, discovery::whyNothing);
        }
    }

    /** The loader of its classes, or the parent of that. */
    private ClassLoader loader() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return Objects.requireNonNullElseGet(
                classLoader, () -> context != null ? context : Application.class.getClassLoader());
    }

    private @Nullable StaticFiles staticFiles(@Nullable Path directory) throws DeploymentException {
        try {
            return directory == null ? null : new StaticFiles(directory);
        } catch (IOException e) {
            throw new DeploymentException(
                    "the files of the application at " + contextPath + "/ must be those of a directory, not "
                            + directory,
                    e);
        }
    }

    /** Collects what an application is. Confined to one thread. */
    public static final class Builder extends ApplicationSettings<Builder> {
        private Builder() {}

        private Builder(Places places) {
            this.places = places;
            contextPath(places.contextPath());
        }

        /** The application. */
        public Application build() {
            return new Application(this);
        }

        @Override
        Builder self() {
            return this;
        }
    }
}
