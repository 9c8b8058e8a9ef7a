package dev.duplex.se.discovery;

import dev.duplex.container.DuplexServerContainer;
import io.github.classgraph.ClassGraph;
import io.github.classgraph.ClassInfo;
import io.github.classgraph.ClassInfoList;
import io.github.classgraph.Resource;
import io.github.classgraph.ScanResult;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpoint;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The classes of an application that matter (Jakarta WebSocket §6.2), told by their class files. Those alone are loaded, and none is
 * initialised. Confined to one thread.
 */
final class ClassScan {
    private static final System.Logger LOG = System.getLogger(ClassScan.class.getName());

    private final ClassLoader loader;
    private final Map<URI, String> names;
    private final Map<URI, List<String>> classNames = new LinkedHashMap<>(); // by location of the root
    private final Map<URI, URI> locations = new HashMap<>(); // by what the scanner calls it
    private final Map<URI, Set<String>> annotations = new HashMap<>(); // by location of the root
    private final Set<Class<?>> found = new LinkedHashSet<>();
    private final List<String> skipped = new ArrayList<>();
    private final Map<String, Boolean> outside = new HashMap<>();

    private ClassScan(ClassLoader loader, Map<URI, String> names) {
        this.loader = loader;
        this.names = names;
    }

    /**
     * Scans these directories and jars, and what jars of them name as their class path.
     *
     * @param roots with what people call them
     * @throws DeploymentException when one cannot be scanned
     */
    static ClassScan of(Map<Path, String> roots, ClassLoader loader) throws DeploymentException {
        Map<URI, String> names = new HashMap<>();
        roots.forEach((root, name) -> names.put(root.toUri(), name));
        ClassScan scan = new ClassScan(loader, names);
        roots.keySet().forEach(root -> scan.classNames.put(root.toUri(), new ArrayList<>()));
        if (!roots.isEmpty()) { // else it would be the class path
            Set<URI> scanned = scan.run(new ClassGraph().overrideClasspath(roots.keySet()));
            for (Path root : roots.keySet()) {
                if (!scanned.contains(root.toUri())) {
                    throw new DeploymentException(
                            root + " cannot be scanned: a path with \"!/\" in it reads as one inside of"
                                    + " an archive; move it elsewhere");
                }
            }
        }
        return scan;
    }

    /** Scans class path and module path, but for what is known to have no endpoints: each jar costs time when a program starts. */
    static ClassScan ofClassPath(ClassLoader loader) {
        ClassScan scan = new ClassScan(loader, Map.of());
        Set<String> hosts = hosts();
        scan.run(new ClassGraph()
                .overrideClassLoaders(loader)
                .filterClasspathElementsByURL(url -> !hosts.contains(plain(url)))
                .rejectJars("jakarta.*-api-*.jar", "weld-*.jar")
                .rejectModules("dev.duplex.*", "io.github.classgraph", "jakarta.*", "weld.*"));
        return scan;
    }

    /** Where the host's own classes are; nowhere when they are in one jar with the application's. */
    private static Set<String> hosts() {
        Set<String> hosts = Stream.of(
                        ClassScan.class,
                        DuplexServerContainer.class,
                        ClassGraph.class,
                        ServerEndpoint.class,
                        Endpoint.class)
                .map(type -> type.getProtectionDomain().getCodeSource())
                .filter(Objects::nonNull)
                .map(source -> plain(source.getLocation()))
                .collect(Collectors.toSet());
        return hosts.size() == 1 ? Set.of() : hosts;
    }

    /** Without the slashes that each has its own opinion on. */
    private static String plain(URL url) {
        return url.toString().replaceFirst("^file:/+", "/").replaceFirst("/$", "");
    }

    /** The roots that there are, with the names of their classes. */
    List<Root> roots() {
        return classNames.entrySet().stream()
                .map(root -> new Root(
                        name(root.getKey()),
                        root.getKey(),
                        List.copyOf(root.getValue()),
                        Set.copyOf(annotations.getOrDefault(root.getKey(), Set.of()))))
                .toList();
    }

    private String name(URI root) {
        return names.getOrDefault(root, root.toString());
    }

