package dev.duplex.peer;

import dev.duplex.engine.ConnectionSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Limits and times of connections; docs/limits.md gives the reason of each default. Immutable.
 *
 * @param timeout a client's for DNS, TCP, TLS and opening handshake together; a server's for TLS and opening handshake of each connection.
 *     10 s
 * @param pingFrequency how long the remote end may be silent until it is sent a Ping, and after that until it is given up; zero for never.
 *     Null for the default: 120 s of a server, never of a client
 * @param maxReceivePayload bytes that a frame, and a message of several, may have, inflated. 1 MiB
 * @param sslContext for {@code wss}; null for the JDK's own
 * @param writeTimeout how long one write may take, with its wait for a turn. 20 s
 * @param shutdownTimeout how long a closing handshake may take. 10 s
 * @param compress whether a server accepts permessage-deflate, a client offers it. Null for the default: a server does, a client does not
 * @param compression its parameters. {@link Compression#LIGHT}
 * @param subprotocols what a server supports; what a client asks for when its request names none. None
 * @param maxConnections connections that a server has at a time, those in their handshake included; more get 503. 100,000
 */
public record PeerOptions(
        Duration timeout,
        @Nullable Duration pingFrequency,
        int maxReceivePayload,
        @Nullable SSLContext sslContext,
        Duration writeTimeout,
        Duration shutdownTimeout,
        @Nullable Boolean compress,
        Compression compression,
        List<String> subprotocols,
        int maxConnections) {
    private static final Duration SERVER_PING_FREQUENCY = Duration.ofMinutes(2);
    private static final PeerOptions DEFAULTS = builder().build();

    /** Refuses times and limits that are not positive. */
    public PeerOptions {
        requirePositive("timeout", timeout);
        requirePositive("writeTimeout", writeTimeout);
        requirePositive("shutdownTimeout", shutdownTimeout);
        if (pingFrequency != null && pingFrequency.isNegative()) {
            throw new IllegalArgumentException("pingFrequency is " + pingFrequency + "; zero turns pings off");
        }
        requirePositive("maxReceivePayload", maxReceivePayload);
        requirePositive("maxConnections", maxConnections);
        subprotocols = List.copyOf(subprotocols);
    }

    /** The default of every option. */
    public static PeerOptions defaults() {
        return DEFAULTS;
    }

    /** Begins with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Takes options from a map: {@code timeout}, {@code ping_frequency} (also called {@code ping_timeout}) in seconds or as a {@link Duration},
     * {@code max_receive_payload} in bytes, {@code ctx} as an {@link SSLContext}.
     *
     * @throws IllegalArgumentException for another key, or a value of another type; it names both
     */
    public static PeerOptions of(Map<String, ?> options) {
        Builder builder = builder();
        options.forEach((name, value) -> {
            switch (name) {
                case "timeout" -> builder.timeout(seconds(name, value));
                case "ping_frequency", "ping_timeout" -> builder.pingFrequency(seconds(name, value));
                case "max_receive_payload" -> builder.maxReceivePayload(bytes(name, value));
                case "ctx" -> {
                    if (!(value instanceof SSLContext context)) {
                        throw wrong(name, "an SSLContext", value);
                    }
                    builder.sslContext(context);
                }
                default ->
                    throw new IllegalArgumentException("unknown option " + name
                            + "; there are timeout, ping_frequency, ping_timeout, max_receive_payload and ctx");
            }
        });
        return builder.build();
    }

    private static Duration seconds(String name, @Nullable Object value) {
        if (value instanceof Duration duration) {
            return duration;
        }
        if (value instanceof Number number) {
            return Duration.ofNanos((long) (number.doubleValue() * 1e9));
        }
        throw wrong(name, "a number of seconds or a Duration", value);
    }

    private static int bytes(String name, @Nullable Object value) {
        if (value instanceof Number number && number.longValue() == number.intValue()) {
            return number.intValue();
        }
        throw wrong(name, "a number of bytes below 2 GiB", value);
    }

    private static IllegalArgumentException wrong(String name, String wanted, @Nullable Object value) {
        return new IllegalArgumentException("option " + name + " must be " + wanted + ", not " + value);
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be longer than zero, not " + value);
        }
    }

    private static void requirePositive(String name, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be at least 1, not " + value);
        }
    }

    boolean compresses(Role role) {
        return compress != null ? compress : role == Role.SERVER;
    }

    ConnectionSettings settings(Role role) {
        Duration ping =
                pingFrequency != null ? pingFrequency : role == Role.SERVER ? SERVER_PING_FREQUENCY : Duration.ZERO;
        return new ConnectionSettings(
                role == Role.CLIENT,
                ConnectionSettings.nanos(ping),
                ConnectionSettings.nanos(writeTimeout),
                ConnectionSettings.nanos(shutdownTimeout));
    }

    /** Changes what is not to be the default. Confined to one thread. */
    public static final class Builder {
        private Duration timeout = Duration.ofSeconds(10);
        private @Nullable Duration pingFrequency;
        private int maxReceivePayload = 1 << 20;
        private @Nullable SSLContext sslContext;
        private Duration writeTimeout = Duration.ofSeconds(20);
        private Duration shutdownTimeout = Duration.ofSeconds(10);
        private @Nullable Boolean compress;
        private Compression compression = Compression.LIGHT;
        private List<String> subprotocols = List.of();
        private int maxConnections = 100_000;

        private Builder() {}

        /** See {@link PeerOptions#timeout()}. */
        public Builder timeout(Duration timeout) {
            this.timeout = timeout;
            return this;
        }

        /** See {@link PeerOptions#pingFrequency()}; zero for no pings. */
        public Builder pingFrequency(Duration pingFrequency) {
            this.pingFrequency = pingFrequency;
            return this;
        }

        /** See {@link PeerOptions#maxReceivePayload()}; bytes. */
        public Builder maxReceivePayload(int maxReceivePayload) {
            this.maxReceivePayload = maxReceivePayload;
            return this;
        }

        /** See {@link PeerOptions#sslContext()}; {@link Tls} makes one of PEM files. */
        public Builder sslContext(SSLContext sslContext) {
            this.sslContext = sslContext;
            return this;
        }

        /** See {@link PeerOptions#writeTimeout()}. */
        public Builder writeTimeout(Duration writeTimeout) {
            this.writeTimeout = writeTimeout;
            return this;
        }

        /** See {@link PeerOptions#shutdownTimeout()}. */
        public Builder shutdownTimeout(Duration shutdownTimeout) {
            this.shutdownTimeout = shutdownTimeout;
            return this;
        }

        /** See {@link PeerOptions#compress()}. */
        public Builder compression(boolean compress) {
            this.compress = compress;
            return this;
        }

        /** Turns compression on, with these parameters. */
        public Builder compression(Compression compression) {
            this.compress = true;
            this.compression = compression;
            return this;
        }

        /** See {@link PeerOptions#subprotocols()}. */
        public Builder subprotocols(String... subprotocols) {
            this.subprotocols = List.of(subprotocols);
            return this;
        }

        /** See {@link PeerOptions#maxConnections()}. */
        public Builder maxConnections(int maxConnections) {
            this.maxConnections = maxConnections;
            return this;
        }

        /** The options. */
        public PeerOptions build() {
            return new PeerOptions(
                    timeout,
                    pingFrequency,
                    maxReceivePayload,
                    sslContext,
                    writeTimeout,
                    shutdownTimeout,
                    compress,
                    compression,
                    subprotocols,
                    maxConnections);
        }
    }
}
