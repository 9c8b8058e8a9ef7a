package dev.duplex.se;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** HTTP's Basic scheme, RFC 7617, in UTF-8. Credentials that are malformed are none. Safe for any thread if the check is. */
final class BasicAuthenticator implements Authenticator {
    private static final String SCHEME = "basic ";

    private final Answer challenge;
    private final PasswordCheck check;

    private record Credentials(String name, String password) {}

    /**
     * Challenges for this realm.
     *
     * @throws IllegalArgumentException when the realm is not of printable ASCII
     */
    BasicAuthenticator(String realm, PasswordCheck check) {
        if (!realm.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new IllegalArgumentException("a realm must be of printable ASCII, not \"" + realm + "\"");
        }
        // RFC 9110 §5.6.4, RFC 7617 §2.1
        String quoted = realm.replace("\\", "\\\\").replace("\"", "\\\"");
        this.challenge = Authenticator.unauthorized("Basic realm=\"" + quoted + "\", charset=\"UTF-8\"");
        this.check = check;
    }

    @Override
    public Answer authenticate(Request request) throws Exception {
        List<String> values = request.headers().getOrDefault("Authorization", List.of());
        Credentials given = values.size() == 1 ? credentials(values.getFirst()) : null;
        User user = given == null ? null : check.check(given.name(), given.password());
        return user == null ? challenge : user;
    }

    private static @Nullable Credentials credentials(String value) {
        if (!value.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            return null;
        }
        CharBuffer pair;
        try {
            byte[] bytes =
                    Base64.getDecoder().decode(value.substring(SCHEME.length()).strip());
            // A new decoder reports what is no UTF-8, where new String would replace it
            pair = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        } catch (IllegalArgumentException | CharacterCodingException malformed) {
            return null;
        }
        String text = pair.toString();
        int colon = text.indexOf(':');
        // RFC 7617 §2: no control characters; the first colon ends the name
        return colon < 0 || text.chars().anyMatch(Character::isISOControl)
                ? null
                : new Credentials(text.substring(0, colon), text.substring(colon + 1));
    }
}
