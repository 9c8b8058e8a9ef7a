package dev.duplex.se;

import java.security.Principal;
import java.util.Set;

/**
 * Who asks, as an {@link Authenticator} found out: what the API shows as the user of a handshake and of its session.
 *
 * @param principal whom the application sees
 * @param roles of {@link jakarta.websocket.server.HandshakeRequest#isUserInRole}
 */
public record User(Principal principal, Set<String> roles) implements Authenticator.Answer {
    /** Copies the roles. */
    public User {
        roles = Set.copyOf(roles);
    }

    /** A user of this name, with these roles. */
    public static User named(String name, String... roles) {
        return new User(new Named(name), Set.of(roles));
    }

    private record Named(String name) implements Principal {
        @Override
        public String getName() {
            return name;
        }
    }
}
