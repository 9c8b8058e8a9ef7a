package dev.duplex.handshake;

/**
 * How large a head may be before it is refused.
 *
 * @param maxBytes the bytes of a head, its start line and its final empty line included
 * @param maxHeaders the header lines of a head
 */
public record HeadLimits(int maxBytes, int maxHeaders) {
    /**
     * 16 KiB and 100 headers: twice the request line RFC 9112 §3 recommends to support, room for the cookies of a
     * browser, and still nothing an unauthenticated client could exhaust memory with.
     */
    public static final HeadLimits DEFAULT = new HeadLimits(16 * 1024, 100);

    /** Throws IllegalArgumentException unless both limits are positive. */
    public HeadLimits {
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be at least 1, not " + maxBytes);
        }
        if (maxHeaders < 1) {
            throw new IllegalArgumentException("maxHeaders must be at least 1, not " + maxHeaders);
        }
    }
}
