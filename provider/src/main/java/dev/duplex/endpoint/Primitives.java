package dev.duplex.endpoint;

import jakarta.websocket.DecodeException;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.Set;

/** Java's primitive types and their boxes, as text. Jakarta WebSocket §4.3, §4.7. */
final class Primitives {
    /** What a box is made from: the result is that of its constructor with one String. */
    private interface Parser {
        Object parse(String text);
    }

    private static final Map<Class<?>, Parser> PARSERS = Map.of(
            Boolean.class, Boolean::valueOf,
            Byte.class, Byte::valueOf,
            Short.class, Short::valueOf,
            Integer.class, Integer::valueOf,
            Long.class, Long::valueOf,
            Float.class, Float::valueOf,
            Double.class, Double::valueOf,
            Character.class, Primitives::character);

    private Primitives() {}

    /** The boxes. */
    static Set<Class<?>> boxes() {
        return PARSERS.keySet();
    }

    /** The box of a primitive type; any other type is its own. */
    static Class<?> boxed(Class<?> type) {
        return MethodType.methodType(type).wrap().returnType();
    }

    /** Whether a type is a primitive one or the box of one; void is neither. */
    static boolean includes(Class<?> type) {
        return PARSERS.containsKey(boxed(type));
    }

    /**
     * The value that a text stands for.
     *
     * @param type a primitive type or a box
     * @return a box
     * @throws DecodeException when it stands for none
     */
    static Object parse(String text, Class<?> type) throws DecodeException {
        Parser parser = PARSERS.get(boxed(type));
        if (parser == null) {
            throw new IllegalArgumentException(type.getName() + " is neither a primitive type nor its box");
        }
        try {
            return parser.parse(text);
        } catch (IllegalArgumentException e) {
            throw new DecodeException(text, "\"" + text + "\" is no " + type.getSimpleName(), e);
        }
    }

    // Character has no constructor with a String: of several characters the first counts, as everywhere
    private static Character character(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("There is no character");
        }
        return text.charAt(0);
    }
}
