package dev.duplex.se;

import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who asks something of an application, before the application does anything for it: an endpoint's handshake or a file. Called
 * by many threads at a time, each with the application's context class loader; it may block. What it throws is answered with 500 and logged.
 *
 * <pre>{@code
 * builder.authenticator(request -> {
 *     String token = request.header("Authorization");
 *     return token == null ? Authenticator.unauthorized("Bearer") : tokens.userOf(token);
 * });
 * }</pre>
 */
@FunctionalInterface
public interface Authenticator {
    /**
     * Who asks: a {@link User}, {@link #nobody()}, or one of the refusals {@link #unauthorized} and {@link #forbidden}.
     *
     * @throws Exception whatever it fails by: the client is told 500, and no more
     */
    Answer authenticate(Request request) throws Exception;

    /** What an authenticator says. */
    sealed interface Answer permits User, Nobody, Refusal {}

    /** A request as far as it matters for who sent it. Valid until the authenticator returns. */
    interface Request {
        /** {@code GET} for a handshake. */
        String method();

        /** As it came, escapes, dots and the context path included: to be compared with care. */
        String path();

        /** Without its question mark, null when there is none. */
        @Nullable
        String query();

        /** The first value of a header, null when there is none. */
        default @Nullable String header(String name) {
            List<String> values = headers().get(name);
            return values == null || values.isEmpty() ? null : values.getFirst();
        }

        /** All headers; read-only, their names have no case. */
        Map<String, List<String>> headers();

        /** Where it came from. */
        SocketAddress remoteAddress();

        /** Whether it came through TLS. */
        boolean secure();

        /** What the client has shown in TLS, its own first; empty when it showed none. */
        List<X509Certificate> certificates();
    }

    /** Nobody in particular, whom the application lets in; the subject of a client's certificate, if it showed one. */
    static Answer nobody() {
        return Nobody.NOBODY;
    }

    /**
     * Refuses with 401: who can prove more may try again.
     *
     * @param challenge the value of WWW-Authenticate, which a 401 must have (RFC 9110 §15.5.2)
     */
    static Answer unauthorized(String challenge) {
        return new Refusal(401, "this needs a user", Map.of("WWW-Authenticate", List.of(challenge)));
    }

    /** Refuses with 403: no proof would help. */
    static Answer forbidden() {
        return new Refusal(403, "this is not allowed", Map.of());
    }

    /**
     * Asks for a name and a password, RFC 7617, and lets in whom the check knows. Anybody on the way reads both, unless the server speaks TLS.
     *
     * @param realm what the user is told that the password is for, of printable ASCII
     * @param check compares, by {@link #same} or a hash that is slow on purpose
     * @throws IllegalArgumentException for another realm
     */
    static Authenticator basic(String realm, PasswordCheck check) {
        return new BasicAuthenticator(realm, check);
    }

    /** Knows users by name and password. Called by many threads at a time; it may block. */
    @FunctionalInterface
    interface PasswordCheck {
        /**
         * The user, null when there is none of this name and password.
         *
         * @throws Exception whatever it fails by: the client is told 500, and no more
         */
        @Nullable
        User check(String name, String password) throws Exception;
    }

    /** Whether both are the same, in a time that does not tell how much of it is right. */
    static boolean same(String given, String expected) {
        return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
    }

    /** See {@link #nobody()}. */
    enum Nobody implements Answer {
        /** The only one. */
        NOBODY
    }

    /**
     * A request that goes no further.
     *
     * @param status 401 or 403
     * @param sentence what the client is told, in a line
     * @param headers of the answer
     */
    record Refusal(int status, String sentence, Map<String, List<String>> headers) implements Answer {
        /**
         * Checks that it can be answered.
         *
         * @throws IllegalArgumentException for another status, and for a 401 without WWW-Authenticate
         */
        public Refusal {
            headers = Map.copyOf(headers);
            if (status != 401 && status != 403) {
                throw new IllegalArgumentException("an authenticator refuses with 401 or 403, not " + status);
            }
            if (status == 401 && headers.keySet().stream().noneMatch("WWW-Authenticate"::equalsIgnoreCase)) {
                throw new IllegalArgumentException("a 401 must have WWW-Authenticate (RFC 9110 §15.5.2)");
            }
        }
    }
}
