package dev.duplex.se;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** How many connections each client has, by its network. Safe for any thread. */
final class ClientCounts {
    private final ConcurrentMap<Network, Integer> counts = new ConcurrentHashMap<>();

    /** Counts one more, and returns how many there are with it. */
    int enter(Network client) {
        return counts.merge(client, 1, Integer::sum);
    }

    /** One that was counted has ended. */
    void leave(Network client) {
        counts.computeIfPresent(client, (key, count) -> count == 1 ? null : count - 1);
    }

    /** Whether nobody has any. */
    boolean isEmpty() {
        return counts.isEmpty();
    }
}
