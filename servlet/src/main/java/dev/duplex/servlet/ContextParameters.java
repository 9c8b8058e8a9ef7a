package dev.duplex.servlet;

import dev.duplex.container.OriginPolicy;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the context parameters of an application say. Immutable.
 *
 * @param properties defaults of its connections, by the keys that endpoints can set as user properties
 * @param origins from where pages may connect
 * @param stopTimeout how long its stop waits for its sessions to end
 */
record ContextParameters(Map<String, Object> properties, OriginPolicy origins, Duration stopTimeout) {
    private static final String PREFIX = "dev.duplex.";
    /** Those that are no defaults of connections. */
    private static final String OF_THE_APPLICATION = "dev.duplex.servlet.";

    private static final String ORIGINS = "dev.duplex.servlet.origins";
    private static final String STOP_TIMEOUT = "dev.duplex.servlet.stopTimeout";
    private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE); // nanoseconds
    private static final BigDecimal LESS_THAN_NONE = BigDecimal.valueOf(-1);
    private static final Duration DEFAULT_STOP_TIMEOUT = Duration.ofSeconds(10);

    /**
     * Reads them.
     *
     * @throws ServletException when one cannot be; it names its key and value
     */
    static ContextParameters of(ServletContext context) throws ServletException {
        Map<String, Object> properties = new HashMap<>();
        OriginPolicy origins = OriginPolicy.sameHost();
        Duration stopTimeout = DEFAULT_STOP_TIMEOUT;
        for (String name : Collections.list(context.getInitParameterNames())) {
            String value = context.getInitParameter(name).strip();
            switch (name) {
                case ORIGINS -> origins = origins(value);
                case STOP_TIMEOUT -> stopTimeout = time(value);
                case ProtocolSwitch.PARAMETER -> {} // its own to read
                default -> {
                    if (name.startsWith(OF_THE_APPLICATION)) {
                        throw new ServletException(
                                "There is no context parameter %s; those of %s are origins, stopTimeout and switch"
                                        .formatted(name, OF_THE_APPLICATION));
                    }
                    if (name.startsWith(PREFIX)) {
                        properties.put(name, value);
                    }
                }
            }
        }
        return new ContextParameters(properties, origins, stopTimeout);
    }

    private static OriginPolicy origins(String value) throws ServletException {
        if (value.equals("*")) {
            return OriginPolicy.any();
        }
        try {
            return value.isEmpty()
                    ? OriginPolicy.sameHost()
                    : OriginPolicy.sameHost().allowing(value.split("[,\\s]+"));
        } catch (IllegalArgumentException e) {
            throw new ServletException(ORIGINS + " must be * or a list of origins: " + e.getMessage(), e);
        }
    }

    private static Duration time(String value) throws ServletException {
        Duration time = duration(value);
        if (time == null || time.isNegative()) {
            throw new ServletException(STOP_TIMEOUT
                    + " must be a time of zero or more, as a number of seconds or an ISO 8601 duration, not " + value);
        }
        return time;
    }

    /** Null for what is no time. */
    private static @Nullable Duration duration(String value) {
        try {
            return value.regionMatches(true, 0, "P", 0, 1)
                    ? Duration.parse(value)
                    : Duration.ofNanos(new BigDecimal(value)
                            .movePointRight(9)
                            .min(MOST)
                            .max(LESS_THAN_NONE)
                            .longValue());
        } catch (DateTimeParseException | NumberFormatException noTime) {
            return null;
        }
    }
}
