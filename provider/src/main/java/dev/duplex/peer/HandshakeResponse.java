package dev.duplex.peer;

import dev.duplex.handshake.ResponseHead;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the server answered to an opening handshake, RFC 6455 §4.2.2.
 *
 * @param status the HTTP status, 101 for a connection
 * @param headers its headers, found in any case
 */
public record HandshakeResponse(int status, Map<String, List<String>> headers) {
    static HandshakeResponse of(ResponseHead head) {
        return new HandshakeResponse(head.status(), head.headers().asMap());
    }

    /** The first value of a header, null when it is not there. The name is found in any case. */
    public @Nullable String header(String name) {
        List<String> values = headers.get(name);
        return values == null || values.isEmpty() ? null : values.get(0);
    }
}
