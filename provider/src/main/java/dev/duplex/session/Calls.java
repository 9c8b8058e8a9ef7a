package dev.duplex.session;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which callback of a session may run: one at a time, and none behind the close callback. Nobody ever waits here: who comes while
 * another callback runs leaves the close callback to it. Safe for any thread.
 */
final class Calls {
    private static final int NONE = 0;
    private static final int CALLING = 1;
    private static final int CALLING_CLOSE_NEXT = 2;
    private static final int CLOSED = 3;

    private final AtomicInteger state = new AtomicInteger();

    /** Begins a callback; false when the close callback was called, or is to be called by whoever is calling. */
    boolean begin() {
        return state.compareAndSet(NONE, CALLING);
    }

    /** Ends the callback that {@link #begin} began; true when the caller has to call the close callback now. */
    boolean end() {
        return !state.compareAndSet(CALLING, NONE) && state.compareAndSet(CALLING_CLOSE_NEXT, CLOSED);
    }

    /** Asks for the close callback: true when the caller has to call it now, false when somebody else does or did. */
    boolean close() {
        while (true) {
            if (state.compareAndSet(NONE, CLOSED)) {
                return true;
            }
            if (state.compareAndSet(CALLING, CALLING_CLOSE_NEXT) || state.get() >= CALLING_CLOSE_NEXT) {
                return false;
            }
        }
    }
}
