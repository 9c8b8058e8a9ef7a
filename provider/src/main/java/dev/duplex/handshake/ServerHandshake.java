package dev.duplex.handshake;

import dev.duplex.deflate.Extension;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request that is a valid opening handshake, RFC 6455 §4.2.1, and the answer to it, §4.2.2.
 *
 * <p>Statuses of those that are not: a request that does not ask for WebSocket is good HTTP for a resource that speaks
 * only WebSocket, which is 426 (RFC 9110 §15.5.22); so is another version of WebSocket (RFC 6455 §4.4). One that asks
 * and breaks a rule is 400. An HTTP/1.0 request cannot ask, as RFC 9110 §7.8 has its Upgrade ignored; it gets the 400
 * that RFC 6455 §4.2.1 names, since no upgrade of that connection would help. Another method than GET is 405.
 */
public final class ServerHandshake {
    /** The version of the protocol, RFC 6455 §4.1. */
    static final String VERSION = "13";

    private static final Headers UPGRADE_REQUIRED = Headers.builder()
            .add("Upgrade", "websocket")
            .add("Sec-WebSocket-Version", VERSION)
            .build();

    private static final Headers ALLOW_GET =
            Headers.builder().add("Allow", "GET").build();

    private final RequestHead request;
    private final String key;
    private final List<String> subprotocols;
    private final List<Extension> extensions;

    private ServerHandshake(RequestHead request, String key, List<String> subprotocols, List<Extension> extensions) {
        this.request = request;
        this.key = key;
        this.subprotocols = subprotocols;
        this.extensions = extensions;
    }

    /**
     * The handshake that this request is.
     *
     * @throws HandshakeFailure 400, 405 or 426 with the headers that explain it, as the type says
     */
    public static ServerHandshake check(RequestHead request) throws HandshakeFailure {
        Headers headers = request.headers();
        if (!request.isHttp11()) {
            throw malformed("an opening handshake needs HTTP/1.1, not " + Grammar.shown(request.version()));
        }
        if (!request.method().equals("GET")) {
            throw new HandshakeFailure(
                    405,
                    "the method must be GET, not " + Grammar.shown(request.method()),
                    ALLOW_GET,
                    // RFC 9110 §9.3.2: no body may answer HEAD
                    request.method().equals("HEAD"));
        }
        request.checkHost();
        checkNoBody(headers);
        checkUpgrade(request);
        checkVersion(headers);
        String key = headers.first("Sec-WebSocket-Key");
        if (key == null) {
            throw malformed("the Sec-WebSocket-Key header is missing");
        }
        checkOnce(headers, "Sec-WebSocket-Key");
        if (!AcceptKey.isKey(key)) {
            throw malformed("Sec-WebSocket-Key must be 16 bytes in base64, not " + Grammar.shown(key));
        }
        List<Extension> extensions;
        try {
            extensions = ExtensionsHeader.parse(headers.all("Sec-WebSocket-Extensions"));
        } catch (IllegalArgumentException malformed) {
            throw malformed("the offer of extensions is malformed: " + malformed.getMessage());
        }
        return new ServerHandshake(request, key, offeredSubprotocols(headers), extensions);
    }

    /**
     * Whether a server decides about this header of a 101 itself, whatever user code asks for: the headers of the
     * handshake, and those of a body, which a 101 never has (RFC 9110 §8.6, RFC 9112 §6.1).
     */
    public static boolean isOurs(String name) {
        return Grammar.sameIgnoringCase(name, "Upgrade")
                || Grammar.sameIgnoringCase(name, "Connection")
                || Grammar.sameIgnoringCase(name, "Content-Length")
                || Grammar.sameIgnoringCase(name, "Transfer-Encoding")
                || (name.length() >= 14 && Grammar.sameIgnoringCase(name, 0, 14, "Sec-WebSocket-"));
    }

    /** The request. */
    public RequestHead request() {
        return request;
    }

    /** The subprotocols that the client asks for, the one it likes best first; each once. */
    public List<String> subprotocols() {
        return subprotocols;
    }

    /** The extensions that the client offers, in its order. */
    public List<Extension> extensions() {
        return extensions;
    }

    /** The first of the client's subprotocols that is supported, null when none is. */
    public @Nullable String chooseSubprotocol(Collection<String> supported) {
        for (String subprotocol : subprotocols) {
            if (supported.contains(subprotocol)) {
                return subprotocol;
            }
        }
        return null;
    }

