package dev.duplex.container;

import dev.duplex.endpoint.ContextLoader;
import dev.duplex.endpoint.Instances;
import dev.duplex.endpoint.PathTree;
import dev.duplex.endpoint.RequestPath;
import dev.duplex.handshake.HandshakeFailure;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The server endpoints of one application, and the way from a host's request to a connection with one of them. Has no thread and no socket
 * of its own: a host gives it both. Safe for any thread. Jakarta WebSocket §6.
 */
public final class DuplexServerContainer extends DuplexContainer implements ServerContainer {
    /** RFC 3986 §3.3. */
    private static final Pattern PATH = Pattern.compile("(?:[A-Za-z0-9/._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*");

    private final String contextPath;
    private final ClassLoader classLoader;
    private final OriginPolicy origins;
    private final @Nullable FrontController frontController;

    private final PathTree<DeployedEndpoint> endpoints = new PathTree<>();
    /** Held while endpoints are published; the application is not called under it. */
    private final ReentrantLock deploying = new ReentrantLock();

    private final List<DeployedEndpoint> deployed = new ArrayList<>(); // guarded by deploying
    private boolean inDeployment; // whether a mistake is one of the whole application; guarded by deploying
    private @Nullable Throwable failure; // what the deployment of the application has failed by; guarded by deploying

    private DuplexServerContainer(Builder builder, ClassLoader classLoader) {
        super(builder.instances, builder.properties);
        this.contextPath = builder.contextPath;
        this.classLoader = classLoader;
        this.origins = builder.origins;
        this.frontController = builder.frontController;
        this.inDeployment = builder.inDeployment;
    }

    /** Begins with an empty context path, the thread's context class loader, instances by constructor, and origins of the same host. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Deploys an annotated class, at any time. One that is deployed already is left alone (§6.3).
     *
     * @throws DeploymentException when the class is no endpoint, or its path is taken; nothing has changed then, unless the application
     *     {@linkplain Builder#inDeployment() is being deployed}
     * @throws IllegalStateException when the container was stopped
     */
    @Override
    public void addEndpoint(Class<?> endpointClass) throws DeploymentException {
        deploy(List.of(required("endpointClass", endpointClass)), List.of());
    }

    /**
     * Deploys the endpoint of a config, at any time.
     *
     * @throws DeploymentException when it is no endpoint, or its path is taken; nothing has changed then, unless the application
     *     {@linkplain Builder#inDeployment() is being deployed}
     * @throws IllegalStateException when the container was stopped
     */
    @Override
    public void addEndpoint(ServerEndpointConfig serverConfig) throws DeploymentException {
        deploy(List.of(), List.of(required("serverConfig", serverConfig)));
    }

    /**
     * Upgrades a request of a Servlet container to a connection with an endpoint that need not be deployed (§6.5), if the host is one.
     *
     * @throws UnsupportedOperationException when the host is no Servlet container
     * @throws IllegalStateException when the request is no valid opening handshake
     * @throws DeploymentException when the config is none of an endpoint
     */
    @Override
    public void upgradeHttpToWebSocket(
            Object httpServletRequest,
            Object httpServletResponse,
            ServerEndpointConfig sec,
            Map<String, String> pathParameters)
            throws IOException, DeploymentException {
        if (frontController == null) {
            throw new UnsupportedOperationException(
                    "upgradeHttpToWebSocket needs a Servlet container, which this is not:"
                            + " deploy the endpoint by addEndpoint, at any time");
        }
        frontController.upgrade(
                required("httpServletRequest", httpServletRequest),
                required("httpServletResponse", httpServletResponse),
                required("sec", sec),
                required("pathParameters", pathParameters));
    }

    /**
     * Deploys what the classes of an application ask for: the union of what its ServerApplicationConfigs return, or without one every
     * annotated class. Jakarta WebSocket §6.2, §4.8.
     *
     * @param scanned all classes of the application that are annotated with ServerEndpoint, extend Endpoint or implement
     *     ServerApplicationConfig. Each ServerApplicationConfig is given those of its own archive, told by their code source
     * @throws DeploymentException when anything of it is wrong; nothing of it is deployed then
     */
    public void deploy(Set<Class<?>> scanned) throws DeploymentException {
        step(() -> {
            Scan scan = Scan.of(scanned, classLoader, instances());
            make(scan.annotated(), scan.configs());
        });
    }

