package dev.duplex.engine;

import java.time.Duration;

/**
 * What a connection is held to. One object serves all connections of a server.
 *
 * @param client whether this end is the client: it masks what it sends and lets the server close TCP first
 * @param pingFrequency nanoseconds of silence after which a Ping is sent, and after that the connection given up; 0 for never
 * @param writeTimeout nanoseconds that one write may take
 * @param shutdownTimeout nanoseconds that a closing handshake may take
 */
public record ConnectionSettings(boolean client, long pingFrequency, long writeTimeout, long shutdownTimeout) {
    /** Turns a duration into nanoseconds; one that is too long to count becomes the longest that can be waited for. */
    public static long nanos(Duration duration) {
        return duration.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : duration.toNanos();
    }

    /** Well inside what System.nanoTime() can be compared over. */
    private static final Duration LONGEST = Duration.ofDays(36_500);
}
