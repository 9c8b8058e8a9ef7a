package dev.duplex.handshake;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * The head of an HTTP/1.x request.
 *
 * <p>A host that has its own HTTP parser makes one of what it parsed. Two heads are the same only if they share their
 * headers.
 *
 * @param method the method, case as it came
 * @param target the request target as it came: {@code /path?query}, or a whole URI (RFC 9112 §3.2)
 * @param version {@code HTTP/1.1} or another
 * @param headers the header fields
 */
public record RequestHead(String method, String target, String version, Headers headers) {

    /** Parses a head under the default limits; see {@link #parse(String, HeadLimits)}. */
    public static RequestHead parse(String text) throws HandshakeFailure {
        return parse(text, HeadLimits.DEFAULT);
    }

    /**
     * Parses a head as RFC 9112 wants a server to: strictly, where leniency would let two parties read it differently.
     *
     * @param text the bytes of the head as ISO-8859-1, from its start line (empty lines may precede it) to its empty
     *     line
     * @throws HandshakeFailure 400 for what is malformed, and for a Host header that is missing, repeated or no host; 431
     *     over a limit; 505 for a version that is not HTTP/1
     */
    public static RequestHead parse(String text, HeadLimits limits) throws HandshakeFailure {
        HeadParser parser = HeadParser.ofRequest(text, limits);
        int start = parser.startOfLine();
        int lineFeed = parser.lineFeed(start);
        int end = parser.lineEnd(start, lineFeed);
        int methodEnd = text.indexOf(' ', start);
        int targetEnd = methodEnd < 0 ? -1 : text.indexOf(' ', methodEnd + 1);
        // RFC 9112 §3: exactly one space each; being lenient here is how requests are smuggled
        if (targetEnd < 0 || targetEnd > end || targetEnd == methodEnd + 1 || !parser.isVersion(targetEnd + 1, end)) {
            throw parser.malformed("the request line must be a method, a target and a version with one space between, "
                    + "not " + Grammar.shown(text.substring(start, end)));
        }
        if (!Grammar.isToken(text, start, methodEnd)) {
            throw parser.malformed(
                    "the method must be a token, not " + Grammar.shown(text.substring(start, methodEnd)));
        }
        String method = text.startsWith("GET ", start) ? "GET" : text.substring(start, methodEnd);
        String version = text.startsWith("HTTP/1.1", targetEnd + 1) ? "HTTP/1.1" : text.substring(targetEnd + 1, end);
        if (version.charAt(5) != '1') {
            // RFC 9110 §15.6.6
            throw new HandshakeFailure(505, "the version must be HTTP/1.1, not " + version);
        }
        String target = text.substring(methodEnd + 1, targetEnd);
        checkTarget(parser, method, target);
        RequestHead head = new RequestHead(method, target, version, parser.fields(lineFeed + 1));
        head.checkHost();
        return head;
    }

    /** The path as it came, escapes and all; {@code /} for a URI without one. */
    public String path() {
        int from = pathStart();
        int question = target.indexOf('?', from);
        int to = question < 0 ? target.length() : question;
        return from == to ? "/" : target.substring(from, to);
    }

    /** The query as it came, without its question mark; null when there is none. */
    public @Nullable String query() {
        int question = target.indexOf('?', pathStart());
        return question < 0 ? null : target.substring(question + 1);
    }

    /**
     * The host and, if given, port that the request is for: of a target that is a URI, else of the Host header (RFC 9112
     * §3.2.2); null when there is neither, as HTTP/1.0 allows.
     */
    public @Nullable String host() {
        int authority = authorityStart(target);
        return authority < 0 ? headers.first("Host") : target.substring(authority, pathStart());
    }

