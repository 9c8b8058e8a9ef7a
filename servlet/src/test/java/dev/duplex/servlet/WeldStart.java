package dev.duplex.servlet;

import jakarta.enterprise.inject.spi.Extension;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Objects;
import java.util.Set;
import org.jboss.weld.environment.servlet.EnhancedListener;
import org.jboss.weld.environment.servlet.Listener;

/**
 * Weld as applications have it, with the one bean archive that a test has made: none is on the class path, where the beans of one test would be
 * those of every other. Confined to one thread.
 */
final class WeldStart {
    private final URL archive;
    private final boolean extensions;

    private WeldStart(URL archive, boolean extensions) {
        this.archive = archive;
        this.extensions = extensions;
    }

    /** With these beans; the folder is for their archive. */
    static WeldStart of(Path folder, Class<?>... beans) throws IOException {
        Files.writeString(
                Files.createDirectories(folder.resolve("META-INF")).resolve("beans.xml"),
                "<beans xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"4.0\" bean-discovery-mode=\"all\"/>");
        for (Class<?> bean : beans) {
            String name = bean.getName().replace('.', '/') + ".class";
            Path copy = folder.resolve(name);
            Files.createDirectories(copy.getParent());
            try (InputStream compiled =
                    Objects.requireNonNull(bean.getClassLoader().getResourceAsStream(name))) {
                Files.copy(compiled, copy);
            }
        }
        return new WeldStart(folder.toUri().toURL(), true);
    }

    /** The same, but it finds no extension. */
    WeldStart withoutExtensions() {
        return new WeldStart(archive, false);
    }

    /** By itself, as from WEB-INF/lib. */
    ServletContainerInitializer initializer() {
        return new Initializer(this);
    }

    /** By the listener that can be named in a web.xml. */
    ServletContainerInitializer listening() {
        return (classes, context) -> context.addListener(new Listener() {
            @Override
            public void contextInitialized(ServletContextEvent event) {
                ClassLoader before = enter();
                try {
                    super.contextInitialized(event);
                } finally {
                    Thread.currentThread().setContextClassLoader(before);
                }
            }
        });
    }

    private record Initializer(WeldStart start) implements ServletContainerInitializer {
        @Override
        public void onStartup(Set<Class<?>> classes, ServletContext context) throws ServletException {
            ClassLoader before = start.enter();
            try {
                new EnhancedListener().onStartup(classes, context);
            } finally {
                Thread.currentThread().setContextClassLoader(before);
            }
        }
    }

    private ClassLoader enter() {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        Thread.currentThread().setContextClassLoader(new Finding(before));
        return before;
    }

    /** Finds the archive, and the extensions or none. */
    private final class Finding extends URLClassLoader {
        Finding(ClassLoader parent) {
            super(new URL[] {archive}, parent);
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            return !extensions && name.equals("META-INF/services/" + Extension.class.getName())
                    ? findResources(name)
                    : super.getResources(name);
        }
    }
}
