package dev.duplex.frame;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Code and reason of a Close, RFC 6455 §5.5.1 and §7.4.
 *
 * @param code the status code, {@link #NO_STATUS} for a Close without a body
 * @param reason UTF-8 of at most 123 bytes, empty when there is none
 */
public record CloseFrame(int code, String reason) {
    /** The purpose is fulfilled. */
    public static final int NORMAL = 1000;
    /** The server goes down, or the browser leaves the page. */
    public static final int GOING_AWAY = 1001;
    /** The remote end broke a rule of the protocol. */
    public static final int PROTOCOL_ERROR = 1002;
    /** Never sent: the Close had no code. */
    public static final int NO_STATUS = 1005;
    /** Never sent: the connection ended without a Close. */
    public static final int ABNORMAL = 1006;
    /** The payload does not fit its type, as text that is not UTF-8. */
    public static final int INVALID_PAYLOAD = 1007;
    /** The application's rules do not allow it, and no other code says how. */
    public static final int POLICY_VIOLATION = 1008;
    /** A message is larger than the receiver takes. */
    public static final int TOO_BIG = 1009;
    /** The server met a condition that it did not expect. */
    public static final int INTERNAL_ERROR = 1011;
    /** The server cannot serve now; try again later. Registered after the RFC. */
    public static final int TRY_AGAIN_LATER = 1013;

    /** RFC 6455 §5.5: 125 bytes of payload less the two of the code. */
    public static final int MAX_REASON_BYTES = FrameHeader.MAX_CONTROL_PAYLOAD - 2;

    /** A Close without a body. */
    public static final CloseFrame EMPTY = new CloseFrame(NO_STATUS, "");

    /** Whether a Close frame may carry the code: RFC 6455 §7.4.1, §7.4.2 and the codes registered since. */
    public static boolean isLegalOnWire(int code) {
        return (code >= 3000 && code <= 4999)
                || (code >= 1000 && code <= 1014 && code != 1004 && code != NO_STATUS && code != ABNORMAL);
    }

    /**
     * A Close with a code for the wire.
     *
     * @throws IllegalArgumentException for a code that may not be sent or a reason of more than 123 bytes
     */
    public static CloseFrame of(int code, String reason) {
        if (!isLegalOnWire(code)) {
            throw new IllegalArgumentException("Close code " + code
                    + " must not be sent; RFC 6455 §7.4 allows 1000-1003, 1007-1014 and 3000-4999");
        }
        int bytes = reason.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_REASON_BYTES) {
            throw new IllegalArgumentException(
                    "Close reason has " + bytes + " bytes of UTF-8; RFC 6455 §5.5 allows " + MAX_REASON_BYTES);
        }
        return new CloseFrame(code, reason);
    }

    /** A Close with a legal code and as much of the reason as fits. */
    public static CloseFrame shortened(int code, String reason) {
        byte[] bytes = reason.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= MAX_REASON_BYTES) {
            return new CloseFrame(code, reason);
        }
        int end = MAX_REASON_BYTES;
        while ((bytes[end] & 0xC0) == 0x80) { // never cut inside a character
            end--;
        }
        return new CloseFrame(code, new String(bytes, 0, end, StandardCharsets.UTF_8));
    }

    /** Reads the payload of a Close frame. */
    public static CloseFrame parse(byte[] payload, int offset, int length) throws ProtocolFailure {
        if (length == 0) {
            return EMPTY; // RFC 6455 §7.1.5: no code at all counts as 1005
        }
        if (length == 1) {
            // RFC 6455 §5.5.1: if there is a body, its first two bytes are the code
            throw new ProtocolFailure(PROTOCOL_ERROR, "Close payload has 1 byte; it has none, or two for the code");
        }
        int code = (payload[offset] & 0xFF) << 8 | (payload[offset + 1] & 0xFF);
        if (!isLegalOnWire(code)) {
            throw new ProtocolFailure(PROTOCOL_ERROR, "Close code " + code + " must not be sent");
        }
        try {
            String reason = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(payload, offset + 2, length - 2))
                    .toString();
            return new CloseFrame(code, reason);
        } catch (CharacterCodingException e) {
            // RFC 6455 §8.1: text that is not UTF-8 fails the connection
            throw new ProtocolFailure(INVALID_PAYLOAD, "Close reason is not UTF-8");
        }
    }

    /** The payload of this Close on the wire; 1005 has none. */
    public byte[] payload() {
        if (code == NO_STATUS) {
            return new byte[0];
        }
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        byte[] payload = Arrays.copyOf(new byte[] {(byte) (code >>> 8), (byte) code}, 2 + text.length);
        System.arraycopy(text, 0, payload, 2, text.length);
        return payload;
    }
}
