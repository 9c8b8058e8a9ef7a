package dev.duplex.cdi;

import dev.duplex.endpoint.AmbientInstances;
import dev.duplex.endpoint.Instances;
import org.jspecify.annotations.Nullable;

/**
 * Injects what a client's container makes, when it is asked for in a program with CDI: in a callback of an application, on a thread with
 * the application's context class loader, or where {@code CDI.current()} finds a container. Safe for any thread.
 */
public final class AmbientCdi implements AmbientInstances {
    /** Whether there is a CDI API: nothing here may be loaded without it. */
    private static final boolean THERE = isThere();

    /** For the service loader. */
    public AmbientCdi() {}

    @Override
    public Instances current() {
        Instances running = THERE ? running() : null;
        return running == null ? Instances.BY_CONSTRUCTOR : running;
    }

    private static @Nullable Instances running() {
        return Cdi.here();
    }

    private static boolean isThere() {
        try {
            Class.forName("jakarta.enterprise.inject.spi.CDI", false, AmbientCdi.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false; // then nothing is injected
        }
    }
}
