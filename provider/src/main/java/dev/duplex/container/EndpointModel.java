package dev.duplex.container;

import dev.duplex.endpoint.AnnotatedEndpoint;
import dev.duplex.endpoint.Callbacks;
import dev.duplex.endpoint.CoderTable;
import dev.duplex.endpoint.Coders;
import dev.duplex.endpoint.PathTemplate;
import dev.duplex.endpoint.ProgrammaticEndpoint;
import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.server.ServerEndpoint;
import java.lang.ref.SoftReference;
import java.util.List;
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
    /**
     * The models of annotated client classes, each kept by its class. Soft, and in a type of the JDK, so that a class that outlives this
     * library's class loader does not hold on to it.
     */
    private static final ClassValue<AtomicReference<@Nullable SoftReference<EndpointModel>>> CLIENTS =
            new ClassValue<>() {
                @Override
                protected AtomicReference<@Nullable SoftReference<EndpointModel>> computeValue(Class<?> type) {
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
     * The endpoint of an annotated class. It is made once for the class, not for each connection: all that it is made of is in the
     * annotations.
     *
     * @throws DeploymentException when it is none
     */
    static EndpointModel ofClient(Class<?> type, ClientEndpoint annotation) throws DeploymentException {
        AtomicReference<@Nullable SoftReference<EndpointModel>> kept = CLIENTS.get(type);
        SoftReference<EndpointModel> reference = kept.get();
        EndpointModel model = reference == null ? null : reference.get();
        if (model == null) { // two threads may both make it, and either is as good
            CoderTable coders = CoderTable.of(List.of(annotation.encoders()), List.of(annotation.decoders()));
            model = new EndpointModel(
                    type,
                    coders,
                    Endpoint.class.isAssignableFrom(type) ? null : AnnotatedEndpoint.ofClient(type, coders));
            kept.set(new SoftReference<>(model));
        }
        return model;
    }

    /**
     * A client's endpoint that is no annotated one.
     *
     * @throws DeploymentException when its coders break a rule
     */
    static EndpointModel ofClient(Class<? extends Endpoint> type, EndpointConfig config) throws DeploymentException {
        return new EndpointModel(type, CoderTable.of(config.getEncoders(), config.getDecoders()), null);
    }

    /** An instance as one connection calls it. */
    Callbacks connect(Object instance, Map<String, String> pathParameters, Coders connected) {
        return annotated == null
                ? new ProgrammaticEndpoint((Endpoint) instance)
                : annotated.connect(instance, pathParameters, connected);
    }
}
