package dev.duplex.peer;

import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.handshake.RequestHead;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The request of an opening handshake, RFC 6455 §4.1.
 *
 * @param target path and query as they came, escapes and all
 * @param headers its headers, found in any case
 */
public record HandshakeRequest(String target, Map<String, List<String>> headers) {
    /** Reads a head that was accepted before. */
    static HandshakeRequest parse(String text) {
        RequestHead head;
        try {
            head = RequestHead.parse(text);
        } catch (HandshakeFailure e) {
            throw new IllegalStateException("a head that was accepted is refused: " + e.getMessage(), e);
        }
        String query = head.query();
        return new HandshakeRequest(
                query == null ? head.path() : head.path() + "?" + query,
                head.headers().asMap());
    }

    /** The path as it came. */
    public String path() {
        int question = target.indexOf('?');
        return question < 0 ? target : target.substring(0, question);
    }

    /** The query as it came, without its question mark; null when there is none. */
    public @Nullable String query() {
        int question = target.indexOf('?');
        return question < 0 ? null : target.substring(question + 1);
    }

    /** The first value of a header, null when it is not there. The name is found in any case. */
    public @Nullable String header(String name) {
        List<String> values = headers.get(name);
        return values == null || values.isEmpty() ? null : values.get(0);
    }
}