    /**
     * Deploys all of them or none, with the application's context class loader. An annotated class that comes twice, or is deployed already,
     * counts once (§6.3).
     *
     * @throws DeploymentException when anything of it is wrong; nothing of it is deployed then
     * @throws IllegalStateException when the container was stopped
     */
    public void deploy(Collection<Class<?>> annotated, Collection<ServerEndpointConfig> configs)
            throws DeploymentException {
        step(() -> make(annotated, configs));
    }

    /**
     * Ends the deployment of the application, if the container {@linkplain Builder#inDeployment() began} with it: a later mistake is one of the
     * endpoint that has it. Has no effect the second time.
     *
     * @throws DeploymentException when the deployment has failed, and names what by: the application must not start
     */
    public void endDeployment() throws DeploymentException {
        deploying.lock();
        try {
            inDeployment = false;
            checkNotFailed();
        } finally {
            deploying.unlock();
        }
    }

    /** Something that deploys. */
    private interface Step {
        void take() throws DeploymentException;
    }

    private void step(Step step) throws DeploymentException {
        deploying.lock();
        try {
            checkNotFailed(); // before the application is asked for anything
        } finally {
            deploying.unlock();
        }
        try {
            step.take();
        } catch (DeploymentException | RuntimeException | Error e) {
            failed(e);
            throw e;
        }
    }

    /** Under {@link #deploying}. */
    private void checkNotFailed() throws DeploymentException {
        if (failure != null) {
            throw new DeploymentException(
                    "None of the application's endpoints is deployed, because one cannot be (Jakarta WebSocket"
                            + " §5.2.1): "
                            + (failure instanceof DeploymentException ? failure.getMessage() : failure),
                    failure);
        }
    }

    /** Jakarta WebSocket §5.2.1: a mistake in the deployment takes all endpoints of the application with it, and lets none in any more. */
    private void failed(Throwable e) {
        deploying.lock();
        try {
            if (!inDeployment || failure != null) {
                return;
            }
            failure = e;
        } finally {
            deploying.unlock();
        }
        removeAll();
    }

    private void make(Collection<Class<?>> annotated, Collection<ServerEndpointConfig> configs)
            throws DeploymentException {
        ClassLoader before = ContextLoader.enter(classLoader);
        List<DeployedEndpoint> made = new ArrayList<>();
        boolean published = false;
        try {
            for (Class<?> type : new LinkedHashSet<>(annotated)) {
                if (!isDeployed(type)) {
                    made.add(made(type, () -> DeployedEndpoint.of(type, instances(), properties())));
                }
            }
            for (ServerEndpointConfig config : configs) {
                made.add(made(config.getEndpointClass(), () -> DeployedEndpoint.of(config, instances(), properties())));
            }
            publish(made);
            published = true;
        } finally {
            if (!published) {
                made.forEach(this::forget);
            }
            ContextLoader.leave(before);
        }
    }

    /** Makes an endpoint of a class. */
    private interface Making {
        DeployedEndpoint make() throws DeploymentException;
    }

    /** What it makes; a class that it needs and that cannot be loaded makes the endpoint a wrong one, as every other mistake does. */
    private static DeployedEndpoint made(@Nullable Class<?> type, Making making) throws DeploymentException {
        try {
            return making.make();
        } catch (LinkageError | TypeNotPresentException e) {
            Throwable cause = e instanceof ExceptionInInitializerError && e.getCause() != null ? e.getCause() : e;
            throw new DeploymentException(
                    (type == null ? "An endpoint" : type.getName()) + " needs a class that cannot be loaded: " + cause,
                    e);
        }
    }

    /**
     * Negotiates a connection with the endpoint at the request's path. The host writes the response and serves what is returned.
     *
     * @throws HandshakeFailure with the status to refuse with: 404 when there is no endpoint, 400, 405 and 426 when the request is no
     *     handshake, 403 for its origin, 500 when the application failed, 503 when the container is stopping
     */
    public Upgrade upgrade(HostRequest request) throws HandshakeFailure {
        return live().negotiate(() -> {
            String path = request.path();
            PathTree.Match<DeployedEndpoint> match = find(path);
            if (match == null) {
                throw new HandshakeFailure(404, "there is no endpoint at " + path);
            }
            return new Negotiation(this, match.endpoint(), match.parameters(), request).upgrade();
        });
    }

