package dev.duplex.se.beans;

import dev.duplex.cdi.Cdi;
import dev.duplex.endpoint.ContextLoader;
import dev.duplex.se.discovery.Discovery;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.websocket.DeploymentException;
import java.lang.System.Logger.Level;
import java.lang.annotation.Annotation;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Starts a CDI container for an application. Stateless, safe for any thread. */
public final class Boot {
    private static final System.Logger LOG = System.getLogger(Boot.class.getName());

    /** Weld's name of a hook that would end its containers while the server still lets its sessions end. Others pass over it. */
    private static final String SHUTDOWN_HOOK = "org.jboss.weld.se.shutdownHook";

    private Boot() {}

    /**
     * Starts one for classes that were named one by one: its beans are those of the archives that the loader finds with a
     * META-INF/beans.xml, and those of the named classes that have a bean-defining annotation.
     *
     * @throws DeploymentException when there is no CDI implementation, or it does not start
     */
    public static Cdi ofClasses(Collection<Class<?>> named, ClassLoader loader) throws DeploymentException {
        SeContainerInitializer initializer = configured(required(), loader);
        named.stream().filter(Boot::isBeanOfNoArchive).forEach(initializer::addBeanClasses);
        return start(initializer, loader);
    }

    /**
     * Starts one for what was found in archives.
     *
     * @param always also when nothing that was found asks for it
     * @return null when it was not started: there is no CDI implementation, or nothing that asks for one
     * @throws DeploymentException when it does not start, or there is no CDI implementation to start always
     */
    public static @Nullable Cdi of(Discovery discovery, Collection<Class<?>> named, boolean always)
            throws DeploymentException {
        SeContainerInitializer implementation = always ? required() : implementation();
        BeanArchives archives = BeanArchives.of(discovery);
        if (implementation == null || (!archives.any() && !always)) {
            return null;
        }
        ClassLoader loader = discovery.loader();
        SeContainerInitializer initializer = configured(implementation, loader).disableDiscovery();
        initializer.addExtensions(extensions(loader));
        initializer.addBeanClasses(archives.classes().toArray(Class<?>[]::new));
        named.stream()
                .filter(type -> !archives.classes().contains(type) && isBeanOfNoArchive(type))
                .forEach(initializer::addBeanClasses);
        enable(archives, BeansXml::alternatives, loader, initializer::selectAlternatives);
        enable(archives, BeansXml::interceptors, loader, initializer::enableInterceptors);
        enable(archives, BeansXml::decorators, loader, initializer::enableDecorators);
        for (Class<?> stereotype : enabled(archives, BeansXml::stereotypes, loader)) {
            select(initializer, stereotype.asSubclass(Annotation.class));
        }
        return start(initializer, loader);
    }

    private static Extension[] extensions(ClassLoader loader) throws DeploymentException {
        try {
            return ServiceLoader.load(Extension.class, loader).stream()
                    .map(ServiceLoader.Provider::get)
                    .toArray(Extension[]::new);
        } catch (ServiceConfigurationError | LinkageError e) { // an application may bring one that lacks something
            throw notStarted(e);
        }
    }

    private static DeploymentException notStarted(Throwable cause) {
        return new DeploymentException("CDI does not start for this application: " + cause.getMessage(), cause);
    }

    @SuppressWarnings("unchecked") // an array of one class
    private static void select(SeContainerInitializer initializer, Class<? extends Annotation> stereotype) {
        initializer.selectAlternativeStereotypes(stereotype);
    }

    private static void enable(
            BeanArchives archives,
            Function<BeansXml, List<String>> names,
            ClassLoader loader,
            Consumer<Class<?>[]> enabling)
            throws DeploymentException {
        Class<?>[] types = enabled(archives, names, loader).toArray(Class<?>[]::new);
        if (types.length > 0) {
            enabling.accept(types);
        }
    }

    private static List<Class<?>> enabled(
            BeanArchives archives, Function<BeansXml, List<String>> names, ClassLoader loader)
            throws DeploymentException {
        List<Class<?>> types = new ArrayList<>();
        for (BeansXml xml : archives.enabled()) {
            for (String name : names.apply(xml)) {
                try {
                    types.add(Class.forName(name, false, loader));
                } catch (ClassNotFoundException | LinkageError e) {
                    throw new DeploymentException("A beans.xml names " + name + ", which cannot be loaded: " + e, e);
                }
            }
        }
        return types;
    }

    private static SeContainerInitializer required() throws DeploymentException {
        SeContainerInitializer implementation = implementation();
        if (implementation == null) {
            throw new DeploymentException(
                    "CDI was asked for, and there is no implementation of it: put org.jboss.weld.se:weld-se-core on the"
                            + " class path of the server");
        }
        return implementation;
    }

    private static @Nullable SeContainerInitializer implementation() {
        try {
            return SeContainerInitializer.newInstance();
        } catch (IllegalStateException e) {
            LOG.log(Level.DEBUG, () -> "no CDI container can be started here: " + e);
            return null;
        }
    }

    private static SeContainerInitializer configured(SeContainerInitializer implementation, ClassLoader loader) {
        return implementation
                .setClassLoader(loader)
                .addProperty(SHUTDOWN_HOOK, false)
                .addBeanClasses(Cdi.class); // vetoed: an application without any bean is none for Weld
    }

    private static Cdi start(SeContainerInitializer initializer, ClassLoader loader) throws DeploymentException {
        ClassLoader before = ContextLoader.enter(loader);
        try {
            SeContainer container = initializer.initialize();
            boolean known = false;
            try {
                Cdi cdi = Cdi.owning(container, loader);
                known = true;
                return cdi;
            } finally {
                if (!known) {
                    container.close();
                }
            }
        } catch (RuntimeException | LinkageError e) {
            throw notStarted(e);
        } finally {
            ContextLoader.leave(before);
        }
    }

    /** Whether a class that was named is to be made a bean: it asks to be one, and no beans.xml beside it does that. */
    private static boolean isBeanOfNoArchive(Class<?> type) {
        return Stream.of(type.getAnnotations()).anyMatch(a -> BeanArchives.isBeanDefining(a.annotationType()))
                && !isInArchive(type);
    }

    private static boolean isInArchive(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return false;
        }
        String location = source.getLocation().toString();
        ClassLoader loader = type.getClassLoader();
        return loader != null
                && loader.resources("META-INF/beans.xml")
                        .map(String::valueOf)
                        .anyMatch(xml -> xml.equals(location + "META-INF/beans.xml")
                                || xml.equals("jar:" + location + "!/META-INF/beans.xml"));
    }
}