    /** The scanner has its own way of writing a URI. */
    private URI location(URI scanned) {
        return locations.computeIfAbsent(
                scanned, uri -> uri.getScheme().equals("file") ? Path.of(uri).toUri() : uri);
    }

    /** The classes that matter, loaded. */
    Set<Class<?>> found() {
        return found;
    }

    /** Those that could not be loaded, with the cause. */
    List<String> skipped() {
        return skipped;
    }

    /** Returns the locations of what was scanned. */
    private Set<URI> run(ClassGraph graph) {
        try (ScanResult result = graph.enableClassInfo()
                .enableAnnotationInfo()
                .enableExternalClasses() // the API is one: without it nobody would extend it
                .ignoreClassVisibility() // what extends an endpoint through a class that is not public is one
                .disableRuntimeInvisibleAnnotations()
                .scan()) {
            for (ClassInfo type : result.getAllClasses()) {
                if (!type.isExternalClass() && !PlatformClasses.isOutOfScan(type.getName())) {
                    classNames
                            .computeIfAbsent(location(type.getClasspathElementURI()), root -> new ArrayList<>())
                            .add(type.getName());
                    annotations
                            .computeIfAbsent(location(type.getClasspathElementURI()), root -> new HashSet<>())
                            .addAll(type.getAnnotations().getNames());
                    if (matters(type)) {
                        load(type);
                    }
                }
            }
            skipUnreadable(result);
            return result.getClasspathURIs().stream().map(this::location).collect(Collectors.toSet());
        }
    }

    /** The scanner leaves out without a word what is no class file, or is one of another class than its name says. */
    private void skipUnreadable(ScanResult result) {
        for (Resource file : result.getResourcesWithExtension("class")) {
            String path = file.getPath();
            String name = path.substring(0, path.length() - ".class".length()).replace('/', '.');
            if (!name.endsWith("-info") // of a module or a package
                    && !name.startsWith("META-INF.")
                    && !PlatformClasses.isOutOfScan(name)
                    && result.getClassInfo(name) == null) {
                skip(
                        "%s of %s is not the class file of %s"
                                .formatted(path, name(location(file.getClasspathElementURI())), name),
                        null);
            }
        }
    }

    private void skip(String line, @Nullable Throwable cause) {
        skipped.add(line);
        LOG.log(Level.DEBUG, line, cause);
    }

    /** Jakarta WebSocket §4.8: what is not public is passed over. */
    private boolean matters(ClassInfo type) {
        return type.isPublic()
                && !type.isAbstract()
                && (type.hasAnnotation(ServerEndpoint.class.getName())
                        || type.extendsSuperclass(Endpoint.class.getName())
                        || type.implementsInterface(ServerApplicationConfig.class.getName())
                        || hasFoundAncestor(type.getSuperclasses())
                        || hasFoundAncestor(type.getInterfaces()));
    }

    /** Whether it is one by a class or interface that is not the application's, which only the loader knows. */
    private boolean hasFoundAncestor(ClassInfoList ancestors) {
        for (ClassInfo ancestor : ancestors) {
            if (ancestor.isExternalClass()
                    && !PlatformClasses.isOutOfScan(ancestor.getName())
                    && outside.computeIfAbsent(ancestor.getName(), this::isFoundOutside)) {
                return true;
            }
        }
        return false;
    }

    private boolean isFoundOutside(String name) {
        try {
            Class<?> type = Class.forName(name, false, loader);
            return Endpoint.class.isAssignableFrom(type) || ServerApplicationConfig.class.isAssignableFrom(type);
        } catch (ClassNotFoundException | LinkageError | SecurityException e) {
            LOG.log(Level.DEBUG, () -> name + ", which a class extends or implements, cannot be loaded", e);
            return false;
        }
    }

    private void load(ClassInfo type) {
        try {
            found.add(Class.forName(type.getName(), false, loader));
        } catch (ClassNotFoundException | LinkageError | SecurityException e) {
            skip(
                    "%s of %s cannot be loaded: %s"
                            .formatted(type.getName(), name(location(type.getClasspathElementURI())), e),
                    e);
        }
    }
}