    /**
     * Negotiates a connection with an endpoint that is not deployed, for hosts with a front controller.
     *
     * @param pathParameters what {@link jakarta.websocket.server.PathParam} gets
     * @throws DeploymentException when the config is none of an endpoint
     * @throws HandshakeFailure with the status to refuse with, as {@link #upgrade(HostRequest)} says
     */
    public Upgrade upgrade(HostRequest request, ServerEndpointConfig config, Map<String, String> pathParameters)
            throws DeploymentException, HandshakeFailure {
        return live().negotiate(() -> {
            DeployedEndpoint endpoint = DeployedEndpoint.of(config, instances(), properties());
            endpoint = endpoint.with(openSessions(endpoint.type())); // it is made anew for each request
            return new Negotiation(this, endpoint, Map.copyOf(pathParameters), request).upgrade();
        });
    }

    /** Whether there is an endpoint at a request's path, so that a host with other resources can tell. */
    public boolean serves(String path) {
        return find(path) != null;
    }

    /** The paths of the endpoints, templates as the application wrote them. */
    public Set<String> paths() {
        deploying.lock();
        try {
            Set<String> paths = new TreeSet<>();
            deployed.forEach(endpoint -> paths.add(endpoint.path().path()));
            return paths;
        } finally {
            deploying.unlock();
        }
    }

    /** The path that those of the endpoints are below; empty for the root. */
    public String contextPath() {
        return contextPath;
    }

    /** Closes the sessions of a user who is no longer authenticated, with 1008 (Jakarta WebSocket §7.2); waits for nothing. */
    public void signOut(Principal user) {
        live().closeOf(user);
    }

    /** Begins to {@link #stop}, and waits for nothing: so a host with several containers stops all of them at a time. */
    public void startStop(Duration grace) {
        live().startStop(grace);
    }

    /**
     * Refuses new connections by 503, sends every open one a Close, with 1001 or the code of its policy, waits until they have ended, no
     * longer than the grace, and cuts the rest. Opening handshakes in which the application is called are waited for too. Connections of
     * clients that were opened through this container end as well.
     *
     * <p>The Close goes behind the callback that runs, for at most a second, and behind messages that wait to be sent, for at most half the
     * grace. What the remote end had sent before it answers is handed over still; then the close callback is called. When a callback of a
     * session or of a handshake calls this, that one is told, and not waited for.
     */
    public void stop(Duration grace) {
        live().stop(grace);
        removeAll();
    }

    private void removeAll() {
        List<DeployedEndpoint> gone;
        deploying.lock();
        try {
            gone = List.copyOf(deployed);
            gone.forEach(endpoint -> endpoints.remove(endpoint.path()));
            deployed.clear();
        } finally {
            deploying.unlock();
        }
        ClassLoader before = ContextLoader.enter(classLoader);
        try {
            gone.forEach(this::forget);
        } finally {
            ContextLoader.leave(before);
        }
    }

    /** Whether this thread is inside a callback of one of its sessions, which {@link #stop} does not wait for. */
    public boolean callsThisThread() {
        return live().callThisThread();
    }

    /**
     * A context path as it is compared with the paths of requests: empty for {@code /}.
     *
     * @throws IllegalArgumentException when it is neither empty nor starts with a slash and ends with none, or is none that a request can have
     */
    public static String checkContextPath(String contextPath) {
        String path = contextPath.equals("/") ? "" : contextPath;
        if (!path.isEmpty() && (!path.startsWith("/") || path.endsWith("/"))) {
            throw new IllegalArgumentException(
                    "a context path is empty, or starts with / and does not end with it, not " + contextPath);
        }
        if (!path.isEmpty() && !(PATH.matcher(path).matches() && isNormal(path))) {
            throw new IllegalArgumentException(
                    "a context path is written as in a URI, /my%20chat for \"my chat\", and has"
                            + " no empty segment and none of dots, not " + contextPath);
        }
        return path;
    }

    /** Whether no client would ask for another path instead (RFC 3986 §5.2.4). */
    private static boolean isNormal(String path) {
        List<String> segments = RequestPath.segments(path);
        return segments != null
                && !segments.contains("")
                && segments.size() == path.chars().filter(c -> c == '/').count();
    }

    /** The context class loader of the threads that call the application. */
    public ClassLoader classLoader() {
        return classLoader;
    }

    OriginPolicy origins() {
        return origins;
    }

    private PathTree.@Nullable Match<DeployedEndpoint> find(String path) {
        if (!path.startsWith(contextPath)) {
            return null;
        }
        String rest = path.substring(contextPath.length());
        return rest.isEmpty() || rest.startsWith("/") ? endpoints.find(rest.isEmpty() ? "/" : rest) : null;
    }

