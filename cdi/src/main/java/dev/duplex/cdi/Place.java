package dev.duplex.cdi;

import org.jspecify.annotations.Nullable;

/**
 * Where a thread is while it calls an application. Immutable.
 *
 * @param session null outside of one, as in the opening handshake
 */
record Place(Cdi application, @Nullable SessionLife session) {
    private static final ThreadLocal<@Nullable Place> CURRENT = new ThreadLocal<>();

    /** Where this thread is, null when it is in no application. */
    static @Nullable Place current() {
        return CURRENT.get();
    }

    /** Enters; returns where the thread was before, to be given to {@link #leave}. */
    @Nullable
    Place enter() {
        Place before = CURRENT.get();
        CURRENT.set(this);
        return before;
    }

    /** Goes back. */
    static void leave(@Nullable Place before) {
        if (before == null) {
            CURRENT.remove(); // the thread of a connection waits for its next message without it
        } else {
            CURRENT.set(before);
        }
    }
}
