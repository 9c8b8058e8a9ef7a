package dev.duplex.endpoint;

import jakarta.websocket.DeploymentException;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the endpoint of a request's path: segment by segment from the left, an exact one before a variable at each, and never back.
 * Jakarta WebSocket §3.1.1.
 *
 * <p>Safe for any thread: a search sees the tree as it is before or after a change, and waits for nothing.
 */
public final class PathTree<E> {
    /** The roots by number of segments: only paths with as many as the request's are compared with it. Written under this monitor. */
    private volatile Map<Integer, Node<E>> roots = Map.of();

    /** An endpoint and the values of its path's variables by their names, percent-decoded. The map cannot be changed. */
    public record Match<E>(E endpoint, Map<String, String> parameters) {}

    /** What is left of the paths after some segments. Never changed, so that a search needs no lock. */
    private record Node<E>(
            Map<String, Node<E>> exact,
            @Nullable Node<E> variable,
            @Nullable Leaf<E> leaf) {
        boolean isEmpty() {
            return exact.isEmpty() && variable == null && leaf == null;
        }
    }

    private record Leaf<E>(PathTemplate template, E endpoint) {}

    /**
     * Adds an endpoint.
     *
     * @throws DeploymentException when another has an equal or equivalent path; names both
     */
    public synchronized void add(PathTemplate template, E endpoint) throws DeploymentException {
        List<PathTemplate.Segment> segments = template.segments();
        Leaf<E> other = leaf(roots.get(segments.size()), segments);
        if (other != null) {
            throw new DeploymentException(other.template() + " of " + other.endpoint() + " and " + template + " of "
                    + endpoint + " match the same requests: give one of them another path");
        }
        replace(segments, new Leaf<>(template, endpoint));
    }

    /** Removes the endpoint of this path, if there is one; one with an equivalent path stays. */
    public synchronized void remove(PathTemplate template) {
        List<PathTemplate.Segment> segments = template.segments();
        Leaf<E> leaf = leaf(roots.get(segments.size()), segments);
        if (leaf != null && leaf.template().path().equals(template.path())) {
            replace(segments, null);
        }
    }

    /** The endpoint of a request's path, as it stands in the request but without query; null when there is none. */
    public @Nullable Match<E> find(String rawPath) {
        List<String> segments = RequestPath.segments(rawPath);
        Node<E> node = segments == null ? null : roots.get(segments.size());
        if (segments == null || node == null) {
            return null;
        }
        for (String segment : segments) {
            Node<E> exact = node.exact().get(segment);
            // §3.1.1: the empty string is no expansion of a variable
            node = exact != null || segment.isEmpty() ? exact : node.variable();
            if (node == null) {
                return null;
            }
        }
        Leaf<E> leaf = node.leaf();
        return leaf == null ? null : new Match<>(leaf.endpoint(), parameters(leaf.template(), segments));
    }

    private static Map<String, String> parameters(PathTemplate template, List<String> values) {
        if (template.variables().isEmpty()) {
            return Map.of();
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        List<PathTemplate.Segment> segments = template.segments();
        for (int i = 0; i < segments.size(); i++) {
            if (segments.get(i).variable()) {
                parameters.put(segments.get(i).text(), values.get(i));
            }
        }
        return Collections.unmodifiableMap(parameters);
    }

    private static <E> @Nullable Leaf<E> leaf(@Nullable Node<E> root, List<PathTemplate.Segment> segments) {
        Node<E> node = root;
        for (PathTemplate.Segment segment : segments) {
            if (node == null) {
                return null;
            }
            node = segment.variable() ? node.variable() : node.exact().get(segment.text());
        }
        return node == null ? null : node.leaf();
    }

    private void replace(List<PathTemplate.Segment> segments, @Nullable Leaf<E> leaf) {
        roots = with(roots, segments.size(), replaced(roots.get(segments.size()), segments, leaf));
    }

    /** A copy of a node with another leaf at the end of the segments; null when nothing is left of it. */
    private static <E> @Nullable Node<E> replaced(
            @Nullable Node<E> node, List<PathTemplate.Segment> segments, @Nullable Leaf<E> leaf) {
        Node<E> old = node == null ? new Node<>(Map.of(), null, null) : node;
        Node<E> made;
        if (segments.isEmpty()) {
            made = new Node<>(old.exact(), old.variable(), leaf);
        } else {
            PathTemplate.Segment segment = segments.get(0);
            List<PathTemplate.Segment> rest = segments.subList(1, segments.size());
            made = segment.variable()
                    ? new Node<>(old.exact(), replaced(old.variable(), rest, leaf), old.leaf())
                    : new Node<>(
                            with(
                                    old.exact(),
                                    segment.text(),
                                    replaced(old.exact().get(segment.text()), rest, leaf)),
                            old.variable(),
                            old.leaf());
        }
        // An empty node must not stay: nothing goes back from an exact segment to a variable
        return made.isEmpty() ? null : made;
    }

    private static <K, N> Map<K, N> with(Map<K, N> map, K key, @Nullable N value) {
        Map<K, N> copy = new HashMap<>(map);
        if (value == null) {
            copy.remove(key);
        } else {
            copy.put(key, value);
        }
        return copy;
    }
}
