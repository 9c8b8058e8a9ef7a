package dev.duplex.se.discovery;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The class loader of one application: its own classes and resources go before those of the parent, unless they shall not, so that two
 * applications of the same classes share nothing, while what it shares with its host ({@link PlatformClasses#isShared}) is the parent's. Safe for any thread.
 */
final class ApplicationLoader extends URLClassLoader {
    static {
        registerAsParallelCapable();
    }

    private static final URLStreamHandler UNCACHED = new Uncached();

    private final boolean ownFirst;

    /**
     * A loader that has opened nothing yet.
     *
     * @param name of the application, for stack traces
     * @param ownFirst false for the parent's first, always
     */
    ApplicationLoader(String name, List<URL> roots, ClassLoader parent, boolean ownFirst) {
        super(name, roots.toArray(URL[]::new), parent);
        this.ownFirst = ownFirst;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!ownFirst || PlatformClasses.isShared(name)) {
            return super.loadClass(
                    name, resolve); // the parent first; if it has none, the application may bring its own
        }
        synchronized (getClassLoadingLock(name)) { // the JDK's lock of loading this class: there is no other
            Class<?> type = findLoadedClass(name);
            if (type == null) {
                type = ownClass(name);
            }
            if (type == null && isBesideOwn(name)) {
                throw new ClassNotFoundException(name + " is not in " + getName() + ", whose own class it belongs to");
            }
            return type == null ? super.loadClass(name, resolve) : type;
        }
    }

    /**
     * Whether the name is that of a class inside an own one. The parent may have the same class, and with it what goes by its name: not only what
     * was compiled, also the proxies that CDI has made of it. They are no classes of this application.
     */
    private boolean isBesideOwn(String name) {
        int dollar = name.indexOf('$', name.lastIndexOf('.') + 2);
        return dollar > 0 && super.findResource(name.substring(0, dollar).replace('.', '/') + ".class") != null;
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
        URL first = ownFirst ? findResource(name) : getParent().getResource(name);
        if (first != null) {
            return first;
        }
        return ownFirst ? getParent().getResource(name) : findResource(name);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        List<URL> own = Collections.list(findResources(name));
        List<URL> all = Collections.list(getParent().getResources(name));
        all.addAll(ownFirst ? 0 : all.size(), own);
        return Collections.enumeration(all);
    }

    @Override
    public @Nullable URL findResource(String name) {
        URL found = super.findResource(name);
        return found == null ? null : uncached(found);
    }

    @Override
    public Enumeration<URL> findResources(String name) throws IOException {
        List<URL> found = new ArrayList<>();
        for (URL url : Collections.list(super.findResources(name))) {
            found.add(uncached(url));
        }
        return Collections.enumeration(found);
    }

    /**
     * The same, but nobody's cache keeps the jar open that it is in, once its stream is closed: after the application has gone the file can
     * be deleted, or replaced by another one, which is then read.
     */
    private static URL uncached(URL url) {
        try {
            return url.getProtocol().equals("jar") ? URL.of(url.toURI(), UNCACHED) : url;
        } catch (URISyntaxException | MalformedURLException e) {
            throw new IllegalStateException("the JDK's class loader has made " + url + ", which is no URL", e);
        }
    }

    private static final class Uncached extends URLStreamHandler {
        @Override
        protected URLConnection openConnection(URL url) throws IOException {
            URLConnection connection =
                    URI.create(url.toExternalForm()).toURL().openConnection(); // by the JDK's own handler
            connection.setUseCaches(false);
            return connection;
        }
    }
}
