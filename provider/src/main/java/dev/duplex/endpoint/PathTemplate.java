package dev.duplex.endpoint;

import jakarta.websocket.DeploymentException;
import java.util.List;

/** The path of a server endpoint, a URI template of level 1. Immutable. Jakarta WebSocket §3.1.1. */
public final class PathTemplate {
    private final String path;

    private PathTemplate(String path) {
        this.path = path;
    }

    /**
     * Reads a path.
     *
     * @throws DeploymentException when it breaks a rule of §3.1.1; names the rule and the path
     */
    public static PathTemplate of(String path) throws DeploymentException {
        if (!path.startsWith("/")) {
            throw new DeploymentException("An endpoint's path starts with /: \"" + path + "\"");
        }
        return new PathTemplate(path);
    }

    /** The path as the application wrote it. */
    public String path() {
        return path;
    }

    /** The names of its variables, from left to right. */
    public List<String> variables() {
        return List.of();
    }

    /** Whether both match the same paths. */
    public boolean equivalentTo(PathTemplate other) {
        return path.equals(other.path);
    }
}
