package dev.duplex.container;

import jakarta.websocket.HandshakeResponse;
import java.util.List;
import java.util.Map;

/** The response of an opening handshake as a configurator sees it: a server's to change, a client's to read. Names have no case. */
record ResponseView(Map<String, List<String>> headers) implements HandshakeResponse {
    @Override
    public Map<String, List<String>> getHeaders() {
        return headers;
    }
}
