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
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint's class and what is known of it before any connection. Immutable.
 *
 * @param annotated null for a subclass of Endpoint
 */
record EndpointModel(
        Class<?> type, CoderTable coders, @Nullable AnnotatedEndpoint annotated) {
    /** The models of annotated clients: a class has one, as its annotation alone says what is in its config. */
    private static final ClassValue<AtomicReference<@Nullable EndpointModel>> CLIENTS = new ClassValue<>() {
        @Override
        protected AtomicReference<@Nullable EndpointModel> computeValue(Class<?> type) {
            return new AtomicReference<>();
        }
    };

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
     * A client's endpoint. All connections of an annotated class share its model.
     *
     * @param config that of the annotation if the class has it
     * @throws DeploymentException when it is none
     */
    static EndpointModel ofClient(Class<?> type, EndpointConfig config) throws DeploymentException {
        if (Endpoint.class.isAssignableFrom(type)) {
            return new EndpointModel(type, CoderTable.of(config.getEncoders(), config.getDecoders()), null);
        }
        AtomicReference<@Nullable EndpointModel> known = CLIENTS.get(type);
        EndpointModel model = known.get();
        if (model == null) {
            CoderTable coders = CoderTable.of(config.getEncoders(), config.getDecoders());
            model = new EndpointModel(type, coders, AnnotatedEndpoint.ofClient(type, coders));
            known.set(model);
        }
        return model;
    }

    /** An instance as one connection calls it. */
    Callbacks connect(Object instance, Map<String, String> pathParameters, Coders connected) {
        return annotated == null
                ? new ProgrammaticEndpoint((Endpoint) instance)
                : annotated.connect(instance, pathParameters, connected);
    }
}
