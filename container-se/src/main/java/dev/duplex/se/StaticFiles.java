package dev.duplex.se;

import dev.duplex.endpoint.RequestPath;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.handshake.Headers;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files of one directory, by the paths of requests. Whatever a path says, only what really lies in the directory is found, and nothing of
 * {@code WEB-INF}, {@code META-INF} and names that begin with a dot. Safe for any thread; the directory may change at any time.
 */
final class StaticFiles {
    private static final String INDEX = "index.html";
    private static final String UNKNOWN = "application/octet-stream";

    /** What the JDK's table lacks on some systems, or has an outdated name for. Text is taken to be UTF-8. */
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("htm", "text/html; charset=utf-8"),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("txt", "text/plain; charset=utf-8"),
            Map.entry("md", "text/markdown; charset=utf-8"),
            Map.entry("csv", "text/csv; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("map", "application/json"),
            Map.entry("webmanifest", "application/manifest+json"),
            Map.entry("xml", "application/xml"),
            Map.entry("wasm", "application/wasm"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("ico", "image/vnd.microsoft.icon"),
            Map.entry("webp", "image/webp"),
            Map.entry("avif", "image/avif"),
            Map.entry("woff", "font/woff"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("ttf", "font/ttf"),
            Map.entry("mp4", "video/mp4"),
            Map.entry("webm", "video/webm"),
            Map.entry("mp3", "audio/mpeg"));

    private final Path root;

    /** A file that was found. */
    record Found(Path file, long size, String type) {}

    /**
     * The files of this directory.
     *
     * @throws IOException when it is none, or cannot be read; its text says which
     */
    StaticFiles(Path directory) throws IOException {
        this.root = directory.toRealPath();
        if (!Files.isDirectory(root)) {
            throw new NotDirectoryException(directory.toString());
        }
    }

    /**
     * The file at a path, which for a directory is its {@code index.html}; null when there is none that may be seen.
     *
     * @param context in front of the path of the request, to be left out
     * @param path of the request, as it came
     * @throws HandshakeFailure 308 to the path with a slash when it is of a directory without one
     */
    @Nullable
    Found find(String context, String path, @Nullable String query) throws HandshakeFailure {
        List<String> segments = RequestPath.segments(path.substring(context.length()));
        if (segments == null) {
            return path.length() == context.length() && hasIndex(root) ? slash(context, "/", query) : null;
        }
        try {
            return find(context, segments, query);
        } catch (HandshakeFailure e) {
            throw e;
        } catch (InvalidPathException
                | IOException e) { // it is no name here, is not there, or vanished while it was looked at
            return null;
        }
    }

    private @Nullable Found find(String context, List<String> segments, @Nullable String query) throws IOException {
        boolean directory = segments.getLast().isEmpty();
        Path wanted = root;
        for (String segment : directory ? segments.subList(0, segments.size() - 1) : segments) {
            if (!isName(segment)) {
                return null;
            }
            wanted = wanted.resolve(segment);
        }
        Path real = seen(wanted);
        if (real == null) {
            return null;
        }
        if (!Files.isDirectory(real)) {
            return directory ? null : file(real);
        }
        if (!hasIndex(real)) {
            return null;
        }
        if (!directory) {
            slash(context, "/" + String.join("/", segments) + "/", query);
        }
        return file(seen(real.resolve(INDEX)));
    }

    /** Whether it can be the name of a file: nothing that a file system may take for more than that. */
    private static boolean isName(String segment) {
        return !segment.isEmpty()
                && segment.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || Character.isISOControl(c));
    }

    /** Where it really is, links followed; null when that is outside of the directory, or not for everybody. */
    private @Nullable Path seen(Path path) throws IOException {
        Path real = path.toRealPath();
        if (!real.startsWith(root)) {
            return null;
        }
        // Judged by its real names: a file system may have others for it, in other letters or cut short
        for (Path name : root.relativize(real)) {
            String plain = name.toString().toUpperCase(Locale.ROOT);
            if (plain.startsWith(".") || plain.equals("WEB-INF") || plain.equals("META-INF")) {
                return null;
            }
        }
        return real;
    }

    private boolean hasIndex(Path directory) {
        try {
            Path index = seen(directory.resolve(INDEX));
            return index != null && Files.isRegularFile(index);
        } catch (IOException e) {
            return false; // there is none
        }
    }

    private static @Nullable Found file(@Nullable Path real) throws IOException {
        if (real == null) {
            return null;
        }
        BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
        return attributes.isRegularFile() && Files.isReadable(real)
                ? new Found(real, attributes.size(), type(real.getFileName().toString()))
                : null;
    }

    private static String type(String name) {
        String known = TYPES.get(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
        if (known != null) {
            return known;
        }
        String guessed = URLConnection.guessContentTypeFromName(name);
        return guessed == null ? UNKNOWN : guessed;
    }

    /**
     * Relative links of a page count from its last slash.
     *
     * @param context escaped, as it came
     * @param path behind it, not escaped
     * @throws HandshakeFailure always
     */
    private static Found slash(String context, String path, @Nullable String query) throws HandshakeFailure {
        String location;
        try {
            location = context + new URI(null, null, path, null).toASCIIString();
        } catch (URISyntaxException e) {
            throw new AssertionError("a path that begins with one slash is a URI", e);
        }
        throw new HandshakeFailure(
                308,
                "this directory is at " + location,
                Headers.builder()
                        .add("Location", query == null ? location : location + "?" + query)
                        .build());
    }
}
