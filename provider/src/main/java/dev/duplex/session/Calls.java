package dev.duplex.session;

/**
 * Which callback of a session may run: one at a time, and none behind the close callback. Nobody ever waits here: who comes while
 * another callback runs leaves the close callback to it. Safe for any thread; guarded by itself, a leaf.
 */
final class Calls {
    private enum State {
        NONE,
        CALLING,
        CALLING_CLOSE_NEXT,
        CLOSED
    }

    private State state = State.NONE;
    private int over;

    /** Begins a callback; false when the close callback was called, or is to be called by whoever is calling. */
    synchronized boolean begin() {
        if (state != State.NONE) {
            return false;
        }
        state = State.CALLING;
        return true;
    }

    /** Ends the callback that {@link #begin} began; true when the caller has to call the close callback now. */
    synchronized boolean end() {
        boolean close = state == State.CALLING_CLOSE_NEXT;
        if (close) {
            state = State.CLOSED;
        } else if (state == State.CALLING) {
            state = State.NONE;
        }
        return close;
    }

    /** Whether no callback runs, and the close callback has not been asked for. */
    synchronized boolean idle() {
        return state == State.NONE;
    }

    /** Whether a callback runs behind which others may come. */
    synchronized boolean calling() {
        return state == State.CALLING;
    }

    /** Asks for the close callback: true when the caller has to call it now, false when somebody else does or did. */
    synchronized boolean close() {
        boolean now = state == State.NONE;
        if (now) {
            state = State.CLOSED;
        } else if (state == State.CALLING) {
            state = State.CALLING_CLOSE_NEXT;
        }
        return now;
    }

    /** Notes that the connection has ended, or that the close callback has returned; true when both are over now. */
    synchronized boolean bothOver() {
        return ++over == 2;
    }
}
