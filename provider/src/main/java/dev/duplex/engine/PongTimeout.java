package dev.duplex.engine;

import java.io.IOException;

/** The remote end was silent for a whole ping period after a Ping. */
public final class PongTimeout extends IOException {
    private static final long serialVersionUID = 1;

    PongTimeout(String message) {
        super(message);
    }
}
