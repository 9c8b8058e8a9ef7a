package dev.duplex.endpoint;

import jakarta.websocket.DecodeException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values of one method's path parameters on one connection, decoded at its first call. Called by one thread at a time. Jakarta
 * WebSocket §4.3.
 */
final class PathArguments {
    /** Those of a method without path parameters. */
    static final PathArguments NONE = new PathArguments(List.of(), Map.of());

    private final List<Parameter> parameters;
    private final Map<String, String> values;
    private @Nullable Object @Nullable [] arguments;

    /** A parameter annotated with PathParam: a String, a primitive type or a box. */
    record Parameter(String name, Class<?> type) {}

    PathArguments(List<Parameter> parameters, Map<String, String> values) {
        this.parameters = parameters;
        this.values = values;
        this.arguments = parameters.isEmpty() ? new @Nullable Object[0] : null;
    }

    /**
     * The arguments in the order of the parameters. Not to be changed.
     *
     * @throws DecodeException at each call when one cannot be decoded; carries the segment
     */
    @Nullable
    Object[] get() throws DecodeException {
        @Nullable Object[] known = arguments;
        if (known == null) {
            known = new @Nullable Object[parameters.size()];
            for (int i = 0; i < known.length; i++) {
                known[i] = argument(parameters.get(i));
            }
            arguments = known;
        }
        return known;
    }

    private @Nullable Object argument(Parameter parameter) throws DecodeException {
        String value = values.get(parameter.name());
        // §4.3: a name that is no variable of the path
        if (value == null) {
            return parameter.type() == Boolean.class ? Boolean.valueOf(value) : null;
        }
        return parameter.type() == String.class ? value : Primitives.parse(value, parameter.type());
    }
}
