package dev.duplex.endpoint;

import jakarta.websocket.DeploymentException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The path of a server endpoint: literal segments, and variables that stand for one segment each. Immutable. Jakarta WebSocket §3.1.1.
 *
 * <p>A trailing slash belongs to the path: {@code /a/} and {@code /a} are two paths, as the examples of §3.1.1 say.
 */
public final class PathTemplate {
    /** RFC 6570 §2.3, and the hyphen, which the specification's own examples use. */
    private static final Pattern NAME =
            Pattern.compile("(?:[\\p{L}\\p{N}_-]|%\\p{XDigit}{2})(?:[\\p{L}\\p{N}_.-]|%\\p{XDigit}{2})*");

    private final String path;
    private final List<Segment> segments;

    /** One segment: a variable's name, or a literal as it is after percent-decoding. */
    record Segment(String text, boolean variable) {}

    private PathTemplate(String path, List<Segment> segments) {
        this.path = path;
        this.segments = segments;
    }

    /**
     * Reads a path.
     *
     * @throws DeploymentException when it breaks a rule of §3.1.1; names the rule and the path
     */
    public static PathTemplate of(String path) throws DeploymentException {
        if (!path.startsWith("/")) {
            throw malformed(path, "starts with /");
        }
        if (path.indexOf('?') >= 0 || path.indexOf('#') >= 0) {
            throw malformed(path, "has neither query nor fragment");
        }
        String[] texts = path.substring(1).split("/", -1);
        List<Segment> segments = new ArrayList<>(texts.length);
        Set<String> names = new HashSet<>();
        for (int i = 0; i < texts.length; i++) {
            String text = texts[i];
            if (text.isEmpty() && i < texts.length - 1) {
                throw malformed(path, "has no //");
            }
            if (text.indexOf('{') < 0 && text.indexOf('}') < 0) {
                segments.add(literal(path, text));
                continue;
            }
            String name = text.startsWith("{") && text.endsWith("}") ? text.substring(1, text.length() - 1) : "";
            if (!NAME.matcher(name).matches()) {
                throw malformed(path, "has variables that are whole segments, such as /{name}, of level 1 of RFC 6570");
            }
            if (!names.add(name)) {
                throw malformed(path, "has each variable once, and not {" + name + "} twice");
            }
            segments.add(new Segment(name, true));
        }
        return new PathTemplate(path, List.copyOf(segments));
    }

    private static Segment literal(String path, String text) throws DeploymentException {
        String decoded = RequestPath.decode(text);
        if (decoded == null) {
            throw malformed(path, "has escapes of two hexadecimal digits that are UTF-8");
        }
        // A request's path is normalised first, so that such a segment would never be met
        if (decoded.equals(".") || decoded.equals("..")) {
            throw malformed(path, "has no segment . or ..");
        }
        return new Segment(decoded, false);
    }

    private static DeploymentException malformed(String path, String rule) {
        return new DeploymentException("The path of an endpoint " + rule + ": \"" + path + "\"");
    }

    /** The path as the application wrote it. */
    public String path() {
        return path;
    }

    /** The names of its variables, from left to right. */
    public List<String> variables() {
        return segments.stream().filter(Segment::variable).map(Segment::text).toList();
    }

    /** Whether both match the same paths: equal but for the names of variables. */
    public boolean equivalentTo(PathTemplate other) {
        if (segments.size() != other.segments.size()) {
            return false;
        }
        for (int i = 0; i < segments.size(); i++) {
            Segment mine = segments.get(i);
            Segment theirs = other.segments.get(i);
            if (mine.variable() != theirs.variable()
                    || (!mine.variable() && !mine.text().equals(theirs.text()))) {
                return false;
            }
        }
        return true;
    }

    List<Segment> segments() {
        return segments;
    }

    @Override
    public String toString() {
        return path;
    }
}
