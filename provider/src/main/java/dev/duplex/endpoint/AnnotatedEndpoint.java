package dev.duplex.endpoint;

import jakarta.websocket.DeploymentException;
import java.util.Map;

/** The model of one annotated class, made once. Immutable. Jakarta WebSocket §4. */
public final class AnnotatedEndpoint {
    private final Class<?> type;

    private AnnotatedEndpoint(Class<?> type) {
        this.type = type;
    }

    /**
     * The model of a server's class.
     *
     * @throws DeploymentException when a method breaks a rule of §4; names the class, the method and the rule
     */
    public static AnnotatedEndpoint ofServer(Class<?> type, PathTemplate path, CoderTable coders)
            throws DeploymentException {
        return new AnnotatedEndpoint(type);
    }

    /**
     * The model of a client's class, which has no path parameters.
     *
     * @throws DeploymentException when a method breaks a rule of §4; names the class, the method and the rule
     */
    public static AnnotatedEndpoint ofClient(Class<?> type, CoderTable coders) throws DeploymentException {
        return new AnnotatedEndpoint(type);
    }

    /** The class. */
    public Class<?> type() {
        return type;
    }

    /** An instance of the class as one connection calls it. */
    public Callbacks connect(Object instance, Map<String, String> pathParameters, Coders coders) {
        if (!type.isInstance(instance)) {
            throw new IllegalArgumentException(instance + " is no " + type.getName());
        }
        throw new UnsupportedOperationException();
    }
}
