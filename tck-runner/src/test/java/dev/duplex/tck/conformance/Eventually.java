package dev.duplex.tck.conformance;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what no event announces. */
final class Eventually {
    private Eventually() {}

    /** Returns when the condition holds; fails when it does not before the deadline. */
    static void holds(Callable<Boolean> condition, String what) throws Exception {
        long deadline =
                System.nanoTime() + Duration.ofSeconds(Events.DEADLINE_SECONDS).toNanos();
        while (!condition.call()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + Events.DEADLINE_SECONDS + " s: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
