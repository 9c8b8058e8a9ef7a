package dev.duplex.engine;

import dev.duplex.frame.CloseFrame;
import org.jspecify.annotations.Nullable;

/**
 * The closing handshake, RFC 6455 §7, without I/O: which Close was sent, which received, whether all is over.
 * Safe for any thread; changes are guarded by itself, and nothing under that guard blocks.
 */
final class CloseState {
    // Written under the monitor, read without
    private volatile @Nullable CloseFrame sent;
    private volatile @Nullable CloseFrame received;
    private volatile boolean ended;
    private boolean initiated; // guarded by this: this end's Close was the first
    private String cause = "";

    /** Whether messages may still be sent and received. */
    boolean open() {
        return sent == null && received == null && !ended;
    }

    /** Asks for leave to send a Close: true the first time only, RFC 6455 §5.5.1. The caller puts it on the wire. */
    synchronized boolean send(CloseFrame frame) {
        if (sent != null || ended) {
            return false;
        }
        sent = frame;
        initiated = received == null;
        return true;
    }

    /** Notes the Close of the remote end. What comes after the first does not count. */
    synchronized void receive(CloseFrame frame) {
        if (received == null && !ended) {
            received = frame;
        }
    }

    /** Ends it all, with or without a handshake: true the first time only. */
    synchronized boolean end(String cause) {
        if (ended) {
            return false;
        }
        ended = true;
        this.cause = cause;
        return true;
    }

    /** Whether no more data or Close may be sent: RFC 6455 §5.5.1, nothing follows a Close. */
    boolean sendingOver() {
        return sent != null || ended;
    }

    /** Whether what is received no longer counts: a Close has been sent. */
    boolean closeSent() {
        return sent != null;
    }

    boolean ended() {
        return ended;
    }

    /** The Close of this end when it came before the remote end's, else null. */
    synchronized @Nullable CloseFrame initiated() {
        return initiated ? sent : null;
    }

    /** Whether each end has sent its Close, RFC 6455 §7.1.4. */
    boolean completed() {
        return sent != null && received != null;
    }

    /**
     * What the remote end said, null while it has said nothing and the connection lives. RFC 6455 §7.1.5: the first Close received counts,
     * and an end without one is 1006.
     */
    synchronized @Nullable CloseFrame result() {
        if (received != null || !ended) {
            return received;
        }
        return new CloseFrame(CloseFrame.ABNORMAL, cause);
    }
}
