package dev.duplex.frame;

import java.io.IOException;

/** The remote end broke a rule; the connection ends with {@link #code()}, RFC 6455 §7.1.7. */
public final class ProtocolFailure extends IOException {
    private static final long serialVersionUID = 1;

    private final int code;

    /**
     * Creates a failure.
     *
     * @param code the code of the Close frame to send, one of {@link CloseFrame}'s
     * @param message one sentence that names the rule and the value
     */
    public ProtocolFailure(int code, String message) {
        super(message);
        this.code = code;
    }

    /** The code of the Close frame that tells the remote end. */
    public int code() {
        return code;
    }
}
