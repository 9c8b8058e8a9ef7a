package dev.duplex.container;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * From where a browser's page may connect, RFC 6455 §10.2. Without it any page that a user visits could connect with the user's cookies.
 * Immutable, safe for any thread.
 */
public final class OriginPolicy {
    private static final OriginPolicy SAME_HOST = new OriginPolicy(false, Set.of());
    private static final OriginPolicy ANY = new OriginPolicy(true, Set.of());

    private final boolean any;
    private final Set<String> allowed;

    private OriginPolicy(boolean any, Set<String> allowed) {
        this.any = any;
        this.allowed = allowed;
    }

    /**
     * The default: requests without an origin, which come from programs other than browsers, and those of pages of the same host. Scheme and
     * port are not compared, since a proxy in front may have changed both.
     */
    public static OriginPolicy sameHost() {
        return SAME_HOST;
    }

    /** Every origin, for a service that anybody's page may use and that trusts no cookie. */
    public static OriginPolicy any() {
        return ANY;
    }

    /**
     * This policy and these origins.
     *
     * @param origins such as {@code https://app.example.com} or {@code http://localhost:3000}, or {@code null} in letters for pages without
     *     an origin
     * @throws IllegalArgumentException for what is no origin; it names the value
     */
    public OriginPolicy allowing(String... origins) {
        Set<String> all = new HashSet<>(allowed);
        for (String origin : origins) {
            URI uri = uri(origin);
            if (!origin.equals("null") && uri == null) {
                throw new IllegalArgumentException(
                        "an origin is a scheme and a host, as https://example.com, not \"" + origin + "\"");
            }
            all.add(uri == null ? origin : normal(uri));
        }
        return new OriginPolicy(any, Set.copyOf(all));
    }

    /**
     * Whether a request may pass.
     *
     * @param origin the value of its Origin header, null when there is none
     * @param host the value of its Host header, null when there is none
     */
    boolean allows(@Nullable String origin, @Nullable String host) {
        if (any || origin == null) {
            return true;
        }
        URI uri = uri(origin);
        if (uri == null) {
            return allowed.contains(origin); // "null", or nothing that could be known
        }
        return isHostOf(uri, host) || allowed.contains(normal(uri));
    }

    private static boolean isHostOf(URI origin, @Nullable String host) {
        if (host == null) {
            return false;
        }
        int bracket = host.startsWith("[") ? host.indexOf(']') : -1;
        int colon = host.indexOf(':', bracket + 1);
        return host(origin).equalsIgnoreCase(colon < 0 ? host : host.substring(0, colon));
    }

    /** The origin as a URI of scheme, host and port and nothing else; null when it is none. RFC 6454 §7. */
    private static @Nullable URI uri(String origin) {
        try {
            URI uri = new URI(origin);
            boolean pure = uri.getScheme() != null
                    && uri.getRawAuthority() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawAuthority().indexOf('@') < 0
                    && uri.getRawPath().isEmpty()
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null;
            return pure ? uri : null;
        } catch (URISyntaxException noUri) {
            return null;
        }
    }

    /** The host, taken from the authority because URI knows none with an underscore in it. */
    private static String host(URI origin) {
        String authority = origin.getRawAuthority();
        int colon = authority.indexOf(':', authority.startsWith("[") ? authority.indexOf(']') + 1 : 0);
        return colon < 0 ? authority : authority.substring(0, colon);
    }

    private static String normal(URI origin) {
        String text = origin.toString().toLowerCase(Locale.ROOT);
        String defaultPort = switch (origin.getScheme().toLowerCase(Locale.ROOT)) {
            case "http" -> ":80";
            case "https" -> ":443";
            default -> ":";
        };
        return text.endsWith(defaultPort) ? text.substring(0, text.length() - defaultPort.length()) : text;
    }
}
