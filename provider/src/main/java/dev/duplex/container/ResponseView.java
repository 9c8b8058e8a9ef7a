package dev.duplex.container;

import dev.duplex.handshake.Headers;
import jakarta.websocket.HandshakeResponse;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The answer to an opening handshake as a configurator sees it; its headers are copied when it asks for them. Confined to the handshake's thread. */
final class ResponseView implements HandshakeResponse {
    private final Headers headers;
    private @Nullable Map<String, List<String>> asked;

    ResponseView(Headers headers) {
        this.headers = headers;
    }

    /** The headers, to be changed at will; their names have no case. */
    @Override
    public Map<String, List<String>> getHeaders() {
        Map<String, List<String>> known = asked;
        if (known == null) {
            known = HeaderMap.of(headers);
            asked = known;
        }
        return known;
    }

    /**
     * Those that the configurator has left, without the handshake's own.
     *
     * @throws IllegalArgumentException for what cannot be a header; it names it
     */
    Headers others(Predicate<String> ours) {
        return asked == null ? Headers.NONE : HeaderMap.headers(asked, ours);
    }
}
