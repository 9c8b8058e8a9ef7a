package dev.duplex.container;

import dev.duplex.endpoint.AnnotatedEndpoint;
import dev.duplex.endpoint.Callbacks;
import dev.duplex.endpoint.CoderTable;
import dev.duplex.endpoint.Coders;
import dev.duplex.endpoint.PathTemplate;
import dev.duplex.endpoint.ProgrammaticEndpoint;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.server.ServerEndpoint;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint's class and what is known of it before any connection. Immutable.
 *
 * @param annotated null for a subclass of Endpoint
 */
record EndpointModel(
        Class<?> type, CoderTable coders, @Nullable AnnotatedEndpoint annotated) {
    /**
     * A server's endpoint.
     *
     * @throws DeploymentException when it is none
     */
    static EndpointModel ofServer(Class<?> type, PathTemplate path, EndpointConfig config) throws DeploymentException {
        CoderTable coders = CoderTable.of(config.getEncoders(), config.getDecoders());
        if (Endpoint.class.isAssignableFrom(type)) {
            return new EndpointModel(type, coders, null);
        }
        if (!type.isAnnotationPresent(ServerEndpoint.class)) {
            throw new DeploymentException(type.getName()
                    + " is no server endpoint: it must be annotated with @ServerEndpoint, or extend Endpoint and have a"
                    + " ServerEndpointConfig");
        }
        return new EndpointModel(type, coders, AnnotatedEndpoint.ofServer(type, path, coders));
    }

    /**
     * A client's endpoint.
     *
     * @throws DeploymentException when it is none
     */
    static EndpointModel ofClient(Class<?> type, EndpointConfig config) throws DeploymentException {
        CoderTable coders = CoderTable.of(config.getEncoders(), config.getDecoders());
        return new EndpointModel(
                type, coders, Endpoint.class.isAssignableFrom(type) ? null : AnnotatedEndpoint.ofClient(type, coders));
    }

    /** An instance as one connection calls it. */
    Callbacks connect(Object instance, Map<String, String> pathParameters, Coders connected) {
        return annotated == null
                ? new ProgrammaticEndpoint((Endpoint) instance)
                : annotated.connect(instance, pathParameters, connected);
    }
}
