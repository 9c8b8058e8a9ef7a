package dev.duplex.handshake;

import dev.duplex.deflate.Extension;
import java.net.URI;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The request of an opening handshake, RFC 6455 §4.1, and the judgement of what a server answers to it. */
public final class ClientHandshake {
    /** How many random bytes a nonce is. */
    public static final int NONCE_BYTES = AcceptKey.NONCE_BYTES;

    private final boolean secure;
    private final String host;
    private final int port;
    private final RequestHead request;
    private final String accept;
    private final List<String> subprotocols;
    private final List<Extension> offers;

    private ClientHandshake(
            boolean secure,
            String host,
            int port,
            RequestHead request,
            String accept,
            List<String> subprotocols,
            List<Extension> offers) {
        this.secure = secure;
        this.host = host;
        this.port = port;
        this.request = request;
        this.accept = accept;
        this.subprotocols = subprotocols;
        this.offers = offers;
    }

    /**
     * A handshake with the resource of the URI.
     *
     * @param uri {@code ws} or {@code wss} with a host and, if need be, port, path and query. A fragment is refused (RFC
     *     6455 §3), and so are user name and password: no header would carry them.
     * @param extra further headers; none of those that {@link #isOurs}
     * @param subprotocols what to ask for, the best first
     * @param offers the extensions to offer, the best first; one name may stand there more than once
     * @param nonce {@value #NONCE_BYTES} random bytes, chosen anew for each connection
     * @throws IllegalArgumentException if any of these is not as RFC 6455 §4.1 wants it
     */
    public static ClientHandshake of(
            URI uri, Headers extra, List<String> subprotocols, List<Extension> offers, byte[] nonce) {
        boolean secure = isSecure(uri);
        String authority = authority(uri);
        int hostEnd = Grammar.hostEnd(authority);
        String host = authority.substring(0, hostEnd);
        int port = Grammar.port(authority, hostEnd);
        int defaultPort = secure ? 443 : 80;
        if (nonce.length != NONCE_BYTES) {
            throw new IllegalArgumentException("the nonce must be 16 bytes, not " + nonce.length);
        }
        String key = Base64.getEncoder().encodeToString(nonce);
        Headers.Builder headers = Headers.builder()
                .add("Host", port < 0 || port == defaultPort ? withoutZone(host) : withoutZone(host) + ":" + port)
                .add("Upgrade", "websocket")
                .add("Connection", "Upgrade")
                .add("Sec-WebSocket-Key", key)
                .add("Sec-WebSocket-Version", ServerHandshake.VERSION);
        if (!subprotocols.isEmpty()) {
            checkSubprotocols(subprotocols);
            headers.add("Sec-WebSocket-Protocol", String.join(", ", subprotocols));
        }
        if (!offers.isEmpty()) {
            headers.add("Sec-WebSocket-Extensions", ExtensionsHeader.format(offers));
        }
        for (int i = 0; i < extra.size(); i++) {
            String name = extra.name(i);
            if (isOurs(name)) {
                throw new IllegalArgumentException("header " + name + " is set by the handshake itself");
            }
            headers.add(name, extra.value(i));
        }
        return new ClientHandshake(
                secure,
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                port < 0 ? defaultPort : port,
                new RequestHead("GET", target(uri), "HTTP/1.1", headers.build()),
                AcceptKey.of(key),
                List.copyOf(subprotocols),
                List.copyOf(offers));
    }

    /** Whether the handshake sets this header of its request itself; a request also has no body to describe. */
    public static boolean isOurs(String name) {
        return ServerHandshake.isOurs(name) || Grammar.sameIgnoringCase(name, "Host");
    }

    /** Whether the connection goes through TLS. */
    public boolean secure() {
        return secure;
    }

    /** The host to connect to; an IPv6 address stands without its brackets. */
    public String host() {
        return host;
    }

    /** The port to connect to. */
    public int port() {
        return port;
    }

    /** The request to send. */
    public RequestHead request() {
        return request;
    }

    /**
     * What the server agreed to.
     *
     * @param subprotocol one that was asked for, null for none
     * @param extensions in their order; each of a name that was offered, with parameters that are still to be judged
     */
    public record Agreement(@Nullable String subprotocol, List<Extension> extensions) {}

    /**
     * Judges the response as RFC 6455 §4.1 asks; interim ones are to be skipped before.
     *
     * @throws HandshakeFailure if the connection must be failed: with the status and the headers of the response
     */
    public Agreement verify(ResponseHead response) throws HandshakeFailure {
        if (response.status() != 101) {
            throw refused(response);
        }
        if (!response.version().startsWith("HTTP/1.") || response.version().equals("HTTP/1.0")) {
            throw broken(response, "the server must answer with HTTP/1.1, not " + response.version());
        }
        Headers headers = response.headers();
        String upgrade = only(response, "Upgrade");
        if (!Grammar.sameIgnoringCase(upgrade, "websocket")) {
            throw broken(response, "the server's Upgrade must be websocket, not " + Grammar.shown(upgrade));
        }
        if (!headers.hasToken("Connection", "upgrade")) {
            String connection = headers.first("Connection");
            throw broken(
                    response,
                    connection == null
                            ? "the server's Connection header is missing"
                            : "the server's Connection must name Upgrade, not " + Grammar.shown(connection));
        }
        String accepted = only(response, "Sec-WebSocket-Accept");
        if (!accepted.equals(accept)) {
            throw broken(
                    response,
                    "the server's Sec-WebSocket-Accept must be %s, not %s".formatted(accept, Grammar.shown(accepted)));
        }
        return new Agreement(agreedSubprotocol(response), agreedExtensions(response));
    }

