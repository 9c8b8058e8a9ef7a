package dev.duplex.peer;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Holds the connections of an endpoint class, annotated or a subclass of Jakarta's Endpoint, to limits and times of its own. A user
 * property of the endpoint's config, such as {@code dev.duplex.pingFrequency}, goes before it; it goes before the container's defaults.
 * What is −1 is not set here.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface PeerPolicy {
    /** The value of what is not set. */
    int NOT_SET = -1;

    /**
     * Seconds that the remote end may be silent until it is sent a Ping, and after that until it is given up; 0 for never. Key {@code
     * dev.duplex.pingFrequency}.
     */
    int pingFrequencySeconds() default NOT_SET;

    /** Bytes that a whole message may have, inflated, unless the session or the method says otherwise. Key {@code dev.duplex.maxReceivePayload}. */
    int maxReceivePayload() default NOT_SET;

    /** Seconds that a closing handshake may take. Key {@code dev.duplex.shutdownTimeout}. */
    int shutdownTimeoutSeconds() default NOT_SET;

    /** Seconds that one write may take, with its wait for a turn. Key {@code dev.duplex.writeTimeout}. */
    int writeTimeoutSeconds() default NOT_SET;

    /** The code of the Close when the container stops. Key {@code dev.duplex.shutdownCode}. */
    int shutdownCode() default NOT_SET;
}
