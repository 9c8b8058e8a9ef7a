package dev.duplex.container;

import dev.duplex.engine.Connection;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.handshake.Headers;
import dev.duplex.handshake.ServerHandshake;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.Extension;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Stand-in. */
public final class DuplexServerContainer implements ServerContainer {
    final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final Set<String> paths = ConcurrentHashMap.newKeySet();
    private final String contextPath;
    private volatile boolean stopped;

    private DuplexServerContainer(Builder builder) {
        this.contextPath = builder.contextPath;
    }

    public static Builder builder() {
        return new Builder();
    }

    public static final class Builder {
        private String contextPath = "";

        public Builder contextPath(String path) {
            this.contextPath = path;
            return this;
        }

        public Builder classLoader(ClassLoader loader) {
            return this;
        }

        public Builder origins(OriginPolicy policy) {
            return this;
        }

        public Builder properties(Map<String, Object> properties) {
            return this;
        }

        public DuplexServerContainer build() {
            return new DuplexServerContainer(this);
        }
    }

    public void deploy(Set<Class<?>> scanned) throws DeploymentException {
        for (Class<?> type : scanned) {
            addEndpoint(type);
        }
    }

    public void deploy(Collection<Class<?>> annotated, Collection<ServerEndpointConfig> configs)
            throws DeploymentException {
        for (Class<?> type : annotated) {
            addEndpoint(type);
        }
        for (ServerEndpointConfig config : configs) {
            addEndpoint(config);
        }
    }

    public Upgrade upgrade(HostRequest request) throws HandshakeFailure {
        if (stopped) {
            throw new HandshakeFailure(503, "the server stops");
        }
        String path = request.head().path();
        if (!path.startsWith(contextPath) || !paths.contains(path.substring(contextPath.length()))) {
            throw new HandshakeFailure(404, "there is no endpoint at " + path);
        }
        return new Upgrade(this, ServerHandshake.check(request.head()).accept(null, List.of(), Headers.NONE));
    }

    public Set<String> paths() {
        return Set.copyOf(paths);
    }

    public void stop(Duration grace) {
        stopped = true;
        try (java.util.concurrent.ExecutorService all =
                java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            connections.forEach(connection -> all.execute(() -> connection.shutdown(Upgrade.away(), grace.toNanos())));
        }
    }

    @Override
    public void addEndpoint(Class<?> type) throws DeploymentException {
        ServerEndpoint annotation = type.getAnnotation(ServerEndpoint.class);
        if (annotation == null) {
            throw new DeploymentException(type.getName() + " is not annotated with @ServerEndpoint");
        }
        add(annotation.value());
    }

    @Override
    public void addEndpoint(ServerEndpointConfig config) throws DeploymentException {
        add(config.getPath());
    }

    private void add(String path) throws DeploymentException {
        if (!paths.add(path)) {
            throw new DeploymentException("two endpoints have the path " + path);
        }
    }

    @Override
    public void upgradeHttpToWebSocket(
            Object request, Object response, ServerEndpointConfig config, Map<String, String> parameters) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long getDefaultAsyncSendTimeout() {
        return 0;
    }

    @Override
    public void setAsyncSendTimeout(long timeout) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Session connectToServer(Object endpoint, URI path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Session connectToServer(Class<?> endpoint, URI path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Session connectToServer(Endpoint endpoint, ClientEndpointConfig config, URI path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Session connectToServer(Class<? extends Endpoint> endpoint, ClientEndpointConfig config, URI path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long getDefaultMaxSessionIdleTimeout() {
        return 0;
    }

    @Override
    public void setDefaultMaxSessionIdleTimeout(long timeout) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int getDefaultMaxBinaryMessageBufferSize() {
        return 0;
    }

    @Override
    public void setDefaultMaxBinaryMessageBufferSize(int max) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int getDefaultMaxTextMessageBufferSize() {
        return 0;
    }

    @Override
    public void setDefaultMaxTextMessageBufferSize(int max) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<Extension> getInstalledExtensions() {
        return Set.of();
    }
}
