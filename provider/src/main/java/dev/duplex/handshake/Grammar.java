package dev.duplex.handshake;

import java.net.URI;
import java.net.URISyntaxException;

/** The character classes and small rules of RFC 9110, RFC 9112 and RFC 3986 that heads are made of. */
final class Grammar {
    private static final int TOKEN = 1;
    private static final int FIELD = 2;
    private static final int PATH = 4;
    private static final int QUERY = 8;
    private static final int URI_PATH = 16;
    private static final int URI_QUERY = 32;
    private static final int REG_NAME = 64;

    private static final byte[] KINDS = new byte[256];

    /** Values named in a sentence are cut here: a sentence stays a line, whatever a peer sends. */
    private static final int SHOWN_CHARS = 64;

    static {
        String alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        String unreserved = alphanumeric + "-._~";
        String subDelims = "!$&'()*+,;=";
        String uriPath = unreserved + subDelims + "%:@/";
        // RFC 9110 §5.6.2
        mark(TOKEN, alphanumeric + "!#$%&'*+-.^_`|~");
        // RFC 9110 §5.5: VCHAR, obs-text, space and tab; no other control character
        for (int c = 0; c < KINDS.length; c++) {
            if (c == '\t' || (c >= ' ' && c != 0x7F)) {
                KINDS[c] |= FIELD;
            }
        }
        mark(REG_NAME, unreserved + subDelims + "%");
        mark(URI_PATH, uriPath);
        mark(URI_QUERY, uriPath + "?");
        // RFC 3986 does not allow what is added here, but browsers send it: the URL Standard leaves it unescaped.
        mark(PATH, uriPath + "|[]^");
        mark(QUERY, uriPath + "?|[]^\\`{}");
    }

    private Grammar() {}

    private static void mark(int kind, String characters) {
        for (int i = 0; i < characters.length(); i++) {
            KINDS[characters.charAt(i)] |= (byte) kind;
        }
    }

    private static boolean is(int kind, char c) {
        return c < KINDS.length && (KINDS[c] & kind) != 0;
    }

    static boolean isTokenChar(char c) {
        return is(TOKEN, c);
    }

    static boolean isFieldChar(char c) {
        return is(FIELD, c);
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    static boolean isToken(String text) {
        return isToken(text, 0, text.length());
    }

    static boolean isToken(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!is(TOKEN, text.charAt(i))) {
                return false;
            }
        }
        return to > from;
    }

    /** Whether the two are the same but for the case of ASCII letters; U+212A is not a k here. */
    static boolean sameIgnoringCase(String text, int from, int to, String other) {
        int length = other.length();
        if (to - from != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char a = text.charAt(from + i);
            char b = other.charAt(i);
            if (a != b && lower(a) != lower(b)) {
                return false;
            }
        }
        return true;
    }

    static boolean sameIgnoringCase(String text, String other) {
        return sameIgnoringCase(text, 0, text.length(), other);
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c;
    }

    /** The first index from which no space or tab stands, at most {@code to}. */
    static int skipBlanks(String text, int from, int to) {
        int at = from;
        while (at < to && isBlank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** The last index before which no space or tab stands, at least {@code from}. */
    static int trimBlanks(String text, int from, int to) {
        int at = to;
        while (at > from && isBlank(text.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /** The index of the first character that a path and query may not have, -1 when all may stand. */
    static int badTargetChar(String text, int from, int to) {
        int kind = PATH;
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (c == '?' && kind == PATH) {
                kind = QUERY;
            } else if (!is(kind, c) || (c == '%' && kind == PATH && !isEscape(text, i, to))) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isEscape(String text, int at, int to) {
        return at + 2 < to
                && Character.digit(text.charAt(at + 1), 16) >= 0
                && Character.digit(text.charAt(at + 2), 16) >= 0;
    }

    /** The path and query with everything escaped that RFC 3986 wants escaped; escapes in it stay as they are. */
    static String escapeTarget(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 8);
        int kind = URI_PATH;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '?' && kind == URI_PATH) {
                kind = URI_QUERY;
            } else if (!is(kind, c) || (c == '%' && !isEscape(text, i, text.length()))) {
                escaped.append('%')
                        .append(Character.forDigit((c >> 4) & 0xF, 16))
                        .append(Character.forDigit(c & 0xF, 16));
                continue;
            }
            escaped.append(c);
        }
        return escaped.toString();
    }

    /** Whether this is {@code uri-host [ ":" port ]} of RFC 9110 §7.2, with a host that is not empty. */
    static boolean isAuthority(String text) {
        int hostEnd = hostEnd(text);
        return hostEnd > 0 && isHost(text.substring(0, hostEnd)) && port(text, hostEnd) >= -1;
    }

    /** Where the host of an authority ends: at its end or at the colon before the port. */
    static int hostEnd(String authority) {
        int bracket = authority.startsWith("[") ? authority.indexOf(']') : -1;
        int colon = authority.indexOf(':', bracket + 1);
        return colon < 0 ? authority.length() : colon;
    }

    /** The port behind the host of an authority, -1 when there is none, -2 when it is not a port. */
    static int port(String authority, int hostEnd) {
        int port = 0;
        for (int i = hostEnd + 1; i < authority.length(); i++) {
            char c = authority.charAt(i);
            if (!isDigit(c)) {
                return -2;
            }
            port = port * 10 + c - '0';
            if (port > 0xFFFF) {
                return -2;
            }
        }
        return authority.length() > hostEnd + 1 ? port : -1;
    }

    private static boolean isHost(String host) {
        if (host.startsWith("[")) {
            try {
                return host.indexOf(']') == host.length() - 1 && new URI("ws://" + host).getHost() != null;
            } catch (URISyntaxException notAnAddress) {
                return false;
            }
        }
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (!is(REG_NAME, c) || (c == '%' && !isEscape(host, i, host.length()))) {
                return false;
            }
        }
        return true;
    }

    /** The value as a sentence may show it: quoted, cut, and of printable ASCII only. */
    static String shown(String value) {
        int length = Math.min(value.length(), SHOWN_CHARS);
        StringBuilder shown = new StringBuilder(length + 5).append('"');
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            shown.append(c >= ' ' && c <= '~' ? c : '?');
        }
        return shown.append(value.length() > length ? "...\"" : "\"").toString();
    }
}
