package dev.duplex.se;

import dev.duplex.container.DuplexServerContainer;
import jakarta.websocket.server.ServerContainer;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** An application on a server. Safe for any thread. */
public final class DeployedApplication {
    private static final System.Logger LOG = System.getLogger(DeployedApplication.class.getName());

    private final DuplexServer server;
    private final DuplexServerContainer container;
    private final List<AutoCloseable> resources;

    /**
     * An application that is not known to the server yet.
     *
     * @param resources to be closed after its sessions have ended, the last one first
     */
    DeployedApplication(DuplexServer server, DuplexServerContainer container, List<AutoCloseable> resources) {
        this.server = server;
        this.container = container;
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

    /** Where its endpoints are; further ones can be added. */
    public ServerContainer container() {
        return container;
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

    /** Ends its sessions, no longer than the grace, and what was opened for it. Once. */
    void end(Duration grace) {
        container.stop(grace);
        closeAll(resources, contextPath());
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
