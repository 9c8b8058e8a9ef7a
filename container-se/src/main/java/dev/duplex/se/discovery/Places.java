package dev.duplex.se.discovery;

import jakarta.websocket.DeploymentException;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** Where an application is: archives and directories, or the class path. Immutable. */
public final class Places {
    private static final System.Logger LOG = System.getLogger(Places.class.getName());
    private static final String WAR = ".war";
    private static final String WEB_INF = "WEB-INF";

    private final List<Path> paths; // empty for the class path

    private Places(List<Path> paths) {
        this.paths = paths;
    }

    /** These WARs, jars and directories, each of which need not exist yet. */
    public static Places of(Path first, Path... more) {
        List<Path> paths = new ArrayList<>();
        paths.add(first.toAbsolutePath().normalize());
        for (Path path : more) {
            paths.add(path.toAbsolutePath().normalize());
        }
        return new Places(List.copyOf(paths));
    }

    /** The class path of the JVM, and its module path. */
    public static Places ofClassPath() {
        return new Places(List.of());
    }

    /** The one that its name says: {@code /chat} for {@code chat.war}, empty for {@code ROOT.war} and for what is no WAR. */
    public String contextPath() {
        if (paths.isEmpty() || !isWar(paths.getFirst())) {
            return "";
        }
        String name = nameOf(paths.getFirst());
        String base = isNamedWar(name) || Files.isRegularFile(paths.getFirst())
                ? name.substring(0, Math.max(0, name.lastIndexOf('.')))
                : name;
        return base.isEmpty() || base.equals("ROOT") ? "" : escaped("/" + base);
    }

    /** As a path stands in a URI. */
    private static String escaped(String path) {
        try {
            return new URI(null, null, path, null).toASCIIString();
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("there is no URI with the path " + path, e);
        }
    }

    /**
     * Opens them, and finds what they have. The caller closes {@link Discovery#resource}.
     *
     * @param isolated whether the application's own classes go before those of the parent
     * @param parent of the application's loader; of the class path, the loader itself
     * @throws DeploymentException when one is not there or not to be read; says which and why. Nothing is left open then
     */
    public Discovery open(boolean isolated, ClassLoader parent) throws DeploymentException {
        if (paths.isEmpty()) {
            ClassScan scan = ClassScan.ofClassPath(parent);
            return new Discovery("the class path", parent, scan.roots(), scan.found(), scan.skipped(), null, () -> {});
        }
        return new Opening(isolated, parent).discovery();
    }

    private static String nameOf(Path path) {
        Path name = path.getFileName();
        return name == null ? path.toString() : name.toString();
    }

    private static boolean isNamedWar(String name) {
        return name.toLowerCase(Locale.ROOT).endsWith(WAR);
    }

    /** Whether it is an application by itself: a WAR, by its name or by what is in it, or the directory of one. */
    public static boolean isWar(Path path) {
        if (isNamedWar(nameOf(path)) || Files.isDirectory(path.resolve(WEB_INF))) {
            return true;
        }
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (ZipFile zip = new ZipFile(path.toFile())) {
            return zip.stream().anyMatch(entry -> entry.getName().startsWith(WEB_INF + "/"));
        } catch (IOException e) {
            return false; // who opens it says why
        }
    }

    /** One opening of them. */
    private final class Opening {
        private final boolean isolated;
        private final ClassLoader parent;
        private final Map<Path, String> roots = new LinkedHashMap<>(); // with what people call them
        private final List<Closeable> opened = new ArrayList<>();
        private @Nullable Path files;

        Opening(boolean isolated, ClassLoader parent) {
            this.isolated = isolated;
            this.parent = parent;
        }

        Discovery discovery() throws DeploymentException {
            boolean done = false;
            try {
                for (Path path : paths) {
                    add(path);
                }
                String name = paths.stream().map(Places::nameOf).collect(Collectors.joining(", "));
                ApplicationLoader loader = new ApplicationLoader(name, urls(), parent, isolated);
                opened.add(loader);
                ClassScan scan = ClassScan.of(roots, loader);
                done = true;
                return new Discovery(
                        name, loader, scan.roots(), scan.found(), scan.skipped(), files, () -> closeAll(opened));
            } finally {
                if (!done) {
                    giveUp();
                }
            }
        }

        /** Closes what was opened before it failed, which is what is to be told. */
        private void giveUp() {
            try {
                closeAll(opened);
            } catch (IOException e) {
                LOG.log(Level.WARNING, "the application that was not deployed left something open", e);
            }
        }

        private List<URL> urls() throws DeploymentException {
            List<URL> urls = new ArrayList<>();
            for (Path root : roots.keySet()) {
                try {
                    urls.add(root.toUri().toURL());
                } catch (MalformedURLException e) {
                    throw new DeploymentException(root + " is of a file system that has no URLs", e);
                }
            }
            return urls;
        }

        private void add(Path path) throws DeploymentException {
            if (!Files.exists(path)) {
                throw new DeploymentException(path + " is not there: name a WAR, a jar or a directory of classes");
            }
            try {
                if (isWar(path)) {
                    addWar(path.toRealPath());
                } else {
                    addRoot(path.toRealPath(), nameOf(path));
                }
            } catch (IOException e) {
                throw new DeploymentException(
                        path + " cannot be opened as a WAR, a jar or a directory of classes: " + e.getMessage(), e);
            }
        }

        private void addRoot(Path root, String name) throws IOException {
            if (!Files.isDirectory(root)) {
                try (ZipFile zip = new ZipFile(root.toFile())) {
                    LOG.log(Level.DEBUG, () -> name + " has " + zip.size() + " entries");
                } catch (IOException e) { // judged now: the loader would pass over it
                    throw new IOException(name + " cannot be read: " + e.getMessage(), e);
                }
            }
            roots.put(root, name);
        }

        private void addWar(Path path) throws IOException, DeploymentException {
            if (files != null) {
                throw new DeploymentException(
                        path + " is a second WAR: two WARs are two applications, each with its context path");
            }
            Path directory = path;
            if (Files.isRegularFile(path)) {
                Unpacked unpacked = Unpacked.of(path);
                opened.add(unpacked);
                directory = unpacked.directory();
            }
            files = directory;
            Path classes = directory.resolve(WEB_INF).resolve("classes");
            if (Files.isDirectory(classes)) {
                addRoot(classes, nameOf(path) + "/WEB-INF/classes");
            }
            for (Path jar : jars(directory.resolve(WEB_INF).resolve("lib"))) {
                addRoot(jar, nameOf(path) + "/WEB-INF/lib/" + nameOf(jar));
            }
        }

        /** In the order of their names, which is the same everywhere. */
        private static List<Path> jars(Path lib) throws IOException {
            if (!Files.isDirectory(lib)) {
                return List.of();
            }
            try (Stream<Path> all = Files.list(lib)) {
                return all.filter(jar ->
                                nameOf(jar).toLowerCase(Locale.ROOT).endsWith(".jar") && Files.isRegularFile(jar))
                        .sorted()
                        .toList();
            }
        }
    }

    /** Closes all of them, the last one first. */
    private static void closeAll(List<Closeable> opened) throws IOException {
        IOException failed = null;
        for (Closeable each : opened.reversed()) {
            try {
                each.close();
            } catch (IOException e) {
                if (failed == null) {
                    failed = e;
                } else {
                    failed.addSuppressed(e);
                }
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
