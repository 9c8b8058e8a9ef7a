package dev.duplex.se;

import dev.duplex.cdi.Cdi;
import dev.duplex.endpoint.Instances;
import dev.duplex.se.beans.Boot;
import dev.duplex.se.discovery.Discovery;
import jakarta.websocket.DeploymentException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who makes what an application names by its class. Stateless, safe for any thread; loads no class of CDI before it is needed. */
interface Injection {
    /** CDI where there is one and the application asks for it by what it has. */
    Injection AUTOMATIC = (discovery, named, loader, resources) -> {
        if (!isThere()) {
            return Instances.BY_CONSTRUCTOR;
        }
        return discovery == null ? running() : ofArchives(discovery, named, resources);
    };

    /** A CDI container of its own. */
    Injection OWN = (discovery, named, loader, resources) -> {
        if (!isThere()) {
            throw new DeploymentException(
                    "CDI was asked for, and it is not there: put org.jboss.weld.se:weld-se-core on the"
                            + " class path of the server");
        }
        return own(discovery, named, loader, resources);
    };

    /** Nobody but constructors. */
    Injection NONE = (discovery, named, loader, resources) -> Instances.BY_CONSTRUCTOR;

    /** A CDI container that somebody else ends. */
    static Injection by(Cdi running) {
        return (discovery, named, loader, resources) -> running;
    }

    /**
     * Whoever makes them; what was opened for that is added to the resources.
     *
     * @param discovery null for an application that was not found in archives
     * @param named the classes that were named one by one
     * @throws DeploymentException when CDI does not start
     */
    Instances instances(
            @Nullable Discovery discovery, Set<Class<?>> named, ClassLoader loader, List<AutoCloseable> resources)
            throws DeploymentException;

    private static boolean isThere() {
        try {
            Class.forName(
                    "jakarta.enterprise.inject.se.SeContainerInitializer", false, Injection.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false; // CDI is optional
        }
    }

    private static Instances running() {
        Cdi running = Cdi.here();
        return running == null ? Instances.BY_CONSTRUCTOR : running;
    }

    private static Instances ofArchives(Discovery discovery, Set<Class<?>> named, List<AutoCloseable> resources)
            throws DeploymentException {
        return owned(Boot.of(discovery, named, false), resources);
    }

    private static Instances own(
            @Nullable Discovery discovery, Set<Class<?>> named, ClassLoader loader, List<AutoCloseable> resources)
            throws DeploymentException {
        return owned(discovery == null ? Boot.ofClasses(named, loader) : Boot.of(discovery, named, true), resources);
    }

    private static Instances owned(@Nullable Cdi booted, List<AutoCloseable> resources) {
        if (booted == null) {
            return Instances.BY_CONSTRUCTOR;
        }
        resources.add(booted);
        return booted;
    }
}
