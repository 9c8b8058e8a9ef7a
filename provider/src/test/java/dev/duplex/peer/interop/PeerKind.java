package dev.duplex.peer.interop;

import java.io.IOException;

/** The implementations that can be client and server. */
enum PeerKind {
    NODE,
    PYTHON;

    PeerProcess start() throws IOException {
        return switch (this) {
            case NODE -> PeerProcess.node();
            case PYTHON -> PeerProcess.python();
        };
    }
}
