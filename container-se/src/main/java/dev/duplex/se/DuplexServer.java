package dev.duplex.se;

import dev.duplex.engine.ConnectionSettings;
import dev.duplex.handshake.HeadLimits;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
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
    private final @Nullable TlsWatch tlsWatch;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CountDownLatch over = new CountDownLatch(1);

    private DuplexServer(
            Applications applications, HttpFront front, String base, Application own, @Nullable TlsWatch tlsWatch) {
        this.applications = applications;
        this.front = front;
        this.base = base;
        this.own = own;
        this.tlsWatch = tlsWatch;
    }

    /** A builder of a server at 127.0.0.1, port 8080, without endpoints. */
    public static Builder builder() {
        return new Builder();
    }

    /** The port that it listens on, of several the first one; -1 when the first address is a Unix domain socket. */
    public int port() {
        return front.port();
    }

    /**
     * All that it listens on: the host and port of the builder first, unless others were named instead, then those others in the order in which
     * they were, each with the port that it got.
     */
    public List<SocketAddress> addresses() {
        return front.addresses();
    }

    /**
     * The {@code ws} or {@code wss} URI of a path below the context path that was given to the builder, with the host that was given to it, of
     * several the first one; {@code localhost} when it listens on every address. For a Unix domain socket {@code ws+unix:FILE:PATH}, as Node's
     * ws has it.
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
        if (deployed == null) {
            try {
                deployed = deploy(own);
            } catch (DeploymentException e) {
                deployed = applications.at(own.contextPath()); // another thread may have been faster
                if (deployed == null) {
                    throw new IllegalStateException(
                            "the application at " + own.contextPath() + "/ cannot be deployed", e);
                }
            }
        }
        return deployed.container();
    }

    /**
     * Deploys an application beside those that are there, at any time. When that fails nothing of it is left.
     *
     * @throws DeploymentException when an endpoint cannot be deployed, or there is an application at its context path; its text says which
     * @throws IllegalStateException when the server was stopped
     */
    public DeployedApplication deploy(Application application) throws DeploymentException {
        DeployedApplication deployed = application.deploy(this);
        if (!applications.add(deployed)) {
            deployed.end(Duration.ZERO);
            throw new DeploymentException("there is an application at " + application.contextPath()
                    + "/ already: undeploy it, or give this one another context path");
        }
        if (stopped.get()) { // who stops may have looked before
            deployed.undeploy(Duration.ZERO); // or does the same at this time: one of the two ends it
            throw new IllegalStateException("the server was stopped: nothing can be deployed any more");
        }
        return deployed;
    }

    void undeploy(DeployedApplication application, Duration grace) {
        checkGrace(grace);
        if (applications.remove(application)) {
            application.end(grace);
        }
    }

    /**
     * Speaks TLS as this context does with every connection that is accepted from now on; the others are not disturbed. A context has its own
     * cache of sessions, so clients cannot resume those of the one before.
     *
     * @throws IllegalStateException when the server has no TLS
     * @throws IllegalArgumentException when the context does not know the parameters of TLS that the builder was given; the one before stays
     */
    public void reloadTls(SSLContext context) {
        if (front.tls() == null) {
            throw new IllegalStateException("this server has no TLS: give its builder an sslContext or tlsFiles");
        }
        checkTls(context, front.settings().tlsParameters());
        front.tls(context);
    }

    /** Not left to the first connection. */
    private static void checkTls(@Nullable SSLContext context, @Nullable SSLParameters parameters) {
        if (parameters != null) {
            if (context == null) {
                throw new IllegalArgumentException("sslParameters need an sslContext: without one there is no TLS");
            }
            context.createSSLEngine().setSSLParameters(parameters);
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
     * <p>Called inside a callback of one of its sessions or opening handshakes, it ends that too, but does not wait for it, as the callback
     * waits for this.
     *
     * @throws IllegalArgumentException if the grace is negative
     */
    public void stop(Duration grace) {
        checkGrace(grace);
        if (stopped.getAndSet(true)) {
            awaitOver(grace);
            return;
        }
        if (tlsWatch != null) {
            tlsWatch.close();
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
        private @Nullable String host;
        private @Nullable Integer port;
        private final List<Place> furtherPlaces = new ArrayList<>(); // besides the host and port
        private @Nullable SSLContext sslContext;
        private @Nullable TlsFiles tlsFiles;
        private @Nullable SSLParameters sslParameters;
        private @Nullable List<Network> proxies;
        private final List<Application> others = new ArrayList<>();
        private int maxConnections = 100_000;
        private int maxConnectionsPerAddress;
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
            this.host = name;
            return this;
        }

        /**
         * Listens on this port; 0 for any that is free, default 8080.
         *
         * @throws IllegalArgumentException if it is not between 0 and 65535
         */
        public Builder port(int number) {
            this.port = new Place.Tcp("", number).port();
            return this;
        }

        /**
         * Listens there too: besides {@link #host} and {@link #port} if one of them is said, else instead of them.
         *
         * @param name as of {@link #host}
         * @param number as of {@link #port}
         * @throws IllegalArgumentException if the port is not between 0 and 65535
         */
        public Builder listen(String name, int number) {
            furtherPlaces.add(new Place.Tcp(name, number));
            return this;
        }

        /**
         * Listens on a Unix domain socket too, as {@link #listen} does, with the permissions that the process gives to its files: who may write
         * the file may connect. It is made by {@link #start()} and removed by {@link DuplexServer#stop}; one that nobody listens on any more is
         * replaced. TLS is never spoken there.
         */
        public Builder unixSocket(Path file) {
            furtherPlaces.add(new Place.Unix(file, null));
            return this;
        }

        /**
         * Listens on a Unix domain socket too, and gives its file these permissions once it is made. A directory that others may not enter keeps
         * them out from the beginning.
         *
         * @param permissions such as {@code PosixFilePermissions.fromString("rw-rw----")}
         */
        public Builder unixSocket(Path file, Set<PosixFilePermission> permissions) {
            furtherPlaces.add(new Place.Unix(file, Set.copyOf(permissions)));
            return this;
        }

        /**
         * Expects every connection to begin with the PROXY protocol of HAProxy, version 1 or 2, and takes the addresses of the client and the
         * server from there; before TLS, and within the time of the handshake. A connection without it is cut. On every address that is listened
         * on, Unix domain sockets too.
         *
         * @param trusted who alone may connect, as addresses or networks such as {@code 10.0.0.0/8}; through a Unix domain socket everybody may.
         *     Without any, whoever can reach the server may say who it is
         * @throws IllegalArgumentException for what is neither an address nor a network
         */
        public Builder proxyProtocol(String... trusted) {
            this.proxies = Stream.of(trusted).map(Network::parse).toList();
            return this;
        }

        /** Serves {@code wss} with this context; without it, {@code ws}. */
        public Builder sslContext(SSLContext context) {
            this.sslContext = context;
            return this;
        }

        /** Serves {@code wss} with what these files hold, also when that changes while it runs; instead of {@link #sslContext}. */
        public Builder tlsFiles(TlsFiles files) {
            this.tlsFiles = files;
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
         * Answers 429 to a client that has so many connections, those in their handshake counted, and cuts it when it does not stop. A client
         * is an address of IPv4 or a /64 of IPv6, as the socket or the {@linkplain #proxyProtocol PROXY protocol} tells it; connections through
         * a Unix domain socket are nobody's. Default no limit: there may be a company, or a proxy, behind an address.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder maxConnectionsPerAddress(int most) {
            if (most < 1) {
                throw new IllegalArgumentException("maxConnectionsPerAddress must be at least 1, not " + most);
            }
            this.maxConnectionsPerAddress = most;
            return this;
        }

        /**
         * The time from the acceptance of a connection to the end of its request's head, TLS included; default 10 s. During TLS it
         * is cut then, after it answered 408. A client that is given a file must take 32 KiB of it in such a time, or is cut.
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
         * @throws IllegalArgumentException when a property has a wrong value, there are parameters of TLS without a context or that it
         *     does not know, or files of TLS cannot be used; its text says which and why
         */
        public DuplexServer start() throws DeploymentException, IOException {
            if (sslContext != null && tlsFiles != null) {
                throw new IllegalArgumentException("TLS needs an sslContext or tlsFiles, not both");
            }
            TlsWatch watch = tlsFiles == null ? null : new TlsWatch(tlsFiles);
            SSLContext tls = watch == null ? sslContext : watch.first();
            checkTls(tls, sslParameters);
            Application own = new Application(this);
            Applications applications = new Applications();
            HttpFront front = listen(tls, applications);
            DuplexServer server = new DuplexServer(applications, front, base(front), own, watch);
            boolean started = false;
            try {
                if (!own.empty()) {
                    server.deploy(own);
                }
                for (Application other : others) {
                    server.deploy(other);
                }
                front.start();
                if (watch != null) {
                    watch.start(server::reloadTls);
                }
                started = true;
                LOG.log(
                        Level.DEBUG,
                        () -> "listening on " + (everywhere(front) ? "every address: " : "") + server
                                + others(front.addresses()));
                return server;
            } finally {
                if (!started) {
                    server.stop(Duration.ZERO);
                }
            }
        }

        private List<Place> places() {
            List<Place> all = new ArrayList<>();
            if (host != null || port != null || furtherPlaces.isEmpty()) {
                all.add(new Place.Tcp(host == null ? "127.0.0.1" : host, port == null ? 8080 : port));
            }
            all.addAll(furtherPlaces);
            return all;
        }

        private HttpFront listen(@Nullable SSLContext tls, Applications applications) throws IOException {
            HttpSettings settings = new HttpSettings(
                    sslParameters,
                    proxies,
                    headLimits,
                    handshakeTimeout,
                    maxConnections,
                    maxConnectionsPerAddress,
                    healthPath);
            HttpFront front = new HttpFront(settings, tls, applications);
            boolean listening = false;
            try {
                for (Place place : places()) {
                    front.listen(place);
                }
                listening = true;
                return front;
            } finally {
                if (!listening) {
                    front.end(System.nanoTime(), Duration.ZERO);
                }
            }
        }

        private String base(HttpFront front) {
            Place first = everywhere(front) ? new Place.Tcp("localhost", 0) : places().getFirst();
            return first.base(front.tls() != null, front.port());
        }

        private static boolean everywhere(HttpFront front) {
            return front.addresses().getFirst() instanceof InetSocketAddress address
                    && address.getAddress().isAnyLocalAddress();
        }

        private static String others(List<SocketAddress> addresses) {
            return addresses.size() < 2 ? "" : ", and on " + addresses.subList(1, addresses.size());
        }
    }
}
