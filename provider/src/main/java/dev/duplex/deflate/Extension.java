package dev.duplex.deflate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One element of Sec-WebSocket-Extensions: a name, and parameters in the order they were written. RFC 6455 §9.1.
 *
 * <p>Names are tokens and values hold no control characters, so {@link #headerText()} never breaks out of its header.
 */
public record Extension(String name, List<Parameter> parameters) {
    /** Copies the parameters; a name that is no token is an IllegalArgumentException. */
    public Extension {
        requireToken("An extension's name", name);
        parameters = List.copyOf(parameters);
    }

    /** One parameter; the value is {@code null} when the name stands alone, and never carries its quotes. */
    public record Parameter(String name, @Nullable String value) {
        /** Checks that the name is a token, and that the value can stand in a quoted string. */
        public Parameter {
            requireToken("A parameter's name", name);
            if (value != null && !value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c <= '~'))) {
                throw new IllegalArgumentException(
                        "The value of parameter " + name + " must be printable ASCII, but is " + visible(value));
            }
        }

        private void appendTo(StringBuilder text) {
            text.append(name);
            if (value == null) {
                return;
            }
            text.append('=');
            if (isToken(value)) {
                text.append(value);
                return;
            }
            text.append('"');
            for (int i = 0; i < value.length(); i++) {
                char c = value.charAt(i);
                if (c == '"' || c == '\\') {
                    text.append('\\');
                }
                text.append(c);
            }
            text.append('"');
        }
    }

    /** The element as a header carries it: {@code name; flag; key=value}, values quoted when they are no tokens. */
    public String headerText() {
        StringBuilder text = new StringBuilder(name);
        for (Parameter parameter : parameters) {
            parameter.appendTo(text.append("; "));
        }
        return text.toString();
    }

    private static void requireToken(String what, String text) {
        if (!isToken(text)) {
            throw new IllegalArgumentException(what + " must be a token (RFC 9110 §5.6.2), but is " + visible(text));
        }
    }

    private static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(Extension::isTokenCharacter);
    }

    private static boolean isTokenCharacter(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    /** Quoted, with control characters and whatever else is not ASCII spelt out: fit for a log. */
    private static String visible(String text) {
        StringBuilder shown = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c >= ' ' && c <= '~') {
                shown.append((char) c);
            } else {
                shown.append(String.format("\\u%04x", c));
            }
        });
        return shown.append('"').toString();
    }
}
