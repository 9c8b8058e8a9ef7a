package dev.duplex.handshake;

/**
 * Finds the end of one head in bytes that arrive piecemeal, looking at each byte once.
 *
 * <p>Confined to one thread. One finder serves one head; the buffer may be moved or replaced between calls as long as
 * the bytes already shown stay the same.
 */
public final class HeadFinder {
    private final int maxBytes;
    private final boolean request;

    /** How many bytes of the head were looked at and need not be again. */
    private int scanned;

    /** How many bytes of empty lines stand before the start line. */
    private int leading;

    private HeadFinder(HeadLimits limits, boolean request) {
        this.maxBytes = limits.maxBytes();
        this.request = request;
    }

    /** A finder for the head of a request; empty lines before it belong to it (RFC 9112 §2.2). */
    public static HeadFinder ofRequest(HeadLimits limits) {
        return new HeadFinder(limits, true);
    }

    /** A finder for the head of a response. */
    public static HeadFinder ofResponse(HeadLimits limits) {
        return new HeadFinder(limits, false);
    }

    /**
     * The length of the head, its empty line included, or -1 while the empty line has not come.
     *
     * @param buffer holds the bytes that came so far
     * @param start where the head starts
     * @param length how many bytes from there have come, never fewer than at the call before
     * @throws HandshakeFailure 400 if what comes is no request from its first byte on; 431 if the head is larger than the limit,
     *     whichever part of it is to blame (RFC 6585 §5), 0 on a client
     */
    public int end(byte[] buffer, int start, int length) throws HandshakeFailure {
        int bound = Math.min(length, maxBytes);
        if (request && leading == scanned) {
            while (leading < bound && (buffer[start + leading] == '\n' || buffer[start + leading] == '\r')) {
                leading++;
            }
            scanned = leading;
            if (leading < bound && !Grammar.isTokenChar((char) (buffer[start + leading] & 0xFF))) {
                // Such as 0x16, with which TLS begins: it would wait for an answer, and we for the end of a head
                throw new HandshakeFailure(
                        400, "a request begins with its method, not with 0x%02X".formatted(buffer[start + leading]));
            }
        }
        for (int at = scanned; at < bound; at++) {
            if (buffer[start + at] == '\n' && endsEmptyLine(buffer, start, at)) {
                scanned = at + 1;
                return scanned;
            }
        }
        scanned = bound;
        if (bound < maxBytes) {
            return -1;
        }
        throw request
                ? new HandshakeFailure(431, "the head of the request is larger than " + maxBytes + " bytes")
                : new HandshakeFailure(0, "the head of the response is larger than " + maxBytes + " bytes");
    }

    /** Whether nothing but an optional carriage return stands between this line feed and the one before it. */
    private boolean endsEmptyLine(byte[] buffer, int start, int lineFeed) {
        int before = lineFeed - 1;
        if (before >= leading && buffer[start + before] == '\r') {
            before--;
        }
        return before < leading || buffer[start + before] == '\n';
    }
}
