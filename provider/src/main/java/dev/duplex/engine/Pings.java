package dev.duplex.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The last Pings that were sent, and how long their answer took. Safe for any thread. */
final class Pings {
    private volatile @Nullable Sent last;
    /** What the keep-alive's last Ping carried, null before the first. */
    private volatile byte @Nullable [] keepAlive;

    private volatile long latency = -1;

    private record Sent(byte[] payload, long at) {}

    /** Notes a Ping that is about to be sent. */
    void sending(byte[] payload, boolean keepAlive) {
        last = new Sent(payload, System.nanoTime());
        if (keepAlive) {
            this.keepAlive = payload;
        }
    }

    /** Notes what a Pong says; true when it answers the keep-alive and is of no interest to anybody else. */
    boolean answered(byte[] payload) {
        Sent ping = last;
        if (ping != null && Arrays.equals(ping.payload(), payload)) {
            latency = System.nanoTime() - ping.at();
            last = null;
        }
        return Arrays.equals(keepAlive, payload);
    }

    /** Nanoseconds from the last answered Ping to its Pong, -1 when there was none. */
    long latency() {
        return latency;
    }
}
