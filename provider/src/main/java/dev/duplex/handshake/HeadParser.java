package dev.duplex.handshake;

import java.util.Arrays;

/** The parts of RFC 9112 that requests and responses share: versions, field lines, the empty line at the end. */
final class HeadParser {
    private static final int SPAN = 4;

    private final String text;
    private final HeadLimits limits;
    private final boolean request;

    private HeadParser(String text, HeadLimits limits, boolean request) {
        this.text = text;
        this.limits = limits;
        this.request = request;
    }

    static HeadParser ofRequest(String text, HeadLimits limits) throws HandshakeFailure {
        HeadParser parser = new HeadParser(text, limits, true);
        if (text.length() > limits.maxBytes()) {
            throw new HandshakeFailure(431, "the head of the request is larger than " + limits.maxBytes() + " bytes");
        }
        return parser;
    }

    static HeadParser ofResponse(String text, HeadLimits limits) throws HandshakeFailure {
        HeadParser parser = new HeadParser(text, limits, false);
        if (text.length() > limits.maxBytes()) {
            throw parser.malformed("the head of the response is larger than " + limits.maxBytes() + " bytes");
        }
        return parser;
    }

    /** A rule of the grammar is broken: 400 to a client, nothing that could be answered to a server. */
    HandshakeFailure malformed(String sentence) {
        return new HandshakeFailure(request ? 400 : 0, sentence);
    }

    /** Where the start line starts: empty lines may stand before a request (RFC 9112 §2.2). */
    int startOfLine() {
        int at = 0;
        while (request && at < text.length()) {
            if (text.charAt(at) == '\n') {
                at++;
            } else if (text.startsWith("\r\n", at)) {
                at += 2;
            } else {
                break;
            }
        }
        return at;
    }

    /** The index of the line feed that ends the line. */
    int lineFeed(int from) throws HandshakeFailure {
        int lineFeed = text.indexOf('\n', from);
        if (lineFeed < 0) {
            throw malformed("the head must end with an empty line, not with "
                    + Grammar.shown(text.substring(Math.max(from, text.length() - 16))));
        }
        return lineFeed;
    }

    /** Where the text of a line ends, given its line feed: a bare line feed ends a line too (RFC 9112 §2.2). */
    int lineEnd(int from, int lineFeed) {
        return lineFeed > from && text.charAt(lineFeed - 1) == '\r' ? lineFeed - 1 : lineFeed;
    }

    /** Whether {@code HTTP/1.1} or another version in the form of RFC 9112 §2.3 stands there. */
    boolean isVersion(int from, int to) {
        return to - from == 8
                && text.startsWith("HTTP/", from)
                && Grammar.isDigit(text.charAt(from + 5))
                && text.charAt(from + 6) == '.'
                && Grammar.isDigit(text.charAt(from + 7));
    }

    /** The fields from here to the empty line, which must be the end of the text. */
    Headers fields(int from) throws HandshakeFailure {
        if (text.charAt(text.length() - 1) != '\n') {
            throw malformed("the head must end with an empty line, not with "
                    + Grammar.shown(text.substring(Math.max(from, text.length() - 16))));
        }
        int[] spans = new int[16 * SPAN];
        int size = 0;
        int at = from;
        // The text ends with a line feed, which is neither a token nor a field character: no scan runs past it.
        while (at < text.length()) {
            char first = text.charAt(at);
            if (first == '\n' || (first == '\r' && text.charAt(at + 1) == '\n')) {
                int end = at + (first == '\n' ? 1 : 2);
                if (end != text.length()) {
                    throw malformed((text.length() - end) + " bytes stand behind the empty line that ends the head");
                }
                return size == 0 ? Headers.NONE : new Headers(text, Arrays.copyOf(spans, size * SPAN), size);
            }
            if (size == limits.maxHeaders()) {
                throw new HandshakeFailure(
                        request ? 431 : 0, "the head has more than " + limits.maxHeaders() + " headers");
            }
            if (size * SPAN == spans.length) {
                spans = Arrays.copyOf(spans, spans.length * 2);
            }
            at = field(at, spans, size * SPAN);
            size++;
        }
        throw malformed("the head must end with an empty line, which is missing");
    }

    /** Parses the field line at this index and returns where the next line starts. */
    private int field(int from, int[] spans, int span) throws HandshakeFailure {
        int colon = from;
        while (Grammar.isTokenChar(text.charAt(colon))) {
            colon++;
        }
        if (colon == from || text.charAt(colon) != ':') {
            throw badName(from, colon);
        }
        int valueStart = colon + 1;
        int at = valueStart;
        while (Grammar.isFieldChar(text.charAt(at))) {
            at++;
        }
        int lineFeed = text.charAt(at) == '\r' ? at + 1 : at;
        if (text.charAt(lineFeed) != '\n') {
            // RFC 9110 §5.5 and, for a bare carriage return, RFC 9112 §2.2
            throw malformed("header %s must have no control character, as 0x%02X is"
                    .formatted(text.substring(from, colon), (int) text.charAt(at)));
        }
        spans[span] = from;
        spans[span + 1] = colon;
        spans[span + 2] = Grammar.skipBlanks(text, valueStart, at);
        spans[span + 3] = Grammar.trimBlanks(text, spans[span + 2], at);
        return lineFeed + 1;
    }

    private HandshakeFailure badName(int from, int at) {
        if (Grammar.isBlank(text.charAt(from))) {
            return malformed("a header line must not start with a blank: folded lines are obsolete (RFC 9112 §5.2)");
        }
        if (at > from && Grammar.isBlank(text.charAt(at))) {
            return malformed("no blank may stand between the header name %s and its colon (RFC 9112 §5.1)"
                    .formatted(Grammar.shown(text.substring(from, at))));
        }
        int lineFeed = text.indexOf('\n', from);
        return malformed("a header line must start with a token and a colon, not as "
                + Grammar.shown(text.substring(from, lineEnd(from, lineFeed))));
    }
}
