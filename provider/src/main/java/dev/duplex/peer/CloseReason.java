package dev.duplex.peer;

import dev.duplex.frame.CloseFrame;

/**
 * How a connection was closed, RFC 6455 §7.1.5 and §7.1.6.
 *
 * @param code what the remote end's Close said; {@link #NO_STATUS} when it said nothing, {@link #ABNORMAL} when there was none
 * @param reason the text beside it; for {@link #ABNORMAL} what this end found
 */
public record CloseReason(int code, String reason) {
    /** The purpose is fulfilled. */
    public static final int NORMAL = CloseFrame.NORMAL;
    /** A server goes down, or a browser leaves the page. */
    public static final int GOING_AWAY = CloseFrame.GOING_AWAY;
    /** A rule of the protocol was broken. */
    public static final int PROTOCOL_ERROR = CloseFrame.PROTOCOL_ERROR;
    /** Never on the wire: the Close had no code. */
    public static final int NO_STATUS = CloseFrame.NO_STATUS;
    /** Never on the wire: the connection ended without a Close. */
    public static final int ABNORMAL = CloseFrame.ABNORMAL;
    /** The payload does not fit its type, as text that is not UTF-8. */
    public static final int INVALID_PAYLOAD = CloseFrame.INVALID_PAYLOAD;
    /** A message was too large. */
    public static final int TOO_BIG = CloseFrame.TOO_BIG;
    /** A server met a condition that it did not expect. */
    public static final int INTERNAL_ERROR = CloseFrame.INTERNAL_ERROR;
    /** A server cannot serve now; try again later. */
    public static final int TRY_AGAIN_LATER = CloseFrame.TRY_AGAIN_LATER;
}
