package dev.duplex.peer;

import dev.duplex.frame.ProtocolFailure;
import java.io.IOException;

/** The remote end broke a rule of the protocol. It was told with a Close of {@link #code()}, and the connection has ended. */
public class ProtocolException extends IOException {
    private static final long serialVersionUID = 1;

    /** The code of the Close that was sent. */
    private final int code;

    ProtocolException(ProtocolFailure cause) {
        super(cause.getMessage(), cause);
        this.code = cause.code();
    }

    /** The code of the Close that was sent: 1002, 1007 or 1009, RFC 6455 §7.4.1. */
    public int code() {
        return code;
    }
}
