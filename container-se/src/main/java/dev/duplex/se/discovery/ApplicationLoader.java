package dev.duplex.se.discovery;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The class loader of one application: its own classes and resources go before those of the parent, so that two applications of the same
 * classes share nothing, while what it shares with its host ({@link PlatformClasses#isShared}) is the parent's. Safe for any thread.
 */
final class ApplicationLoader extends URLClassLoader {
    static {
        registerAsParallelCapable();
    }

    /**
     * A loader that has opened nothing yet.
     *
     * @param name of the application, for stack traces
     */
    ApplicationLoader(String name, List<URL> roots, ClassLoader parent) {
        super(name, roots.toArray(URL[]::new), parent);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (PlatformClasses.isShared(name)) {
            return super.loadClass(
                    name, resolve); // the parent first; if it has none, the application may bring its own
        }
        synchronized (getClassLoadingLock(name)) { // the JDK's lock of loading this class: there is no other
            Class<?> type = findLoadedClass(name);
            if (type == null) {
                type = ownClass(name);
            }
            return type == null ? super.loadClass(name, resolve) : type;
        }
    }

    private @Nullable Class<?> ownClass(String name) {
        try {
            return findClass(name);
        } catch (ClassNotFoundException e) {
            return null; // the parent is asked next
        }
    }

    @Override
    public @Nullable URL getResource(String name) {
        URL own = findResource(name);
        return own == null ? super.getResource(name) : own;
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        List<URL> all = new ArrayList<>(Collections.list(findResources(name)));
        all.addAll(Collections.list(getParent().getResources(name)));
        return Collections.enumeration(all);
    }
}