    /**
     * The 101 that opens the connection.
     *
     * @param subprotocol one of {@link #subprotocols}, or null for none
     * @param agreed the extensions in use from here on, in their order; each of a name that was offered, none twice
     * @param extra further headers; those that {@link #isOurs} are left out
     * @throws IllegalArgumentException if the subprotocol or an extension was not offered (RFC 6455 §4.2.2)
     */
    public ResponseHead accept(@Nullable String subprotocol, List<Extension> agreed, Headers extra) {
        Headers.Builder headers = Headers.builder()
                .add("Upgrade", "websocket")
                .add("Connection", "Upgrade")
                .add("Sec-WebSocket-Accept", AcceptKey.of(key));
        if (subprotocol != null) {
            if (!subprotocols.contains(subprotocol)) {
                throw new IllegalArgumentException(
                        "the subprotocol must be one that the client asked for, not " + Grammar.shown(subprotocol));
            }
            headers.add("Sec-WebSocket-Protocol", subprotocol);
        }
        if (!agreed.isEmpty()) {
            ExtensionsHeader.checkAgreed(agreed, extensions);
            headers.add("Sec-WebSocket-Extensions", ExtensionsHeader.format(agreed));
        }
        for (int i = 0; i < extra.size(); i++) {
            String name = extra.name(i);
            if (!isOurs(name)) {
                headers.add(name, extra.value(i));
            }
        }
        return new ResponseHead("HTTP/1.1", 101, "Switching Protocols", headers.build());
    }

    private static HandshakeFailure malformed(String sentence) {
        return new HandshakeFailure(400, sentence);
    }

    private static void checkOnce(Headers headers, String name) throws HandshakeFailure {
        int count = headers.count(name);
        if (count > 1) {
            // RFC 6455 §11.3
            throw malformed("the %s header must come once, not %d times".formatted(name, count));
        }
    }

    /** The bytes of a body would be read as frames. */
    private static void checkNoBody(Headers headers) throws HandshakeFailure {
        String coding = headers.first("Transfer-Encoding");
        if (coding != null) {
            throw malformed("an opening handshake has no body, but Transfer-Encoding is " + Grammar.shown(coding));
        }
        for (String length : headers.all("Content-Length")) {
            if (!length.equals("0")) {
                throw malformed("an opening handshake has no body, but Content-Length is " + Grammar.shown(length));
            }
        }
    }

    private static void checkUpgrade(RequestHead request) throws HandshakeFailure {
        Headers headers = request.headers();
        if (!request.asksForWebSocket()) {
            if (!headers.contains("Sec-WebSocket-Key")) {
                throw new HandshakeFailure(
                        426, "this resource speaks WebSocket only, and Upgrade does not ask for it", UPGRADE_REQUIRED);
            }
            String upgrade = headers.first("Upgrade");
            throw malformed(
                    upgrade == null
                            ? "the Upgrade header is missing"
                            : "Upgrade must name websocket, not " + Grammar.shown(upgrade));
        }
        if (!headers.hasToken("Connection", "upgrade")) {
            String connection = headers.first("Connection");
            throw malformed(
                    connection == null
                            ? "the Connection header is missing"
                            : "Connection must name Upgrade, not " + Grammar.shown(connection));
        }
    }

    private static void checkVersion(Headers headers) throws HandshakeFailure {
        String version = headers.first("Sec-WebSocket-Version");
        if (version == null) {
            throw new HandshakeFailure(426, "the Sec-WebSocket-Version header is missing", UPGRADE_REQUIRED);
        }
        checkOnce(headers, "Sec-WebSocket-Version");
        if (!version.equals(VERSION)) {
            throw new HandshakeFailure(
                    426, "Sec-WebSocket-Version must be 13, not " + Grammar.shown(version), UPGRADE_REQUIRED);
        }
    }

    private static List<String> offeredSubprotocols(Headers headers) throws HandshakeFailure {
        List<String> values = headers.all("Sec-WebSocket-Protocol");
        if (values.isEmpty()) {
            return List.of();
        }
        List<String> subprotocols = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String value : values) {
            for (int from = 0; from <= value.length(); ) {
                int comma = value.indexOf(',', from);
                int to = comma < 0 ? value.length() : comma;
                int start = Grammar.skipBlanks(value, from, to);
                String subprotocol = value.substring(start, Grammar.trimBlanks(value, start, to));
                from = to + 1;
                // RFC 9110 §5.6.1.2: elements of a list may be empty
                if (subprotocol.isEmpty()) {
                    continue;
                }
                if (!Grammar.isToken(subprotocol)) {
                    throw malformed("a subprotocol must be a token, not " + Grammar.shown(subprotocol));
                }
                // RFC 6455 §4.1, item 10: the elements must all be unique
                if (!seen.add(subprotocol)) {
                    throw malformed("a subprotocol must be asked for once, as is not " + Grammar.shown(subprotocol));
                }
                subprotocols.add(subprotocol);
            }
        }
        if (subprotocols.isEmpty()) {
            throw malformed("Sec-WebSocket-Protocol must name a subprotocol, and is empty");
        }
        return List.copyOf(subprotocols);
    }
}
