package dev.duplex.tck.conformance;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Holds a callback until the test opens it, but not beyond the deadline. Safe for any thread. */
final class Gate {
    private final CountDownLatch latch = new CountDownLatch(1);

    void open() {
        latch.countDown();
    }

    /** Waits until the gate is open. */
    void pass() {
        try {
            if (!latch.await(Events.DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the gate was not opened within " + Events.DEADLINE_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted at the gate", e);
        }
    }
}
