package dev.duplex.peer;

import java.io.IOException;

/** Nothing was heard of the remote end for a whole {@link PeerOptions#pingFrequency()} after a Ping. The connection has ended. */
public final class PongTimeoutException extends IOException {
    private static final long serialVersionUID = 1;

    PongTimeoutException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
