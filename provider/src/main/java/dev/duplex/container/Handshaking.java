package dev.duplex.container;

import dev.duplex.endpoint.Instances;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the default configurator has to know of the handshake that its thread is in: the service loader makes it, so that nobody can hand it
 * over.
 *
 * @param host of the request, with its port if there is one; null when the request names none
 * @param made what {@link #create} has made, for who has to destroy it: a configurator need not return what it asked for
 */
record Handshaking(OriginPolicy origins, @Nullable String host, Instances instances, List<Object> made) {
    private static final ThreadLocal<@Nullable Handshaking> CURRENT = new ThreadLocal<>();

    /** The handshake that this thread is in, null when it is in none. */
    static @Nullable Handshaking current() {
        return CURRENT.get();
    }

    /** Makes an instance for this thread. */
    static <T> T create(Class<T> type) throws InstantiationException {
        Handshaking current = CURRENT.get();
        if (current == null) {
            return Instances.BY_CONSTRUCTOR.create(type);
        }
        T instance = current.instances().create(type);
        current.made().add(instance);
        return instance;
    }

    /** Begins; returns what was before, to be given to {@link #leave}. */
    @Nullable
    Handshaking enter() {
        Handshaking before = CURRENT.get();
        CURRENT.set(this);
        return before;
    }

    /** Ends, and restores what was before. */
    static void leave(@Nullable Handshaking before) {
        if (before == null) {
            CURRENT.remove(); // a virtual thread lives on with its connection
        } else {
            CURRENT.set(before);
        }
    }
}