    /**
     * The full {@code ws} or {@code wss} URI of the request, what RFC 3986 does not allow in it escaped.
     *
     * @param secure whether the request came through TLS
     * @throws IllegalStateException if there is no {@link #host}, which {@link #parse} lets happen with HTTP/1.0 only
     */
    public URI uri(boolean secure) {
        String host = host();
        if (host == null) {
            throw new IllegalStateException("a request without a Host header has no URI");
        }
        String query = query();
        return URI.create((secure ? "wss://" : "ws://")
                + host
                + Grammar.escapeTarget(query == null ? path() : path() + "?" + query));
    }

    /**
     * The head as it goes over the wire, to be encoded as ISO-8859-1.
     *
     * @throws IllegalArgumentException if a header has a character outside ISO-8859-1
     */
    public String text() {
        StringBuilder text = new StringBuilder(512);
        text.append(method)
                .append(' ')
                .append(target)
                .append(' ')
                .append(version)
                .append("\r\n");
        headers.appendTo(text);
        return text.append("\r\n").toString();
    }

    /** Whether the Upgrade header asks for WebSocket: a host that also speaks plain HTTP serves the rest itself. */
    public boolean asksForWebSocket() {
        return headers.hasToken("Upgrade", "websocket");
    }

    /** Whether this is HTTP/1.1 or a later HTTP/1, which RFC 9110 §2.5 has us read as HTTP/1.1. */
    boolean isHttp11() {
        return version.startsWith("HTTP/1.") && !version.equals("HTTP/1.0");
    }

    /** RFC 9112 §3.2: HTTP/1.1 has exactly one Host, also when the target overrides it. */
    void checkHost() throws HandshakeFailure {
        String host = headers.first("Host");
        if (host == null) {
            if (isHttp11()) {
                throw new HandshakeFailure(400, "the Host header is missing (RFC 9112 §3.2)");
            }
            return;
        }
        int count = headers.count("Host");
        if (count > 1) {
            throw new HandshakeFailure(400, "the Host header must come once, not %d times".formatted(count));
        }
        if (!Grammar.isAuthority(host)) {
            throw new HandshakeFailure(400, "the Host header must be a host and a port, not " + Grammar.shown(host));
        }
    }

    private static void checkTarget(HeadParser parser, String method, String target) throws HandshakeFailure {
        int from = 0;
        if (target.charAt(0) != '/') {
            // RFC 9112 §3.2.4 and §3.2.3: forms that no handshake has, but a host may want to answer
            if ((target.equals("*") && method.equals("OPTIONS"))
                    || (method.equals("CONNECT") && Grammar.isAuthority(target))) {
                return;
            }
            int authority = authorityStart(target);
            from = authority < 0 ? -1 : pathStart(target, authority);
            if (from < 0 || !Grammar.isAuthority(target.substring(authority, from))) {
                throw parser.malformed(
                        "the target must be a path from the root or the URI of a host, not " + Grammar.shown(target));
            }
        }
        int bad = Grammar.badTargetChar(target, from, target.length());
        if (bad >= 0) {
            throw parser.malformed(
                    "the target must be a URI's path and query, which the 0x%02X at index %d of %s is not"
                            .formatted((int) target.charAt(bad), bad, Grammar.shown(target)));
        }
    }

    private int pathStart() {
        int authority = authorityStart(target);
        return authority < 0 ? 0 : pathStart(target, authority);
    }

    private static int pathStart(String target, int authority) {
        int at = authority;
        while (at < target.length() && target.charAt(at) != '/' && target.charAt(at) != '?') {
            at++;
        }
        return at;
    }

    /** Where the authority of a target in absolute form starts, -1 for a target in another form. */
    private static int authorityStart(String target) {
        if (target.startsWith("/")) {
            return -1;
        }
        int colon = target.indexOf(':');
        if (colon < 0 || !target.startsWith("://", colon)) {
            return -1;
        }
        return Grammar.sameIgnoringCase(target, 0, colon, "http")
                        || Grammar.sameIgnoringCase(target, 0, colon, "https")
                        || Grammar.sameIgnoringCase(target, 0, colon, "ws")
                        || Grammar.sameIgnoringCase(target, 0, colon, "wss")
                ? colon + 3
                : -1;
    }
}
