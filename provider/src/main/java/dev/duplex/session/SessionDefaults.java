package dev.duplex.session;

/**
 * What a session starts with. One object serves all sessions of an endpoint.
 *
 * @param maxIdleMillis milliseconds without a frame sent or received, but for the keep-alive's, after which the session is closed; 0 or less for never
 * @param maxTextBytes bytes of UTF-8 that a whole text message may have, inflated
 * @param maxBinaryBytes bytes that a whole binary message may have, inflated
 * @param sendTimeoutMillis milliseconds that an asynchronous send may take from when it is asked for; 0 or less for no limit of its own
 * @param maxPendingBytes bytes of asynchronous messages that may wait to be sent; who asks for more waits himself
 */
public record SessionDefaults(
        long maxIdleMillis, int maxTextBytes, int maxBinaryBytes, long sendTimeoutMillis, int maxPendingBytes) {}
