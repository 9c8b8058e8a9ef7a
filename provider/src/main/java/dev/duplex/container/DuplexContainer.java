package dev.duplex.container;

import dev.duplex.endpoint.AmbientInstances;
import dev.duplex.endpoint.Instances;
import dev.duplex.engine.ConnectionSettings;
import dev.duplex.peer.PeerPolicy;
import dev.duplex.session.OpenSessions;
import dev.duplex.session.SessionDefaults;
import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.Extension;
import jakarta.websocket.Session;
import jakarta.websocket.WebSocketContainer;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of Jakarta WebSocket: connects endpoints to servers, and holds the defaults of their sessions. Costs nothing until it
 * connects. Safe for any thread.
 *
 * <p>A URI is one of {@code ws} or {@code wss}; the host's name is verified under TLS. What goes wrong comes out of connectToServer in two
 * forms: a {@link DeploymentException} for an endpoint, config or URI that is wrong and for a handshake that the server refused or broke; an
 * {@link IOException} for the network. DNS, TCP, TLS and handshake share one deadline, 10 s unless the user property {@code
 * dev.duplex.timeout} says otherwise. The open callback has returned when connectToServer does.
 */
public class DuplexContainer implements WebSocketContainer {
    private static final int DEFAULT_BUFFER_BYTES = 1 << 20;

    /** Who makes the instances of a container that no host made; by constructor, if no host says. */
    private static final AmbientInstances AMBIENT = ServiceLoader.load(
                    AmbientInstances.class, DuplexContainer.class.getClassLoader())
            .findFirst()
            .orElse(() -> Instances.BY_CONSTRUCTOR);

    private final Instances instances;
    private final Map<String, Object> properties;
    private final LiveSessions live = new LiveSessions();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Class<?>, OpenSessions> openSessions = new WeakHashMap<>(); // guarded by lock

    private volatile long asyncSendTimeout = -1;
    private volatile long maxIdleTimeout;
    private volatile int maxTextBytes = DEFAULT_BUFFER_BYTES;
    private volatile int maxBinaryBytes = DEFAULT_BUFFER_BYTES;

    private volatile @Nullable SessionDefaults lastDefaults;
    private volatile @Nullable ConnectionSettings lastSettings;

    /** A container without defaults of its own. */
    public DuplexContainer() {
        this(Map.of());
    }

    /**
     * A container with defaults of the keys {@code dev.duplex.*}, which endpoints can set as user properties.
     *
     * @throws IllegalArgumentException when a property has a wrong value
     */
    public DuplexContainer(Map<String, Object> properties) {
        this(AMBIENT.current(), Map.copyOf(properties));
    }

