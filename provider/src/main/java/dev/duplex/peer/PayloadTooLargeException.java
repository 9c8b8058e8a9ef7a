package dev.duplex.peer;

import dev.duplex.frame.ProtocolFailure;

/** A frame or message was larger than {@link PeerOptions#maxReceivePayload()}. The remote end was told with a Close of 1009, and the connection has ended. */
public final class PayloadTooLargeException extends ProtocolException {
    private static final long serialVersionUID = 1;

    PayloadTooLargeException(ProtocolFailure cause) {
        super(cause);
    }
}
