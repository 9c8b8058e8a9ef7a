package dev.duplex.tck.conformance;

import dev.duplex.se.DuplexServer;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.URI;
import java.security.Principal;
import java.util.function.UnaryOperator;

/**
 * A server on a free port of 127.0.0.1 with the endpoints of a test, and the events that they record. Its context path
 * is {@code /app}.
 */
final class Deployed implements AutoCloseable {
    static final String CONTEXT = "/app";

    private final DuplexServer server;
    private final Events events = new Events();
    private final String query = Recording.register(events);

    private Deployed(DuplexServer server) {
        this.server = server;
    }

    static Deployed with(UnaryOperator<DuplexServer.Builder> settings) throws DeploymentException, IOException {
        DuplexServer.Builder builder =
                DuplexServer.builder().host("127.0.0.1").port(0).contextPath(CONTEXT);
        return new Deployed(settings.apply(builder).start());
    }

    /** A server of annotated endpoints. */
    static Deployed of(Class<?>... endpoints) throws DeploymentException, IOException {
        return with(builder -> builder.endpoint(endpoints));
    }

    /** A server of programmatic endpoints. */
    static Deployed of(ServerEndpointConfig... endpoints) throws DeploymentException, IOException {
        return with(builder -> builder.endpoint(endpoints));
    }

    /** The URI of an endpoint, with the key of this test's events as the last parameter of its query. */
    URI uri(String path) {
        return URI.create(server.uri(path) + (path.indexOf('?') < 0 ? "?" : "&") + query);
    }

    /** What the server's endpoints recorded. */
    Events events() {
        return events;
    }

    ServerContainer container() {
        return server.container();
    }

    /** A connected client that records everything. */
    Caller call(String path) throws DeploymentException, IOException {
        return Caller.to(uri(path));
    }

    Caller call(String path, ClientEndpointConfig config) throws DeploymentException, IOException {
        return Caller.to(uri(path), config);
    }

    /** Connects an instance of an annotated client endpoint. */
    Session connect(Object client, String path) throws DeploymentException, IOException {
        return ContainerProvider.getWebSocketContainer().connectToServer(client, uri(path));
    }

    /** A client without an implementation: frames on a bare socket, after a handshake that has succeeded. */
    Wire wire(String path, String... headers) throws IOException {
        return Wire.open(uri(path), headers);
    }

    /** Ends the authentication of a user. */
    void signOut(Principal user) {
        server.applications().getFirst().signOut(user);
    }

    /** Stops the server; to be closed nevertheless. */
    void stop() {
        server.close();
    }

    @Override
    public void close() {
        try {
            server.close();
        } finally {
            Recording.forget(events);
        }
    }
}
