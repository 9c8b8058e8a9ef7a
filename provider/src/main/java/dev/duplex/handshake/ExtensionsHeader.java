package dev.duplex.handshake;

import dev.duplex.deflate.Extension;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The grammar of {@code Sec-WebSocket-Extensions}, RFC 6455 §9.1. */
final class ExtensionsHeader {
    private final String text;
    private int at;

    private ExtensionsHeader(String text) {
        this.text = text;
    }

    /**
     * The extensions of all values, in order; quotes around a parameter's value are taken off.
     *
     * @throws IllegalArgumentException if a value does not conform to the grammar, with a sentence that says where
     */
    static List<Extension> parse(List<String> values) {
        if (values.isEmpty()) {
            return List.of();
        }
        List<Extension> extensions = new ArrayList<>();
        for (String value : values) {
            new ExtensionsHeader(value).readList(extensions);
        }
        if (extensions.isEmpty()) {
            throw new IllegalArgumentException("Sec-WebSocket-Extensions must name an extension, and is empty");
        }
        return List.copyOf(extensions);
    }

    /**
     * The extensions as the value of one header.
     *
     * @throws IllegalArgumentException if the value of a parameter is not a token, which quotes do not mend (RFC 6455
     *     §9.1)
     */
    static String format(List<Extension> extensions) {
        StringBuilder header = new StringBuilder(64);
        for (Extension extension : extensions) {
            for (Extension.Parameter parameter : extension.parameters()) {
                String value = parameter.value();
                if (value != null && !Grammar.isToken(value)) {
                    throw new IllegalArgumentException("the value of extension parameter " + parameter.name()
                            + " must be a token, not " + Grammar.shown(value));
                }
            }
            header.append(header.isEmpty() ? "" : ", ").append(extension.headerText());
        }
        return header.toString();
    }

    /**
     * RFC 6455 §9.1: an answer only has what was offered, and RFC 7692 §5 has no extension in it twice.
     *
     * @throws IllegalArgumentException if it is otherwise
     */
    static void checkAgreed(List<Extension> agreed, List<Extension> offers) {
        if (agreed.isEmpty()) {
            return;
        }
        Set<String> offered = new HashSet<>();
        offers.forEach(offer -> offered.add(offer.name()));
        Set<String> seen = new HashSet<>();
        for (Extension extension : agreed) {
            if (!offered.contains(extension.name())) {
                throw new IllegalArgumentException(
                        "an extension must be one that was offered, not " + Grammar.shown(extension.name()));
            }
            if (!seen.add(extension.name())) {
                throw new IllegalArgumentException(
                        "an extension must be agreed on once, as is not " + Grammar.shown(extension.name()));
            }
        }
    }

    private void readList(List<Extension> extensions) {
        while (true) {
            skipBlanks();
            // RFC 9110 §5.6.1.2: elements of a list may be empty
            if (at < text.length() && text.charAt(at) != ',') {
                extensions.add(readExtension());
            }
            if (at == text.length()) {
                return;
            }
            if (text.charAt(at) != ',') {
                throw malformed("a comma or a semicolon");
            }
            at++;
        }
    }

    private Extension readExtension() {
        String name = readToken();
        if (!take(';')) {
            return new Extension(name, List.of());
        }
        List<Extension.Parameter> parameters = new ArrayList<>();
        do {
            skipBlanks();
            String parameter = readToken();
            parameters.add(new Extension.Parameter(parameter, take('=') ? readValue() : null));
        } while (take(';'));
        return new Extension(name, List.copyOf(parameters));
    }

    private String readValue() {
        skipBlanks();
        if (at == text.length() || text.charAt(at) != '"') {
            return readToken();
        }
        int start = at++;
        StringBuilder value = new StringBuilder();
        while (at < text.length() && text.charAt(at) != '"') {
            if (text.charAt(at) == '\\') {
                at++;
            }
            if (at < text.length()) {
                value.append(text.charAt(at++));
            }
        }
        if (at == text.length()) {
            throw malformed("a closing quote");
        }
        at++;
        // RFC 6455 §9.1: after unquoting, the value must conform to the token grammar
        if (!Grammar.isToken(value.toString())) {
            throw new IllegalArgumentException("Sec-WebSocket-Extensions must have a token between quotes, not "
                    + Grammar.shown(text.substring(start + 1, at - 1)));
        }
        return value.toString();
    }

    private String readToken() {
        int start = at;
        while (at < text.length() && Grammar.isTokenChar(text.charAt(at))) {
            at++;
        }
        if (at == start) {
            throw malformed("a token");
        }
        return text.substring(start, at);
    }

    /** Steps over blanks and then over the character, if it stands there. */
    private boolean take(char c) {
        skipBlanks();
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private void skipBlanks() {
        at = Grammar.skipBlanks(text, at, text.length());
    }

    private IllegalArgumentException malformed(String expected) {
        return new IllegalArgumentException(
                "Sec-WebSocket-Extensions must have %s at index %d of %s".formatted(expected, at, Grammar.shown(text)));
    }
}
