package dev.duplex.tck.servlet;

import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A WAR in a folder, with the classes that it brings: they go before those of its host, and those that need what is not there are left
 * out, as the Servlet specification has it. Immutable.
 */
final class ExplodedWar implements AutoCloseable {
    private final Path folder;
    private final URLClassLoader loader;
    private final List<Class<?>> classes;

    private ExplodedWar(Path folder, URLClassLoader loader, List<Class<?>> classes) {
        this.folder = folder;
        this.loader = loader;
        this.classes = classes;
    }

    /** Unpacks a WAR. */
    static ExplodedWar of(Path war, Path folder) throws IOException {
        Files.createDirectories(folder);
        try (FileSystem archive = FileSystems.newFileSystem(war)) {
            copy(archive.getPath("/"), folder);
        }
        Path own = folder.resolve("WEB-INF/classes");
        List<String> names = new ArrayList<>(names(own));
        List<URL> urls = new ArrayList<>(List.of(own.toUri().toURL()));
        for (Path jar : jars(folder.resolve("WEB-INF/lib"))) {
            urls.add(jar.toUri().toURL());
            try (FileSystem archive = FileSystems.newFileSystem(jar)) {
                names.addAll(names(archive.getPath("/")));
            }
        }
        URLClassLoader loader = new WarClassLoader(urls.toArray(URL[]::new));
        List<Class<?>> classes = new ArrayList<>();
        for (String name : names) {
            try {
                classes.add(Class.forName(name, false, loader));
            } catch (ClassNotFoundException | LinkageError e) {
                System.err.println("The scan of " + war + " leaves out " + name + ": " + e);
            }
        }
        return new ExplodedWar(folder, loader, List.copyOf(classes));
    }

    Path folder() {
        return folder;
    }

    ClassLoader loader() {
        return loader;
    }

    /** The classes that have one of these annotations, extend one of these classes or implement one of these interfaces. */
    Set<Class<?>> classesOf(Class<?>... types) {
        return classes.stream()
                .filter(candidate -> Arrays.stream(types).anyMatch(type -> isOf(candidate, type)))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static boolean isOf(Class<?> candidate, Class<?> type) {
        return type.isAnnotation()
                ? candidate.isAnnotationPresent(type.asSubclass(Annotation.class))
                : type.isAssignableFrom(candidate) && type != candidate;
    }

    Optional<WebXml> webXml() throws IOException {
        Path file = folder.resolve("WEB-INF/web.xml");
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(WebXml.parse(in));
        }
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Path copy = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(path, copy);
                }
            }
        }
    }

    private static List<Path> jars(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }

    /** Of all classes below a folder. */
    private static List<String> names(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> root.relativize(file).toString().replace('\\', '/'))
                    .filter(file -> file.endsWith(".class")
                            && !file.startsWith("META-INF/")
                            && !file.endsWith("module-info.class")
                            && !file.endsWith("package-info.class"))
                    .map(file ->
                            file.substring(0, file.length() - ".class".length()).replace('/', '.'))
                    .sorted()
                    .toList();
        }
    }

    /** Finds in the WAR before it asks its parent, which alone has what belongs to the platform. */
    private static final class WarClassLoader extends URLClassLoader {
        static {
            registerAsParallelCapable();
        }

        WarClassLoader(URL[] urls) throws MalformedURLException {
            super("war", urls, ExplodedWar.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("java.") || name.startsWith("jakarta.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                if (known != null) {
                    return known;
                }
                try {
                    return findClass(name);
                } catch (ClassNotFoundException notInTheWar) {
                    return super.loadClass(name, resolve);
                }
            }
        }
    }
}
