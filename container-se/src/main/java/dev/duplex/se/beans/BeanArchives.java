package dev.duplex.se.beans;

import dev.duplex.se.discovery.Discovery;
import dev.duplex.se.discovery.Root;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.context.NormalScope;
import jakarta.enterprise.inject.Stereotype;
import jakarta.interceptor.Interceptor;
import jakarta.websocket.DeploymentException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.annotation.Annotation;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/**
 * The bean classes of an application that was found in archives, and what its beans.xml files enable, all archives taken together. Confined
 * to one thread. Jakarta CDI 4.1 §12.1: an archive with a beans.xml, or with a class that has a bean-defining annotation.
 */
final class BeanArchives {
    private static final System.Logger LOG = System.getLogger(BeanArchives.class.getName());
    private static final String BEANS_XML = "META-INF/beans.xml";

    private final ClassLoader loader;
    private final Map<String, Boolean> defining = new HashMap<>(); // by the names of annotations
    private final Set<Class<?>> classes = new LinkedHashSet<>();
    private final List<BeansXml> enabled = new ArrayList<>();
    private boolean found;

    private BeanArchives(ClassLoader loader) {
        this.loader = loader;
    }

    /**
     * Looks through what was found.
     *
     * @throws DeploymentException when a beans.xml cannot be read
     */
    static BeanArchives of(Discovery discovery) throws DeploymentException {
        BeanArchives archives = new BeanArchives(discovery.loader());
        for (Root root : discovery.roots()) {
            archives.add(root, discovery.files());
        }
        return archives;
    }

    /** Whether there is a bean archive at all. */
    boolean any() {
        return found;
    }

    /** The classes that may be beans, loaded. */
    Set<Class<?>> classes() {
        return classes;
    }

    /** What the beans.xml files say. */
    List<BeansXml> enabled() {
        return enabled;
    }

    private void add(Root root, @Nullable Path war) throws DeploymentException {
        URL url = beansXml(root.location(), war);
        if (url == null && root.annotations().stream().noneMatch(this::definesBeans)) {
            return;
        }
        BeansXml xml = url == null ? BeansXml.EMPTY : BeansXml.read(url);
        if (xml.mode().equals("none")) {
            return;
        }
        found = true;
        enabled.add(xml);
        for (String name : root.classNames()) {
            if (!xml.excludes(name, loader)) {
                Class<?> type = load(name);
                if (type != null && (xml.mode().equals("all") || isAnnotated(type))) {
                    classes.add(type);
                }
            }
        }
    }

    private @Nullable Class<?> load(String name) {
        try {
            Class<?> type = Class.forName(name, false, loader);
            Objects.requireNonNull(
                    type.getDeclaredMethods()); // CDI will look at all of it, and fails where something is missing
            Objects.requireNonNull(type.getDeclaredFields());
            Objects.requireNonNull(type.getDeclaredConstructors());
            return type;
        } catch (ClassNotFoundException | LinkageError | SecurityException e) {
            LOG.log(Level.DEBUG, () -> name + " is no bean: it cannot be loaded", e);
            return null;
        }
    }

    private boolean isAnnotated(Class<?> type) {
        for (Annotation annotation : type.getAnnotations()) {
            if (definesBeans(annotation.annotationType().getName())) {
                return true;
            }
        }
        return false;
    }

    /** Whether an annotation is a bean-defining one: CDI 4.1 §2.5.1. */
    private boolean definesBeans(String annotation) {
        return defining.computeIfAbsent(annotation, name -> definesBeans(name, loader));
    }

    private static boolean definesBeans(String name, ClassLoader loader) {
        try {
            Class<?> type = Class.forName(name, false, loader);
            return isBeanDefining(type);
        } catch (ClassNotFoundException | LinkageError e) {
            LOG.log(Level.DEBUG, () -> "the annotation " + name + " cannot be loaded", e);
            return false;
        }
    }

    /** Whether an annotation makes its classes beans. */
    static boolean isBeanDefining(Class<?> annotation) {
        return annotation == Dependent.class
                || annotation == Interceptor.class
                || annotation.isAnnotationPresent(NormalScope.class)
                || annotation.isAnnotationPresent(Stereotype.class);
    }

    /** The beans.xml of a place of classes; of the classes of a WAR also that in its WEB-INF. Null without one. */
    private static @Nullable URL beansXml(URI location, @Nullable Path war) throws DeploymentException {
        try {
            if (!location.getScheme().equals("file")) {
                return null;
            }
            Path path = Path.of(location);
            if (!Files.isDirectory(path)) {
                return entry(path);
            }
            List<Path> places = new ArrayList<>();
            if (war != null && path.equals(war.resolve("WEB-INF").resolve("classes"))) {
                places.add(war.resolve("WEB-INF").resolve("beans.xml"));
            }
            places.add(path.resolve(BEANS_XML));
            for (Path place : places) {
                if (Files.exists(place)) {
                    return place.toUri().toURL();
                }
            }
            return null;
        } catch (MalformedURLException e) {
            throw new DeploymentException("No beans.xml can be looked for in " + location + ": " + e.getMessage(), e);
        }
    }

    private static @Nullable URL entry(Path jar) throws DeploymentException {
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.getEntry(BEANS_XML) == null
                    ? null
                    : URI.create("jar:" + jar.toUri() + "!/" + BEANS_XML).toURL();
        } catch (IOException e) {
            throw new DeploymentException(jar + " cannot be read: " + e.getMessage(), e);
        }
    }
}
