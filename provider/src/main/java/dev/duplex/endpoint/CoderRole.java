package dev.duplex.endpoint;

import jakarta.websocket.Decoder;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Encoder;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;

/**
 * One of the interfaces of Encoder or Decoder that a class implements, and for what type.
 *
 * @param index the place of the class in the configuration
 * @param coder the class
 * @param type what it encodes or decodes, without type arguments
 */
record CoderRole(int index, Class<?> coder, Kind kind, Class<?> type) {
    /** What a coder is to the wire. */
    enum Kind {
        TEXT(Encoder.Text.class, Decoder.Text.class),
        TEXT_STREAM(Encoder.TextStream.class, Decoder.TextStream.class),
        BINARY(Encoder.Binary.class, Decoder.Binary.class),
        BINARY_STREAM(Encoder.BinaryStream.class, Decoder.BinaryStream.class);

        private final Class<?> encoder;
        private final Class<?> decoder;

        Kind(Class<?> encoder, Class<?> decoder) {
            this.encoder = encoder;
            this.decoder = decoder;
        }

        boolean isText() {
            return this == TEXT || this == TEXT_STREAM;
        }

        /** Whether it takes a message as it comes and has no say in whether it does. */
        boolean isStream() {
            return this == TEXT_STREAM || this == BINARY_STREAM;
        }
    }

    /** The roles of encoder classes, in their order. */
    static List<CoderRole> ofEncoders(List<Class<? extends Encoder>> classes) throws DeploymentException {
        List<CoderRole> roles = new ArrayList<>();
        for (int i = 0; i < classes.size(); i++) {
            Class<? extends Encoder> coder = classes.get(i);
            int before = roles.size();
            for (Kind kind : Kind.values()) {
                if (kind.encoder.isAssignableFrom(coder)) {
                    roles.add(new CoderRole(i, coder, kind, type(coder, kind.encoder)));
                }
            }
            check(coder, roles.size() > before, "Encoder");
        }
        return List.copyOf(roles);
    }

    /** The roles of decoder classes, in their order. */
    static List<CoderRole> ofDecoders(List<Class<? extends Decoder>> classes) throws DeploymentException {
        List<CoderRole> roles = new ArrayList<>();
        for (int i = 0; i < classes.size(); i++) {
            Class<? extends Decoder> coder = classes.get(i);
            int before = roles.size();
            for (Kind kind : Kind.values()) {
                if (kind.decoder.isAssignableFrom(coder)) {
                    roles.add(new CoderRole(i, coder, kind, type(coder, kind.decoder)));
                }
            }
            check(coder, roles.size() > before, "Decoder");
        }
        return List.copyOf(roles);
    }

    private static Class<?> type(Class<?> coder, Class<?> role) throws DeploymentException {
        Class<?> type = TypeArguments.first(coder, role);
        if (type == null) {
            throw new DeploymentException(coder.getName() + " does not tell the type argument of " + name(role)
                    + ": declare it as " + name(role) + "<YourType>");
        }
        return type;
    }

    private static void check(Class<?> coder, boolean hasRole, String what) throws DeploymentException {
        if (!hasRole) {
            throw new DeploymentException(
                    coder.getName() + " must implement " + what + ".Text, .TextStream, .Binary or " + ".BinaryStream");
        }
        if (Modifier.isAbstract(coder.getModifiers())) {
            throw new DeploymentException(
                    coder.getName() + " is abstract, but each connection needs an instance: name a concrete class");
        }
    }

    private static String name(Class<?> role) {
        return role.getEnclosingClass().getSimpleName() + "." + role.getSimpleName();
    }
}