    private boolean isDeployed(Class<?> type) {
        deploying.lock();
        try {
            return deployed.stream().anyMatch(other -> other.ofClass() && other.type() == type);
        } finally {
            deploying.unlock();
        }
    }

    private void publish(List<DeployedEndpoint> made) throws DeploymentException {
        deploying.lock();
        try {
            if (live().stopping()) {
                throw new IllegalStateException("the container was stopped: nothing can be deployed any more");
            }
            checkNotFailed(); // meanwhile
            List<DeployedEndpoint> all = new ArrayList<>(deployed);
            List<DeployedEndpoint> fresh = new ArrayList<>();
            for (DeployedEndpoint endpoint : made) {
                DeployedEndpoint other = sameAt(endpoint, all);
                if (other == null) {
                    all.add(endpoint);
                    fresh.add(endpoint);
                } else if (!(endpoint.ofClass() && other.ofClass() && endpoint.type() == other.type())) {
                    // Jakarta WebSocket §3.1.1: equal and equivalent paths make an application invalid
                    throw new DeploymentException("%s at %s and %s at %s have paths that match the same requests"
                            .formatted(
                                    other.type().getName(),
                                    other.path().path(),
                                    endpoint.type().getName(),
                                    endpoint.path().path()));
                }
            }
            for (DeployedEndpoint endpoint : fresh) {
                endpoints.add(endpoint.path(), endpoint);
            }
            deployed.addAll(fresh);
        } finally {
            deploying.unlock();
        }
    }

    private static @Nullable DeployedEndpoint sameAt(DeployedEndpoint endpoint, List<DeployedEndpoint> others) {
        for (DeployedEndpoint other : others) {
            if (other.path().equivalentTo(endpoint.path())) {
                return other;
            }
        }
        return null;
    }

    /** Ends the life of what the container made for an endpoint. */
    private void forget(DeployedEndpoint endpoint) {
        Object made = endpoint.made();
        if (made != null) {
            instances().destroy(made);
        }
    }

    /** Confined to one thread. */
    public static final class Builder {
        private String contextPath = "";
        private @Nullable ClassLoader classLoader;
        private Instances instances = Instances.BY_CONSTRUCTOR;
        private OriginPolicy origins = OriginPolicy.sameHost();
        private Map<String, Object> properties = Map.of();
        private @Nullable FrontController frontController;
        private boolean inDeployment;

        private Builder() {}

        /**
         * Where the endpoints are: their paths begin behind it. Jakarta WebSocket §6.4.
         *
         * @param contextPath empty or {@code /} for the root; else it starts with a slash and ends with none, as it stands in a URI
         * @throws IllegalArgumentException when it is none of these
         */
        public Builder contextPath(String contextPath) {
            this.contextPath = checkContextPath(contextPath);
            return this;
        }

        /** The context class loader of the threads that call the application. */
        public Builder classLoader(ClassLoader classLoader) {
            this.classLoader = classLoader;
            return this;
        }

        /** Who makes endpoints, configurators, encoders and decoders. */
        public Builder instances(Instances instances) {
            this.instances = instances;
            return this;
        }

        /** From where pages may connect, unless a configurator decides itself. */
        public Builder origins(OriginPolicy origins) {
            this.origins = origins;
            return this;
        }

        /** Who upgrades what the application hands over by {@code upgradeHttpToWebSocket}; nobody unless the host knows servlets. */
        public Builder frontController(FrontController frontController) {
            this.frontController = frontController;
            return this;
        }

        /** Defaults of the keys {@code dev.duplex.*} that an endpoint can set as user properties. */
        public Builder properties(Map<String, Object> properties) {
            this.properties = Map.copyOf(properties);
            return this;
        }

        /**
         * Begins with the deployment of the application, in which others than the host may deploy too. Until {@link #endDeployment} the first
         * mistake removes all endpoints, and no further one is deployed (Jakarta WebSocket §5.2.1). Without it, a mistake is one of the call
         * that makes it.
         */
        public Builder inDeployment() {
            this.inDeployment = true;
            return this;
        }

        /**
         * The container.
         *
         * @throws IllegalArgumentException when a property has a wrong value
         */
        public DuplexServerContainer build() {
            ClassLoader context = Thread.currentThread().getContextClassLoader();
            ClassLoader loader = Objects.requireNonNullElseGet(
                    classLoader, () -> context != null ? context : DuplexServerContainer.class.getClassLoader());
            return new DuplexServerContainer(this, loader);
        }
    }
}
