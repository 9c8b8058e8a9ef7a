package dev.duplex.se;

import dev.duplex.engine.ConnectionSettings;
import dev.duplex.handshake.HeadLimits;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * A listening HTTP/1.1 server for the Jakarta WebSocket endpoints of one application or several, each at a context path of its own, and for nothing else: a request that is no opening handshake is
 * answered with the status that says so, and its connection closed. Each connection has a virtual thread of its own. Safe for any thread.
 *
 * <pre>{@code
 * try (DuplexServer server = DuplexServer.builder().port(8080).endpoint(Chat.class).start()) {
 *     System.out.println(server.uri("/chat")); // ws://127.0.0.1:8080/chat
 *     ...
 * }
 * }</pre>
 *
 * <p>The JVM lives until {@link #close()} has returned.
 */
public final class DuplexServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DuplexServer.class.getName());

    /** How long a closing handshake may take when {@link #close()} stops the server. */
    private static final Duration CLOSE_GRACE = Duration.ofSeconds(10);
    /** How long callbacks may take that began before their connection was cut. */
    private static final Duration AFTER_CUT = Duration.ofSeconds(1);

    private final Applications applications;
    private final HttpFront front;
    private final String base;
    private final Application own;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CountDownLatch over = new CountDownLatch(1);

    private DuplexServer(Applications applications, HttpFront front, String base, Application own) {
        this.applications = applications;
        this.front = front;
        this.base = base;
        this.own = own;
    }

    /** A builder of a server at 127.0.0.1, port 8080, without endpoints. */
    public static Builder builder() {
        return new Builder();
    }

    /** The port that it listens on. */
    public int port() {
        return front.port();
    }

    /**
     * The {@code ws} or {@code wss} URI of a path below the context path that was given to the builder, with the host that was given to it;
     * {@code localhost} when it listens on every address.
     *
     * @param path empty or from its first slash on, perhaps with a query; what may not stand in a URI is escaped already
     * @throws IllegalArgumentException for another path
     */
    public URI uri(String path) {
        return uri(own.contextPath(), path);
    }

    URI uri(String contextPath, String path) {
        if (!path.isEmpty() && !path.startsWith("/")) {
            throw new IllegalArgumentException("a path must start with /, which " + path + " does not");
        }
        return URI.create(base + contextPath + path);
    }

    /**
     * Where the endpoints are of the application that the builder describes; further ones can be added. One that was not deployed, as it had
     * none, is deployed now.
     *
     * @throws IllegalStateException when the server was stopped
     */
    public ServerContainer container() {
        DeployedApplication deployed = applications.at(own.contextPath());
        try {
            return (deployed == null ? deploy(own) : deployed).container();
        } catch (DeploymentException e) {
            throw new IllegalStateException("the application at " + own.contextPath() + "/ cannot be deployed", e);
        }
    }

    /**
     * Deploys an application beside those that are there, at any time. When that fails nothing of it is left.
     *
     * @throws DeploymentException when an endpoint cannot be deployed, or there is an application at its context path; its text says which
     * @throws IllegalStateException when the server was stopped
     */
    public DeployedApplication deploy(Application application) throws DeploymentException {
        DeployedApplication deployed = application.deploy(this);
        boolean added = applications.add(deployed);
        if (added && !stopped.get()) {
            return deployed;
        }
        deployed.end(Duration.ZERO);
        if (added) {
            applications.remove(deployed);
            throw new IllegalStateException("the server was stopped: nothing can be deployed any more");
        }
        throw new DeploymentException("there is an application at " + application.contextPath()
                + "/ already: undeploy it, or give this one another context path");
    }

    void undeploy(DeployedApplication application, Duration grace) {
        checkGrace(grace);
        if (applications.remove(application)) {
            application.end(grace);
        }
    }

    /** The applications that are deployed, in the order of their context paths. */
    public List<DeployedApplication> applications() {
        return applications.all();
    }

    /**
     * Stops listening, cuts who is still in the opening handshake, closes every session with 1001 at once, waits for their ends no longer
     * than the grace, and cuts those that are left. Returns when nothing of the server is left but callbacks that do not return. The second
     * call waits for the first, no longer than its own grace.
     *
     * <p>Called inside a callback of one of its sessions, it closes that too, but does not wait for it, as the callback waits for this.
     *
     * @throws IllegalArgumentException if the grace is negative
     */
    public void stop(Duration grace) {
        checkGrace(grace);
        if (stopped.getAndSet(true)) {
            awaitOver(grace);
            return;
        }
        long until = System.nanoTime() + ConnectionSettings.nanos(grace);
        try {
            keepJvmAlive();
        } finally { // there may be no memory for a thread
            try {
                front.drain();
                stopAll(grace, until);
            } finally {
                front.end(until, AFTER_CUT);
                over.countDown();
            }
        }
    }

    /** Waits for the stop that another thread began; one that would wait for this thread in turn is left alone. */
    private void awaitOver(Duration grace) {
        if (front.servedByThisThread()) {
            return;
        }
        try {
            boolean inTime = over.await(ConnectionSettings.nanos(grace), TimeUnit.NANOSECONDS);
            LOG.log(Level.DEBUG, () -> inTime ? "the server has been stopped" : "the server is still being stopped");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // who stops has no more time
        }
    }

    private static void checkGrace(Duration grace) {
        if (grace.isNegative()) {
            throw new IllegalArgumentException("the grace must not be negative, as " + grace + " is");
        }
    }

    private void stopAll(Duration grace, long until) {
        List<DeployedApplication> all = applications.all();
        all.forEach(application -> application.startEnd(grace));
        for (DeployedApplication application : all) {
            application.undeploy(Duration.ofNanos(Math.max(0, until - System.nanoTime())));
        }
    }

    /** The thread that accepts ends first: if this one is a daemon, as a virtual thread is, the JVM would end before the sessions do. */
    private void keepJvmAlive() {
        if (Thread.currentThread().isDaemon()) {
            Thread.ofPlatform().daemon(false).name("duplex-stop-" + port()).start(() -> {
                try {
                    over.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt(); // nobody has this thread but who ends all of them
                }
            });
        }
    }

    /** Stops with a grace of 10 s; see {@link #stop}. */
    @Override
    public void close() {
        stop(CLOSE_GRACE);
    }

    /** The URIs of its endpoints, or of the server while there is none; for people. */
    @Override
    public String toString() {
        Set<String> uris = new TreeSet<>();
        for (DeployedApplication application : applications.all()) {
            uris.addAll(application.addresses());
        }
        return uris.isEmpty() ? base + own.contextPath() + "/" : String.join(", ", uris);
    }

    /** Collects what a server needs, and starts it. Confined to one thread. */
    public static final class Builder extends ApplicationSettings<Builder> {
        private String host = "127.0.0.1";
        private int port = 8080;
        private @Nullable SSLContext sslContext;
        private @Nullable SSLParameters sslParameters;
        private final List<Application> others = new ArrayList<>();
        private int maxConnections = 100_000;
        private Duration handshakeTimeout = Duration.ofSeconds(10);
        private HeadLimits headLimits = HeadLimits.DEFAULT;
        private @Nullable String healthPath;

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /** Deploys these besides what this builder describes itself. */
        public Builder deploy(Application... applications) {
            others.addAll(List.of(applications));
            return this;
        }

        /** Listens on the address of this name: {@code 0.0.0.0} or {@code ::} for all, default {@code 127.0.0.1}. */
        public Builder host(String name) {
            this.host = name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
            return this;
        }

        /**
         * Listens on this port; 0 for any that is free, default 8080.
         *
         * @throws IllegalArgumentException if it is not between 0 and 65535
         */
        public Builder port(int number) {
            if (number < 0 || number > 65_535) {
                throw new IllegalArgumentException("a port is between 0 and 65535, which " + number + " is not");
            }
            this.port = number;
            return this;
        }

        /** Serves {@code wss} with this context; without it, {@code ws}. */
        public Builder sslContext(SSLContext context) {
            this.sslContext = context;
            return this;
        }

        /**
         * How TLS is spoken: its versions and cipher suites, and whether clients are asked for a certificate that the context trusts. Who
         * shows one is the user of its session, by the certificate's subject. Without this, as the context sees fit, and nobody is asked.
         *
         * <pre>{@code
         * SSLParameters parameters = new SSLParameters();
         * parameters.setNeedClientAuth(true); // or setWantClientAuth
         * }</pre>
         *
         * @param parameters not to be changed any more
         */
        public Builder sslParameters(SSLParameters parameters) {
            this.sslParameters = parameters;
            return this;
        }

        /**
         * Answers 503 while there are so many connections, those in their handshake counted; default 100,000.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder maxConnections(int most) {
            if (most < 1) {
                throw new IllegalArgumentException("maxConnections must be at least 1, not " + most);
            }
            this.maxConnections = most;
            return this;
        }

        /**
         * The time from the acceptance of a connection to the end of its request's head, TLS included; default 10 s. During TLS it
         * is cut then, after it answered 408.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder handshakeTimeout(Duration timeout) {
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException("handshakeTimeout must be positive, not " + timeout);
            }
            this.handshakeTimeout = timeout;
            return this;
        }

        /**
         * How large the head of a request may be before it is answered 431; default 16 KiB and 100 headers.
         *
         * @throws IllegalArgumentException if one is not positive
         */
        public Builder headLimits(int maxBytes, int maxHeaders) {
            this.headLimits = new HeadLimits(maxBytes, maxHeaders);
            return this;
        }

        /**
         * Answers load balancers at this path, in front of every application and without an authenticator: 200 while it serves, 503 from when
         * {@link DuplexServer#stop} begins, during which it then listens on. Default nowhere.
         *
         * @param path whole, from its first slash on
         * @throws IllegalArgumentException when it does not start with a slash, or has a query
         */
        public Builder healthPath(String path) {
            if (!path.startsWith("/") || path.indexOf('?') >= 0) {
                throw new IllegalArgumentException("healthPath must start with / and have no query, not be " + path);
            }
            this.healthPath = path;
            return this;
        }

        /**
         * Listens, deploys all endpoints, then begins to accept. When one of these fails, nothing is left of any.
         *
         * @throws DeploymentException when an endpoint cannot be deployed; its text says which and why
         * @throws java.net.BindException when it cannot listen there; its text says where and why
         * @throws IllegalArgumentException when a property has a wrong value, or there are parameters of TLS without a context or that it
         *     does not know
         */
        public DuplexServer start() throws DeploymentException, IOException {
            checkTls();
            Application own = new Application(this);
            Applications applications = new Applications();
            HttpFront front = listen(applications);
            DuplexServer server = new DuplexServer(
                    applications, front, base(front.everywhere() ? "localhost" : host, front.port()), own);
            boolean started = false;
            try {
                if (!own.empty()) {
                    server.deploy(own);
                }
                for (Application other : others) {
                    server.deploy(other);
                }
                front.start();
                started = true;
                LOG.log(
                        Level.DEBUG,
                        () -> (front.everywhere() ? "listening on every address: " : "listening on ") + server);
                return server;
            } finally {
                if (!started) {
                    server.stop(Duration.ZERO);
                }
            }
        }

        /** Not left to the first connection. */
        private void checkTls() {
            if (sslParameters != null) {
                if (sslContext == null) {
                    throw new IllegalArgumentException("sslParameters need an sslContext: without one there is no TLS");
                }
                sslContext.createSSLEngine().setSSLParameters(sslParameters);
            }
        }

        private HttpFront listen(Applications applications) throws IOException {
            HttpSettings settings = new HttpSettings(
                    sslContext, sslParameters, headLimits, handshakeTimeout, maxConnections, healthPath);
            try {
                return new HttpFront(InetAddress.getByName(host), port, settings, applications);
            } catch (IOException e) {
                Throwable cause = e.getCause() != null ? e.getCause() : e; // the name says more than its address
                BindException failed =
                        new BindException("Cannot listen on " + base(host, port) + ": " + cause.getMessage());
                failed.initCause(e);
                throw failed;
            }
        }

        private String base(String name, int boundPort) {
            String literal = name.indexOf(':') < 0 ? name : "[" + name + "]";
            return (sslContext == null ? "ws://" : "wss://") + literal + ":" + boundPort;
        }
    }
}
