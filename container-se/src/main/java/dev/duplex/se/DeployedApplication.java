package dev.duplex.se;

import dev.duplex.cdi.Cdi;
import dev.duplex.container.DuplexServerContainer;
import dev.duplex.endpoint.ContextLoader;
import dev.duplex.endpoint.Instances;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.handshake.Headers;
import dev.duplex.handshake.RequestHead;
import dev.duplex.handshake.ServerHandshake;
import jakarta.websocket.server.ServerContainer;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** An application on a server. Safe for any thread. */
public final class DeployedApplication {
    private static final System.Logger LOG = System.getLogger(DeployedApplication.class.getName());

    /** How much longer than the others a session has whose callback ends the application: it cannot begin to end before. */
    private static final Duration BEHIND_ITS_CALLBACK = Duration.ofSeconds(10);

    private final DuplexServer server;
    private final DuplexServerContainer container;
    private final @Nullable StaticFiles files;
    private final @Nullable Authenticator authenticator;
    private final Instances instances;
    private final List<AutoCloseable> resources;

    /**
     * An application that is not known to the server yet.
     *
     * @param instances who makes what it names by its class
     * @param files null for none
     * @param authenticator null for letting everybody in
     * @param resources to be closed after its sessions have ended, the last one first
     */
    DeployedApplication(
            DuplexServer server,
            DuplexServerContainer container,
            Instances instances,
            @Nullable StaticFiles files,
            @Nullable Authenticator authenticator,
            List<AutoCloseable> resources) {
        this.server = server;
        this.container = container;
        this.instances = instances;
        this.files = files;
        this.authenticator = authenticator;
        this.resources = resources;
    }

    /** Where it is: empty for the root, else from its first slash on. */
    public String contextPath() {
        return container.contextPath();
    }

    /** The paths of its endpoints below the context path, templates as they were written. */
    public Set<String> paths() {
        return container.paths();
    }

    /**
     * The {@code ws} or {@code wss} URI of a path below the context path; see {@link DuplexServer#uri}.
     *
     * @throws IllegalArgumentException for what is no path
     */
    public URI uri(String path) {
        return server.uri(contextPath(), path);
    }

    /** The same for each of its endpoints, in order; templates as they were written, so for people to read. */
    public Set<String> addresses() {
        URI base = uri("");
        Set<String> addresses = new TreeSet<>();
        paths().forEach(path -> addresses.add(base + path));
        return addresses;
    }

    /** The context class loader of its callbacks; of its own classes when it comes from archives. */
    public ClassLoader classLoader() {
        return container.classLoader();
    }

    /** The CDI container that makes what it names by its class, null when constructors do. */
    public @Nullable Cdi cdi() {
        return instances instanceof Cdi cdi ? cdi : null;
    }

    /** Where its endpoints are; further ones can be added. */
    public ServerContainer container() {
        return container;
    }

    /**
     * Closes the sessions of a user who is no longer authenticated, with 1008 (section 7.2 of the specification), which their close callbacks
     * are told too. That the user does not come back is the {@link Authenticator}'s to see to.
     *
     * @param user as its sessions have it
     */
    public void signOut(Principal user) {
        container.signOut(user);
    }

    /**
     * Answers its requests as if it had never been there, closes its sessions with 1001, waits for their ends no longer than the grace, and
     * cuts those that are left. The other applications go on. Has no effect the second time.
     *
     * @throws IllegalArgumentException if the grace is negative
     */
    public void undeploy(Duration grace) {
        server.undeploy(this, grace);
    }

    DuplexServerContainer host() {
        return container;
    }

    /**
     * The request with the user that the authenticator found, if there is one.
     *
     * @throws HandshakeFailure 401 and 403 when it refuses, 500 when it fails, which is logged; 400, 405 and 426 for a handshake that is none
     */
    AcceptedRequest admit(AcceptedRequest request) throws HandshakeFailure {
        if (authenticator == null) {
            return request;
        }
        if (request.head().asksForWebSocket()) {
            ServerHandshake.check(request.head()); // what comes to nothing does not cost a look at passwords
        }
        ClassLoader before = ContextLoader.enter(container.classLoader());
        try {
            return switch (authenticator.authenticate(request)) {
                case User user -> request.by(user);
                case Authenticator.Nobody nobody -> request;
                case Authenticator.Refusal refusal ->
                    throw new HandshakeFailure(refusal.status(), refusal.sentence(), Headers.of(refusal.headers()));
            };
        } catch (HandshakeFailure e) {
            throw e;
        } catch (Exception | Error e) { // a null too
            LOG.log(Level.ERROR, "the authenticator of the application at " + contextPath() + "/ failed", e);
            throw new HandshakeFailure(500, "who asks could not be found out; the server's log says why");
        } finally {
            ContextLoader.leave(before);
        }
    }

    /**
     * The file that a request asks for; null when there is none, and for a handshake.
     *
     * @throws HandshakeFailure 308 for a directory without its slash, 405 for another method than GET and HEAD
     */
    StaticFiles.@Nullable Found file(RequestHead head) throws HandshakeFailure {
        if (files == null || head.asksForWebSocket()) {
            return null;
        }
        StaticFiles.Found found = files.find(contextPath(), head.path(), head.query());
        if (found != null && !head.method().equals("GET") && !head.method().equals("HEAD")) {
            throw new HandshakeFailure(
                    405, "the method must be GET or HEAD: this is a file", HttpExchange.ALLOW_READING);
        }
        return found;
    }

    /** Begins to {@link #end}, and waits for nothing. */
    void startEnd(Duration grace) {
        container.startStop(grace);
    }

    /**
     * Ends its sessions, no longer than the grace, and what was opened for it. When a callback of one of them calls this, that session ends
     * behind it, and only then what its callbacks need. Once.
     */
    void end(Duration grace) {
        container.stop(grace);
        if (container.callsThisThread()) {
            Thread.ofVirtual().name("duplex-end").start(() -> {
                container.stop(grace.plus(BEHIND_ITS_CALLBACK)); // waits for that session too
                closeAll(resources, contextPath());
            });
        } else {
            closeAll(resources, contextPath());
        }
    }

    /** Closes what was opened for the application at a context path, the last one first. */
    static void closeAll(List<AutoCloseable> resources, String contextPath) {
        for (AutoCloseable resource : resources.reversed()) {
            try {
                resource.close();
            } catch (Exception e) { // the others are still to be closed
                LOG.log(Level.WARNING, "the end of the application at " + contextPath + "/ left something open", e);
            }
        }
    }
}
