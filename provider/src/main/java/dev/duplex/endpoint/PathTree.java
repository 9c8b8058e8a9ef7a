package dev.duplex.endpoint;

import jakarta.websocket.DeploymentException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the endpoint of a request's path. Safe for any thread. Jakarta WebSocket §3.1.1. */
public final class PathTree<E> {
    /** An endpoint and the values of its path's variables, percent-decoded. */
    public record Match<E>(E endpoint, Map<String, String> parameters) {}

    /**
     * Adds an endpoint.
     *
     * @throws DeploymentException when another has an equal or equivalent path; names both
     */
    public void add(PathTemplate template, E endpoint) throws DeploymentException {
        if (template.path().isEmpty()) {
            throw new DeploymentException("An endpoint's path starts with /: \"\"");
        }
    }

    /** Removes the endpoint of this path, if there is one. */
    public void remove(PathTemplate template) {}

    /** The endpoint of a request's path, as it stands in the request but without query; null when there is none. */
    public @Nullable Match<E> find(String rawPath) {
        return null;
    }
}