    DuplexContainer(Instances instances, Map<String, Object> properties) {
        try {
            ConnectionPolicy.of(true, Map.of(), Object.class, properties);
        } catch (DeploymentException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        this.instances = instances;
        this.properties = properties;
    }

    /**
     * {@inheritDoc}
     *
     * <p>The class needs no constructor without arguments, and must be annotated itself.
     */
    @Override
    public Session connectToServer(Object annotatedEndpointInstance, URI path) throws DeploymentException, IOException {
        return connect(
                required("annotatedEndpointInstance", annotatedEndpointInstance).getClass(),
                annotatedEndpointInstance,
                path);
    }

    @Override
    public Session connectToServer(Class<?> annotatedEndpointClass, URI path) throws DeploymentException, IOException {
        return connect(required("annotatedEndpointClass", annotatedEndpointClass), (Object) null, path);
    }

    @Override
    public Session connectToServer(Endpoint endpointInstance, ClientEndpointConfig cec, URI path)
            throws DeploymentException, IOException {
        return connect(required("endpointInstance", endpointInstance).getClass(), endpointInstance, cec, path);
    }

    @Override
    public Session connectToServer(Class<? extends Endpoint> endpointClass, ClientEndpointConfig cec, URI path)
            throws DeploymentException, IOException {
        return connect(required("endpointClass", endpointClass), null, cec, path);
    }

    /** Milliseconds; −1, for none, unless it was set. */
    @Override
    public long getDefaultAsyncSendTimeout() {
        return asyncSendTimeout;
    }

    @Override
    public void setAsyncSendTimeout(long timeoutmillis) {
        asyncSendTimeout = timeoutmillis;
    }

    /** Milliseconds; 0, for none, unless it was set. */
    @Override
    public long getDefaultMaxSessionIdleTimeout() {
        return maxIdleTimeout;
    }

    @Override
    public void setDefaultMaxSessionIdleTimeout(long timeout) {
        maxIdleTimeout = timeout;
    }

    /** Bytes; 1 MiB unless it was set. */
    @Override
    public int getDefaultMaxBinaryMessageBufferSize() {
        return maxBinaryBytes;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException when it is negative
     */
    @Override
    public void setDefaultMaxBinaryMessageBufferSize(int max) {
        maxBinaryBytes = notNegative("binary", max);
    }

    /** Bytes of UTF-8; 1 MiB unless it was set. */
    @Override
    public int getDefaultMaxTextMessageBufferSize() {
        return maxTextBytes;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException when it is negative
     */
    @Override
    public void setDefaultMaxTextMessageBufferSize(int max) {
        maxTextBytes = notNegative("text", max);
    }

    /** Just permessage-deflate. */
    @Override
    public Set<Extension> getInstalledExtensions() {
        return Set.of(NamedExtension.DEFLATE);
    }

    /** Who makes what the application names by its class. */
    Instances instances() {
        return instances;
    }

    /** The defaults of policies. */
    Map<String, Object> properties() {
        return properties;
    }

    LiveSessions live() {
        return live;
    }

    /** What a session of this container starts with. */
    SessionDefaults sessionDefaults(ConnectionPolicy policy) {
        int bytes = policy.maxReceivePayload();
        SessionDefaults made = new SessionDefaults(
                maxIdleTimeout,
                bytes == PeerPolicy.NOT_SET ? maxTextBytes : bytes,
                bytes == PeerPolicy.NOT_SET ? maxBinaryBytes : bytes,
                asyncSendTimeout,
                policy.maxPendingBytes());
        SessionDefaults last = lastDefaults;
        if (last != null && last.equals(made)) {
            return last; // most sessions share one
        }
        lastDefaults = made;
        return made;
    }

    /** What the connection of a session is held to. */
    ConnectionSettings settings(ConnectionPolicy policy) {
        ConnectionSettings made = policy.settings();
        ConnectionSettings last = lastSettings;
        if (last != null && last.equals(made)) {
            return last; // as above
        }
        lastSettings = made;
        return made;
    }

    /** The open sessions of an endpoint that is known by its class only. */
    OpenSessions openSessions(Class<?> endpoint) {
        lock.lock();
        try {
            return openSessions.computeIfAbsent(endpoint, any -> new OpenSessions());
        } finally {
            lock.unlock();
        }
    }

    static <T> T required(String name, @Nullable T argument) {
        if (argument == null) {
            throw new IllegalArgumentException(name + " must not be null");
        }
        return argument;
    }

    private Session connect(
            Class<? extends Endpoint> type, @Nullable Endpoint instance, ClientEndpointConfig config, URI uri)
            throws DeploymentException, IOException {
        EndpointModel model = EndpointModel.ofClient(type, required("cec", config));
        return new Connector(this, model, instance, config, null, required("path", uri)).connect();
    }

    private Session connect(Class<?> type, @Nullable Object instance, URI uri) throws DeploymentException, IOException {
        ClientEndpoint annotation = type.getAnnotation(ClientEndpoint.class);
        if (annotation == null) {
            // Jakarta WebSocket §4.8: the annotation is not inherited
            throw new DeploymentException(type.getName() + " must be annotated with @ClientEndpoint itself"
                    + (Endpoint.class.isAssignableFrom(type)
                            ? "; an Endpoint is connected with a ClientEndpointConfig"
                            : ""));
        }
        EndpointModel model = EndpointModel.ofClient(type, annotation);
        URI path = required("path", uri);
        boolean made = annotation.configurator() != ClientEndpointConfig.Configurator.class;
        ClientEndpointConfig.Configurator configurator;
        try {
            configurator = made ? instances.create(annotation.configurator()) : new ClientEndpointConfig.Configurator();
        } catch (InstantiationException e) {
            throw new DeploymentException(
                    "The configurator of " + type.getName() + " cannot be made: " + e.getMessage(), e);
        }
        ClientEndpointConfig config = ClientEndpointConfig.Builder.create()
                .preferredSubprotocols(List.of(annotation.subprotocols()))
                .encoders(List.of(annotation.encoders()))
                .decoders(List.of(annotation.decoders()))
                .configurator(configurator)
                .build();
        return new Connector(this, model, instance, config, made ? configurator : null, path).connect();
    }

    private static int notNegative(String kind, int max) {
        if (max < 0) {
            throw new IllegalArgumentException(
                    "the maximum size of a " + kind + " message must be 0 bytes or more, not " + max);
        }
        return max;
    }
}
