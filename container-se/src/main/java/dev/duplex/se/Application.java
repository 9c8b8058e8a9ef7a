package dev.duplex.se;

import dev.duplex.container.DuplexServerContainer;
import dev.duplex.container.OriginPolicy;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerEndpointConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can be deployed on a server under one context path: endpoints, and what holds for all of them. Immutable. Jakarta WebSocket §6. */
public final class Application {
    private final String contextPath;
    private final @Nullable ClassLoader classLoader;
    private final Set<Class<?>> annotated;
    private final List<ServerEndpointConfig> configs;
    private final Set<Class<?>> scanned;
    private final OriginPolicy origins;
    private final Map<String, Object> properties;

    /** What the settings say now. */
    Application(ApplicationSettings<?> settings) {
        this.contextPath = settings.contextPath;
        this.classLoader = settings.classLoader;
        this.annotated = new LinkedHashSet<>(settings.annotated);
        this.configs = List.copyOf(settings.configs);
        this.scanned = new LinkedHashSet<>(settings.scanned);
        this.origins = settings.origins;
        this.properties = Map.copyOf(settings.properties);
    }

    /** A builder of an application at the root, without endpoints. */
    public static Builder builder() {
        return new Builder();
    }

    /** Where it is: empty for the root, else from its first slash on. */
    public String contextPath() {
        return contextPath;
    }

    /** Whether nothing would be served. */
    boolean empty() {
        return annotated.isEmpty() && configs.isEmpty() && scanned.isEmpty();
    }

    /**
     * Deploys all of its endpoints in a container of their own.
     *
     * @throws DeploymentException when an endpoint cannot be deployed; nothing is left then
     * @throws IllegalArgumentException when a property has a wrong value
     */
    DeployedApplication deploy(DuplexServer server) throws DeploymentException {
        List<AutoCloseable> resources =
                new ArrayList<>(); // what is opened for it, to be closed with it, the last one first
        DuplexServerContainer.Builder builder = DuplexServerContainer.builder()
                .contextPath(contextPath)
                .origins(origins)
                .properties(properties);
        DuplexServerContainer container = (classLoader == null ? builder : builder.classLoader(classLoader)).build();
        DeployedApplication application = new DeployedApplication(server, container, resources);
        boolean deployed = false;
        try {
            container.deploy(scanned);
            container.deploy(annotated, configs);
            deployed = true;
            return application;
        } finally {
            if (!deployed) {
                application.end(Duration.ZERO);
            }
        }
    }

    /** Collects what an application is. Confined to one thread. */
    public static final class Builder extends ApplicationSettings<Builder> {
        private Builder() {}

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