    private @Nullable String agreedSubprotocol(ResponseHead response) throws HandshakeFailure {
        if (!response.headers().contains("Sec-WebSocket-Protocol")) {
            return null;
        }
        String subprotocol = only(response, "Sec-WebSocket-Protocol");
        if (!subprotocols.contains(subprotocol)) {
            throw broken(
                    response,
                    "the server's Sec-WebSocket-Protocol must be one of %s, not %s"
                            .formatted(subprotocols, Grammar.shown(subprotocol)));
        }
        return subprotocol;
    }

    private List<Extension> agreedExtensions(ResponseHead response) throws HandshakeFailure {
        try {
            List<Extension> agreed = ExtensionsHeader.parse(response.headers().all("Sec-WebSocket-Extensions"));
            ExtensionsHeader.checkAgreed(agreed, offers);
            return agreed;
        } catch (IllegalArgumentException broken) {
            throw broken(response, "the server broke the negotiation of extensions: " + broken.getMessage());
        }
    }

    /** The value of a header that the response must have once. */
    private static String only(ResponseHead response, String name) throws HandshakeFailure {
        String value = response.headers().first(name);
        if (value == null) {
            throw broken(response, "the server's " + name + " header is missing");
        }
        int count = response.headers().count(name);
        if (count > 1) {
            throw broken(response, "the server's %s header must come once, not %d times".formatted(name, count));
        }
        return value;
    }

    private static HandshakeFailure broken(ResponseHead response, String sentence) {
        return new HandshakeFailure(response.status(), sentence, response.headers());
    }

    private static HandshakeFailure refused(ResponseHead response) {
        StringBuilder sentence = new StringBuilder("the server answered ").append(response.status());
        if (!response.reason().isEmpty()) {
            sentence.append(' ').append(Grammar.shown(response.reason()));
        }
        sentence.append(" instead of 101");
        int status = response.status();
        if (status >= 300 && status < 400) {
            explain(sentence, response, "Location", ": redirects are not followed, here to ");
        } else if (status == 401) {
            explain(sentence, response, "WWW-Authenticate", ": it wants an Authorization header for ");
        } else if (status == 407) {
            explain(sentence, response, "Proxy-Authenticate", ": a proxy wants authorization for ");
        } else if (status == 426) {
            explain(sentence, response, "Sec-WebSocket-Version", ": it speaks WebSocket version ");
        }
        return broken(response, sentence.toString());
    }

    private static void explain(StringBuilder sentence, ResponseHead response, String name, String phrase) {
        String value = response.headers().first(name);
        if (value != null) {
            sentence.append(phrase).append(Grammar.shown(value));
        }
    }

    private static void checkSubprotocols(List<String> subprotocols) {
        Set<String> seen = new HashSet<>();
        for (String subprotocol : subprotocols) {
            if (!Grammar.isToken(subprotocol)) {
                throw new IllegalArgumentException("a subprotocol must be a token, not " + Grammar.shown(subprotocol));
            }
            if (!seen.add(subprotocol)) {
                throw new IllegalArgumentException(
                        "a subprotocol must be asked for once, as is not " + Grammar.shown(subprotocol));
            }
        }
    }

    /**
     * Whether the URI is one of {@code wss}.
     *
     * @throws IllegalArgumentException if it is not one of {@code ws} either
     */
    public static boolean isSecure(URI uri) {
        String scheme = uri.getScheme();
        if ("ws".equalsIgnoreCase(scheme)) {
            return false;
        }
        if ("wss".equalsIgnoreCase(scheme)) {
            return true;
        }
        throw new IllegalArgumentException("the URI must be of scheme ws or wss, not " + scheme);
    }

    /** Taken apart here rather than by URI, which knows no host with an underscore in it. */
    private static String authority(URI uri) {
        if (uri.getRawFragment() != null) {
            throw new IllegalArgumentException("the URI must have no fragment, but has #" + uri.getRawFragment());
        }
        String authority = uri.getRawAuthority();
        if (authority == null) {
            throw new IllegalArgumentException("the URI must name a host, as " + uri + " does not");
        }
        if (authority.indexOf('@') >= 0) {
            // The value may be a password: it is not repeated.
            throw new IllegalArgumentException(
                    "the URI must have no user information: an Authorization header carries it");
        }
        if (!Grammar.isAuthority(authority)) {
            throw new IllegalArgumentException(
                    "the URI must have a host and a port in ASCII, not " + Grammar.shown(authority));
        }
        if (Grammar.port(authority, Grammar.hostEnd(authority)) == 0) {
            throw new IllegalArgumentException("the URI must have a port from 1 to 65535, not 0");
        }
        return authority;
    }

    /** RFC 6874 §4: the zone of a link-local address means nothing to another node. */
    private static String withoutZone(String host) {
        int zone = host.startsWith("[") ? host.indexOf('%') : -1;
        return zone < 0 ? host : host.substring(0, zone) + "]";
    }

    /** The resource name of RFC 6455 §3. */
    private static String target(URI uri) {
        URI ascii = URI.create(uri.toASCIIString());
        String path = ascii.getRawPath();
        String query = ascii.getRawQuery();
        return (path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query);
    }
}
