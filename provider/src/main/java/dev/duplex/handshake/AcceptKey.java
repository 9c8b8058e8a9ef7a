package dev.duplex.handshake;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** {@code Sec-WebSocket-Key} and the {@code Sec-WebSocket-Accept} that answers it, RFC 6455 §4.2.2. */
final class AcceptKey {
    /** The bytes of a nonce, RFC 6455 §4.1. */
    static final int NONCE_BYTES = 16;

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /** Never fed: only cloned, since asking the providers for a new one leaves thread locals on every thread. */
    private static final MessageDigest PROTOTYPE = sha1();

    private AcceptKey() {}

    static String of(String key) {
        byte[] digest = digest().digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1));
        return Base64.getEncoder().encodeToString(digest);
    }

    /** Whether this is what 16 bytes are in base64. */
    static boolean isKey(String key) {
        // 22 characters carry 128 bits, of which RFC 4648 §3.5 lets a decoder ignore the 4 that are padding
        if (key.length() != 24 || !key.endsWith("==")) {
            return false;
        }
        for (int i = 0; i < 22; i++) {
            char c = key.charAt(i);
            boolean base64 =
                    (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || Grammar.isDigit(c) || c == '+' || c == '/';
            if (!base64) {
                return false;
            }
        }
        return true;
    }

    private static MessageDigest digest() {
        try {
            return (MessageDigest) PROTOTYPE.clone();
        } catch (CloneNotSupportedException providerCannotClone) {
            return sha1();
        }
    }

    private static MessageDigest sha1() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-1", impossible);
        }
    }
}
