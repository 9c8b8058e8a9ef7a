package dev.duplex.tck.servlet;

import dev.duplex.peer.interop.Identity;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A Servlet container that listens on a free port of 127.0.0.1 until it is closed. Confined to one thread. */
public interface ServletServer extends AutoCloseable {
    /**
     * What a container is started with.
     *
     * @param folder for what it writes, its own
     * @param identity for TLS, null for none
     * @param user who may log in, and has the role {@link #role()}
     */
    record Settings(Path folder, @Nullable Identity identity, String user, String password, String role) {
        /** Without TLS and users. */
        public Settings(Path folder) {
            this(folder, null, "nobody", "nothing", "none");
        }
    }

    /** The container of that name: tomcat, jetty or undertow. */
    static ServletServer start(String name, Settings settings) throws Exception {
        return switch (name) {
            case "tomcat" -> new TomcatServer(settings);
            case "jetty" -> new JettyServer(settings);
            case "undertow" -> new UndertowServer(settings);
            default -> throw new IllegalArgumentException("A server is tomcat, jetty or undertow, not " + name + ".");
        };
    }

    /** Where it listens. */
    int port();

    /**
     * Puts an application into service at a context path. Throws when the application fails to start: it is not there then.
     *
     * @param contextPath with its leading slash
     */
    void deploy(String contextPath, Path war) throws Exception;

    /** Ends what is at that path. */
    void undeploy(String contextPath) throws Exception;

    @Override
    void close() throws IOException;
}
