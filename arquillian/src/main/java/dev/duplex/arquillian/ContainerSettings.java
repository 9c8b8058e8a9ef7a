package dev.duplex.arquillian;

import dev.duplex.container.DuplexServerContainer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jboss.arquillian.config.descriptor.api.ContainerDef;
import org.jboss.arquillian.container.spi.ConfigurationException;
import org.jboss.arquillian.container.spi.client.container.ContainerConfiguration;
import org.jspecify.annotations.Nullable;

/** What {@code arquillian.xml} says of a container, or leaves as it is. Confined to one thread. */
final class ContainerSettings implements ContainerConfiguration {
    /** Of the applications' properties, which the server checks. */
    private static final String SERVER_PROPERTY = "dev.duplex.";

    private static final String TRUE_OR_FALSE = "true or false";

    private final Map<String, Object> serverProperties = new HashMap<>();
    private String container = "default";
    private String host = "127.0.0.1";
    private int port;
    private @Nullable String contextPath;
    private @Nullable Boolean isolated;
    private boolean tolerateFailedDeployments;
    private Duration stopTimeout = Duration.ofSeconds(10);
    private @Nullable Boolean tls;
    private @Nullable Path tlsCertificate;
    private @Nullable Path tlsKey;
    private @Nullable Path tlsKeyStore;
    private char[] tlsPassword = {};
    private @Nullable Identity identity;

    /** Called by Arquillian, which has this read then. */
    ContainerSettings() {}

    /** The name that {@code arquillian.xml} gives the container. */
    String container() {
        return container;
    }

    /** Where the server listens. */
    String host() {
        return host;
    }

    /** Where the server listens, 0 for any that is free. */
    int port() {
        return port;
    }

    /** That of every application, null when it follows from the archive's name. */
    @Nullable
    String contextPath() {
        return contextPath;
    }

    /** Whether the classes of an archive are its own ones, null when that follows from where its test runs. */
    @Nullable
    Boolean isolated() {
        return isolated;
    }

    /** Whether an application that cannot be deployed is one whose requests are answered 404, and no failure. */
    boolean tolerateFailedDeployments() {
        return tolerateFailedDeployments;
    }

    /** How long sessions may take to close. */
    Duration stopTimeout() {
        return stopTimeout;
    }

    /** The defaults of every application. */
    Map<String, Object> serverProperties() {
        return serverProperties;
    }

    /**
     * Who the server is over TLS, null for one without it.
     *
     * @throws IOException when a certificate cannot be made
     */
    @Nullable
    Identity identity() throws IOException {
        if (identity == null && Boolean.TRUE.equals(tls)) {
            identity = Identity.selfSigned(host);
        }
        return identity;
    }

    /**
     * Takes what is said.
     *
     * @throws ConfigurationException that names the container, the property, its value and what is allowed
     */
    void read(ContainerDef definition) {
        container = definition.getContainerName();
        Properties properties = new Properties(definition.getContainerProperties());
        properties.take("host", "the name or an address of this machine", value -> host = notEmpty(value));
        properties.take(
                "port", "a number from 0 to 65535, 0 for any that is free", value -> port = number(value, 65_535));
        properties.take(
                "contextPath",
                "empty, or start with a slash and end with none",
                value -> contextPath = DuplexServerContainer.checkContextPath(value));
        properties.take("isolated", TRUE_OR_FALSE, value -> isolated = flag(value));
        properties.take("tolerateFailedDeployments", TRUE_OR_FALSE, value -> tolerateFailedDeployments = flag(value));
        properties.take(
                "stopTimeout", "a number of seconds, or a duration such as PT2.5S", value -> stopTimeout = time(value));
        properties.take("tls", TRUE_OR_FALSE, value -> tls = flag(value));
        properties.take("tlsCertificate", "a PEM file", value -> tlsCertificate = Path.of(notEmpty(value)));
        properties.take("tlsKey", "a PEM file", value -> tlsKey = Path.of(notEmpty(value)));
        properties.take("tlsKeyStore", "a PKCS#12 or JKS file", value -> tlsKeyStore = Path.of(notEmpty(value)));
        properties.take("tlsPassword", "that of the key", value -> tlsPassword = value.toCharArray());
        properties.giveRest(serverProperties);
    }

    @Override
    public void validate() {
        try {
            DuplexServerContainer.builder().properties(serverProperties).build().stop(Duration.ZERO);
            identity = configuredIdentity();
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()), e);
        }
    }

    private @Nullable Identity configuredIdentity() {
        if (tlsCertificate == null && tlsKey == null && tlsKeyStore == null) {
            return null;
        }
        if (Boolean.FALSE.equals(tls)) {
            throw new IllegalArgumentException("tls is false, and a file for TLS is named: leave one of them out");
        }
        if (tlsKeyStore != null) {
            if (tlsCertificate != null || tlsKey != null) {
                throw new IllegalArgumentException(
                        "the private key comes from tlsKeyStore, or from tlsKey with tlsCertificate: leave one of them"
                                + " out");
            }
            return Identity.keyStore(tlsKeyStore, tlsPassword);
        }
        if (tlsCertificate == null || tlsKey == null) {
            throw new IllegalArgumentException("tlsCertificate and tlsKey need each other, and "
                    + (tlsKey == null ? "tlsKey" : "tlsCertificate") + " is missing");
        }
        return Identity.pem(tlsCertificate, tlsKey, tlsPassword);
    }

    private ConfigurationException wrong(String what, @Nullable Throwable cause) {
        return new ConfigurationException("The container " + container + " of arquillian.xml is wrong: " + what, cause);
    }

    private static String notEmpty(String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("it is empty");
        }
        return value;
    }

    private static int number(String value, int most) {
        int number = Integer.parseInt(value);
        if (number < 0 || number > most) {
            throw new IllegalArgumentException("it is out of range");
        }
        return number;
    }

    private static boolean flag(String value) {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("it is neither");
        };
    }

    private static Duration time(String value) {
        if (value.startsWith("P")) {
            return notNegative(Duration.parse(value));
        }
        double seconds = Double.parseDouble(value);
        if (!Double.isFinite(seconds)) {
            throw new IllegalArgumentException("it is no time");
        }
        return notNegative(Duration.ofNanos((long) (seconds * 1e9)));
    }

    private static Duration notNegative(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("it is negative");
        }
        return time;
    }

    /** What is said and not taken yet. */
    private final class Properties {
        private final Map<String, String> untaken;
        private final List<String> known = new ArrayList<>();

        private Properties(Map<String, String> said) {
            untaken = new TreeMap<>(said);
        }

        private void take(String property, String allowed, Consumer<String> taker) {
            known.add(property);
            String value = untaken.remove(property);
            if (value != null) {
                try {
                    taker.accept(value.strip());
                } catch (IllegalArgumentException | DateTimeException e) {
                    throw wrong(property + " must be " + allowed + ", not \"" + value.strip() + "\"", e);
                }
            }
        }

        /** Gives the server what is for its applications; nothing else may be left. */
        private void giveRest(Map<String, Object> applications) {
            untaken.forEach((property, value) -> {
                if (!property.startsWith(SERVER_PROPERTY)) {
                    throw wrong(
                            "there is no property " + property + ", whose value is \"" + value.strip()
                                    + "\"; there are " + String.join(", ", known) + " and those of the server, "
                                    + SERVER_PROPERTY + "*",
                            null);
                }
                applications.put(property, value.strip());
            });
        }
    }
}
