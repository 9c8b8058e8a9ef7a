package dev.duplex.endpoint;

/**
 * A service: who makes instances in the place that a client's container is asked for, where no host hands it over. Hosts with dependency
 * injection provide it. Safe for any thread.
 */
public interface AmbientInstances {
    /** Those of the application that this thread is in; {@link Instances#BY_CONSTRUCTOR} when it is in none. Must not throw. */
    Instances current();
}
