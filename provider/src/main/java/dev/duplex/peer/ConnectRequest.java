package dev.duplex.peer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a client adds to its opening handshake.
 *
 * @param headers further headers, each with its values in order; none that the handshake sets itself
 * @param subprotocols what the client can speak, the best first; when empty, {@link PeerOptions#subprotocols()} are asked for
 */
public record ConnectRequest(Map<String, List<String>> headers, List<String> subprotocols) {
    private static final ConnectRequest NONE = new ConnectRequest(Map.of(), List.of());

    /** Copies what it is given. */
    public ConnectRequest {
        Map<String, List<String>> copy = new LinkedHashMap<>();
        headers.forEach((name, values) -> copy.put(name, List.copyOf(values)));
        headers = java.util.Collections.unmodifiableMap(copy);
        subprotocols = List.copyOf(subprotocols);
    }

    /** Nothing is added. */
    public static ConnectRequest none() {
        return NONE;
    }

    /** Begins with nothing. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects headers and subprotocols. Confined to one thread. */
    public static final class Builder {
        private final Map<String, List<String>> headers = new LinkedHashMap<>();
        private final List<String> subprotocols = new ArrayList<>();

        private Builder() {}

        /** Adds a header; a name may come more than once. */
        public Builder header(String name, String value) {
            headers.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
            return this;
        }

        /** Asks for a subprotocol, after those asked for before. */
        public Builder subprotocol(String name) {
            subprotocols.add(name);
            return this;
        }

        /** The request. */
        public ConnectRequest build() {
            return new ConnectRequest(headers, subprotocols);
        }
    }
}
