package dev.duplex.container;

import dev.duplex.endpoint.Instances;
import org.jspecify.annotations.Nullable;

/**
 * What the default configurator has to know of the handshake that its thread is in: the service loader makes it, so that nobody can hand it
 * over.
 *
 * @param host of the request, with its port if there is one; null when the request names none
 */
record Handshaking(OriginPolicy origins, @Nullable String host, Instances instances) {
    private static final ThreadLocal<@Nullable Handshaking> CURRENT = new ThreadLocal<>();

    /** The handshake that this thread is in, null when it is in none. */
    static @Nullable Handshaking current() {
        return CURRENT.get();
    }

    /** Who makes instances for this thread. */
    static Instances makers() {
        Handshaking current = CURRENT.get();
        return current == null ? Instances.BY_CONSTRUCTOR : current.instances();
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
