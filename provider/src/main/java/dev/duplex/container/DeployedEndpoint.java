package dev.duplex.container;

import dev.duplex.endpoint.Instances;
import dev.duplex.endpoint.PathTemplate;
import dev.duplex.session.OpenSessions;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One logical endpoint of a server: everything that is judged once, when it is deployed. Immutable.
 *
 * @param config as the application gave it, or made of the annotation
 * @param configurator the only one of this endpoint, Jakarta WebSocket §4.1.5
 * @param made the configurator if the container made it, to be destroyed with the endpoint; else null
 * @param extensions what can be negotiated: those of the config in its order, then the container's
 * @param ofClass whether it was deployed by its annotated class alone
 */
record DeployedEndpoint(
        ServerEndpointConfig config,
        PathTemplate path,
        EndpointModel model,
        ServerEndpointConfig.Configurator configurator,
        @Nullable Object made,
        List<Extension> extensions,
        OpenSessions openSessions,
        boolean ofClass) {
    /**
     * The endpoint of an annotated class.
     *
     * @throws DeploymentException when it breaks a rule; names the class and the rule
     */
    static DeployedEndpoint of(Class<?> type, Instances instances, Map<String, ?> defaults) throws DeploymentException {
        ServerEndpoint annotation = type.getAnnotation(ServerEndpoint.class);
        if (annotation == null) {
            // Jakarta WebSocket §4.8: the annotation is not inherited
            throw new DeploymentException(type.getName() + " must be annotated with @ServerEndpoint itself"
                    + (Endpoint.class.isAssignableFrom(type)
                            ? "; an Endpoint without the annotation needs a ServerEndpointConfig"
                            : ""));
        }
        path(type, annotation.value()); // the builder's own complaint would not name the class
        ServerEndpointConfig.Configurator configurator;
        boolean made = annotation.configurator() != ServerEndpointConfig.Configurator.class;
        try {
            configurator = made ? instances.create(annotation.configurator()) : new DuplexConfigurator();
        } catch (InstantiationException e) {
            throw new DeploymentException(
                    "The configurator of " + type.getName() + " cannot be made: " + e.getMessage(), e);
        }
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(type, annotation.value())
                .subprotocols(List.of(annotation.subprotocols()))
                .encoders(List.of(annotation.encoders()))
                .decoders(List.of(annotation.decoders()))
                .configurator(configurator)
                .build();
        boolean deployed = false;
        try {
            DeployedEndpoint endpoint = of(config, configurator, made ? configurator : null, instances, defaults, true);
            deployed = true;
            return endpoint;
        } finally {
            if (made && !deployed) {
                instances.destroy(configurator);
            }
        }
    }

    /**
     * The endpoint of a config.
     *
     * @throws DeploymentException when it breaks a rule; names the class and the rule
     */
    static DeployedEndpoint of(ServerEndpointConfig config, Instances instances, Map<String, ?> defaults)
            throws DeploymentException {
        // Asked for once: an application's config may make a new one each time
        ServerEndpointConfig.Configurator configurator = config.getConfigurator();
        return of(config, configurator, null, instances, defaults, false);
    }

    private static PathTemplate path(Class<?> type, String path) throws DeploymentException {
        try {
            return PathTemplate.of(path);
        } catch (DeploymentException e) {
            throw new DeploymentException(type.getName() + ": " + e.getMessage(), e);
        }
    }

    // An application's config may return anything
    private static DeployedEndpoint of(
            ServerEndpointConfig config,
            ServerEndpointConfig.@Nullable Configurator given,
            @Nullable Object made,
            Instances instances,
            Map<String, ?> defaults,
            boolean ofClass)
            throws DeploymentException {
        Class<?> type = config.getEndpointClass();
        if (type == null || config.getPath() == null) {
            throw new DeploymentException(
                    "A ServerEndpointConfig must name a class and a path, not " + type + " and " + config.getPath());
        }
        PathTemplate path = path(type, config.getPath());
        ServerEndpointConfig.Configurator configurator = given == null ? new DuplexConfigurator() : given;
        EndpointModel model = EndpointModel.ofServer(type, path, config);
        if (configurator instanceof DuplexConfigurator) {
            instances.check(type); // says at deployment what each connection would fail by
        }
        ConnectionPolicy policy = ConnectionPolicy.of(false, config.getUserProperties(), type, defaults);
        return new DeployedEndpoint(
                config, path, model, configurator, made, extensions(config, policy), new OpenSessions(), ofClass);
    }

    /** The same endpoint, whose sessions are among these. */
    DeployedEndpoint with(OpenSessions sessions) {
        return new DeployedEndpoint(config, path, model, configurator, made, extensions, sessions, ofClass);
    }

    /** The class behind it. */
    Class<?> type() {
        return model.type();
    }

    private static List<Extension> extensions(ServerEndpointConfig config, ConnectionPolicy policy)
            throws DeploymentException {
        List<Extension> extensions = new ArrayList<>();
        boolean deflate = false;
        for (Extension extension : config.getExtensions()) {
            try {
                if (!NamedExtension.isDeflate(NamedExtension.element(extension))) {
                    extensions.add(extension);
                } else if (policy.compression()) {
                    extensions.add(extension);
                    deflate = true;
                }
            } catch (IllegalArgumentException e) {
                throw new DeploymentException(
                        "An extension of " + config.getEndpointClass().getName() + " is none: " + e.getMessage(), e);
            }
        }
        if (policy.compression() && !deflate) {
            extensions.add(NamedExtension.DEFLATE);
        }
        return List.copyOf(extensions);
    }
}
