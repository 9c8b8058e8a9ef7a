package dev.duplex.container;

import dev.duplex.engine.ConnectionSettings;
import dev.duplex.frame.CloseFrame;
import dev.duplex.peer.PeerPolicy;
import jakarta.websocket.DeploymentException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of an endpoint are held to: of each key the endpoint's user property, else {@link PeerPolicy}, else the container's
 * default, else the built-in one.
 *
 * @param client whether this end is the client
 * @param pingFrequency nanoseconds; 0 for never
 * @param maxReceivePayload bytes, {@link PeerPolicy#NOT_SET} when the container's buffer sizes hold
 * @param shutdownTimeout nanoseconds
 * @param writeTimeout nanoseconds
 * @param shutdownCode of the Close when the container stops
 * @param maxPendingBytes bytes of messages that wait to be sent
 * @param compression whether permessage-deflate is accepted by a server, offered by a client unasked
 * @param timeout nanoseconds that a client may take to connect, all in all
 */
record ConnectionPolicy(
        boolean client,
        long pingFrequency,
        int maxReceivePayload,
        long shutdownTimeout,
        long writeTimeout,
        int shutdownCode,
        int maxPendingBytes,
        boolean compression,
        long timeout) {
    private static final String PREFIX = "dev.duplex.";
    private static final Set<String> KEYS = Set.of(
            "pingFrequency",
            "maxReceivePayload",
            "shutdownTimeout",
            "writeTimeout",
            "shutdownCode",
            "maxPendingBytes",
            "compression",
            "timeout");

    /** Below the idle limits of usual proxies and NATs, and rare enough to cost nothing. */
    private static final Duration SERVER_PING_FREQUENCY = Duration.ofMinutes(2);

    private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    /** Room for a burst of messages to a slow client; what one connection may cost. */
    private static final int MAX_PENDING_BYTES = 8 << 20;

    /**
     * The policy of an endpoint.
     *
     * @param user the user properties of its config
     * @param endpoint its class, which may have a {@link PeerPolicy}
     * @param container the container's defaults
     * @throws DeploymentException for a key or a value that is none; it names both
     */
    static ConnectionPolicy of(boolean client, Map<String, ?> user, Class<?> endpoint, Map<String, ?> container)
            throws DeploymentException {
        Values values = new Values(user, endpoint.getAnnotation(PeerPolicy.class), container);
        values.checkKeys();
        PeerPolicy policy = values.policy();
        return new ConnectionPolicy(
                client,
                values.time(
                        "pingFrequency",
                        policy == null ? PeerPolicy.NOT_SET : policy.pingFrequencySeconds(),
                        client ? Duration.ZERO : SERVER_PING_FREQUENCY,
                        true),
                values.number(
                        "maxReceivePayload",
                        policy == null ? PeerPolicy.NOT_SET : policy.maxReceivePayload(),
                        PeerPolicy.NOT_SET),
                values.time(
                        "shutdownTimeout",
                        policy == null ? PeerPolicy.NOT_SET : policy.shutdownTimeoutSeconds(),
                        SHUTDOWN_TIMEOUT,
                        false),
                values.time(
                        "writeTimeout",
                        policy == null ? PeerPolicy.NOT_SET : policy.writeTimeoutSeconds(),
                        WRITE_TIMEOUT,
                        false),
                values.closeCode("shutdownCode", policy == null ? PeerPolicy.NOT_SET : policy.shutdownCode()),
                values.number("maxPendingBytes", PeerPolicy.NOT_SET, MAX_PENDING_BYTES),
                values.flag("compression", !client),
                values.time("timeout", PeerPolicy.NOT_SET, CONNECT_TIMEOUT, false));
    }

    /** What the engine has to know of it. */
    ConnectionSettings settings() {
        return new ConnectionSettings(client, pingFrequency, writeTimeout, shutdownTimeout);
    }

    private record Values(Map<String, ?> user, @Nullable PeerPolicy policy, Map<String, ?> container) {
        /** A limit whose name is misspelt would be none. */
        void checkKeys() throws DeploymentException {
            for (Map<String, ?> properties : List.of(container, user)) {
                for (String key : properties.keySet()) {
                    if (key.startsWith(PREFIX) && !KEYS.contains(key.substring(PREFIX.length()))) {
                        throw new DeploymentException("There is no property " + key + "; those of " + PREFIX + " are "
                                + String.join(", ", new TreeSet<>(KEYS)));
                    }
                }
            }
        }

        private @Nullable Object find(String name, int annotated) {
            Object value = user.get(PREFIX + name);
            if (value == null && annotated != PeerPolicy.NOT_SET) {
                value = annotated;
            }
            return value != null ? value : container.get(PREFIX + name);
        }

        long time(String name, int annotated, Duration standard, boolean orNever) throws DeploymentException {
            Object value = find(name, annotated);
            if (value == null) {
                return ConnectionSettings.nanos(standard);
            }
            Duration time = duration(value);
            if (time == null || time.isNegative() || (time.isZero() && !orNever)) {
                throw wrong(
                        name,
                        (orNever ? "a time of zero or more" : "a time longer than zero")
                                + ", as a Duration, a number of seconds or a String of either",
                        value);
            }
            return ConnectionSettings.nanos(time);
        }

        int number(String name, int annotated, int standard) throws DeploymentException {
            Object value = find(name, annotated);
            if (value == null) {
                return standard;
            }
            long number = whole(value);
            if (number < 1 || number > Integer.MAX_VALUE) {
                throw wrong(name, "a number of bytes from 1 to " + Integer.MAX_VALUE, value);
            }
            return (int) number;
        }

        int closeCode(String name, int annotated) throws DeploymentException {
            Object value = find(name, annotated);
            if (value == null) {
                return CloseFrame.GOING_AWAY; // RFC 6455 §7.4.1: such as a server going down
            }
            long code = whole(value);
            if (code < 0 || code > Integer.MAX_VALUE || !CloseFrame.isLegalOnWire((int) code)) {
                throw wrong(name, "a code that a Close may carry (RFC 6455 §7.4)", value);
            }
            return (int) code;
        }

        boolean flag(String name, boolean standard) throws DeploymentException {
            Object value = find(name, PeerPolicy.NOT_SET);
            if (value == null) {
                return standard;
            }
            if (value instanceof Boolean flag) {
                return flag;
            }
            if (value instanceof String text && (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false"))) {
                return Boolean.parseBoolean(text);
            }
            throw wrong(name, "true or false", value);
        }

        /** Null for what is no time. */
        private static @Nullable Duration duration(Object value) {
            try {
                return switch (value) {
                    case Duration duration -> duration;
                    case Number seconds -> seconds(seconds.doubleValue());
                    case String text when text.regionMatches(true, 0, "P", 0, 1) -> Duration.parse(text);
                    case String text -> seconds(Double.parseDouble(text));
                    default -> null;
                };
            } catch (DateTimeParseException | NumberFormatException noTime) {
                return null;
            }
        }

        private static @Nullable Duration seconds(double seconds) {
            return Double.isNaN(seconds) ? null : Duration.ofNanos((long) (seconds * 1e9));
        }

        /** -1 for what is no whole number that is not negative. */
        private static long whole(Object value) {
            try {
                return switch (value) {
                    case Integer number -> number;
                    case Long number -> number;
                    case Number number when number.doubleValue() == number.longValue() -> number.longValue();
                    case String text -> Long.parseLong(text);
                    default -> -1;
                };
            } catch (NumberFormatException noNumber) {
                return -1;
            }
        }

        private static DeploymentException wrong(String name, String wanted, Object value) {
            return new DeploymentException(PREFIX + name + " must be " + wanted + ", not " + value);
        }
    }
}
