package dev.duplex.peer;

import dev.duplex.handshake.HandshakeFailure;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The server refused the connection, or what it answered is not an opening handshake. RFC 6455 §4.1. */
public final class HandshakeException extends IOException {
    private static final long serialVersionUID = 1;

    /** What the server answered. */
    private final int status;

    private final transient Map<String, List<String>> headers;

    HandshakeException(String message, HandshakeFailure cause) {
        super(message, cause);
        this.status = cause.status();
        this.headers = cause.headers().asMap();
    }

    /** The HTTP status of the answer, 101 when it agreed but broke a rule, 0 when it was no HTTP. */
    public int status() {
        return status;
    }

    /** The headers of the answer, found in any case. */
    public Map<String, List<String>> headers() {
        return headers;
    }
}
