package dev.duplex.handshake;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The head of an HTTP/1.x response.
 *
 * <p>Two heads are the same only if they share their headers.
 *
 * @param version {@code HTTP/1.1} or another
 * @param status the status code, of three digits
 * @param reason the reason phrase, which may be empty
 * @param headers the header fields
 */
public record ResponseHead(String version, int status, String reason, Headers headers) {
    /** IMF-fixdate of RFC 9110 §5.6.7; the RFC 1123 formatter of the JDK writes days of one digit. */
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /**
     * What a server answers before it closes the connection: {@code Connection: close} and the date come before the other headers.
     *
     * @param others without Connection and Date
     */
    public static ResponseHead last(int status, Instant date, Headers others) {
        Headers all = Headers.builder()
                // RFC 9110 §7.8: who sends Upgrade names it in Connection too
                .add("Connection", others.contains("Upgrade") ? "close, Upgrade" : "close")
                .add("Date", DATE.format(date))
                .addAll(others)
                .build();
        return new ResponseHead("HTTP/1.1", status, reason(status), all);
    }

    /** The same head with further headers behind its own. */
    public ResponseHead with(Headers further) {
        return further.size() == 0
                ? this
                : new ResponseHead(
                        version,
                        status,
                        reason,
                        Headers.builder().addAll(headers).addAll(further).build());
    }

    /** Parses a head under the default limits; see {@link #parse(String, HeadLimits)}. */
    public static ResponseHead parse(String text) throws HandshakeFailure {
        return parse(text, HeadLimits.DEFAULT);
    }

    /**
     * Parses a head as RFC 9112 wants a client to.
     *
     * @param text the bytes of the head as ISO-8859-1, from its status line to its empty line
     * @throws HandshakeFailure with status 0 for what is malformed or over a limit
     */
    public static ResponseHead parse(String text, HeadLimits limits) throws HandshakeFailure {
        String unfolded = unfold(text);
        HeadParser parser = HeadParser.ofResponse(unfolded, limits);
        int lineFeed = parser.lineFeed(0);
        int end = parser.lineEnd(0, lineFeed);
        // RFC 9112 §4; the space behind the code is left out by some when no reason follows
        if (end < 12
                || !parser.isVersion(0, 8)
                || unfolded.charAt(8) != ' '
                || !isStatus(unfolded)
                || (end > 12 && unfolded.charAt(12) != ' ')) {
            throw parser.malformed("the status line must be a version, a status code and a reason, not "
                    + Grammar.shown(unfolded.substring(0, end)));
        }
        int reasonStart = Math.min(13, end);
        for (int i = reasonStart; i < end; i++) {
            if (!Grammar.isFieldChar(unfolded.charAt(i))) {
                throw parser.malformed(
                        "the reason must have no control character, as 0x%02X is".formatted((int) unfolded.charAt(i)));
            }
        }
        int status = Integer.parseInt(unfolded, 9, 12, 10);
        return new ResponseHead(
                unfolded.substring(0, 8), status, unfolded.substring(reasonStart, end), parser.fields(lineFeed + 1));
    }

    /** Whether this only announces the response: 1xx other than 101, to be skipped (RFC 9110 §15.2). */
    public boolean isInterim() {
        return status >= 100 && status < 200 && status != 101;
    }

    /**
     * The head as it goes over the wire, to be encoded as ISO-8859-1.
     *
     * @throws IllegalArgumentException if a header has a character outside ISO-8859-1
     */
    public String text() {
        StringBuilder text = new StringBuilder(256);
        text.append(version)
                .append(' ')
                .append(status)
                .append(' ')
                .append(reason)
                .append("\r\n");
        headers.appendTo(text);
        return text.append("\r\n").toString();
    }

    /** The reason phrase of a status, empty for one that no answer of ours has. */
    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 308 -> "Permanent Redirect";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 426 -> "Upgrade Required";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 503 -> "Service Unavailable";
            case 505 -> "HTTP Version Not Supported";
            default -> "";
        };
    }

    private static boolean isStatus(String text) {
        return text.charAt(9) != '0'
                && Grammar.isDigit(text.charAt(9))
                && Grammar.isDigit(text.charAt(10))
                && Grammar.isDigit(text.charAt(11));
    }

    /** RFC 9112 §5.2: a client reads the line break of a folded header line as blanks. */
    private static String unfold(String text) {
        StringBuilder unfolded = null;
        // The line after the status line cannot continue a header: the fold there stays and is refused.
        int lineFeed = text.indexOf('\n', text.indexOf('\n') + 1);
        for (; lineFeed >= 0 && lineFeed + 1 < text.length(); lineFeed = text.indexOf('\n', lineFeed + 1)) {
            if (Grammar.isBlank(text.charAt(lineFeed + 1))) {
                unfolded = unfolded == null ? new StringBuilder(text) : unfolded;
                unfolded.setCharAt(lineFeed, ' ');
                if (text.charAt(lineFeed - 1) == '\r') {
                    unfolded.setCharAt(lineFeed - 1, ' ');
                }
            }
        }
        return unfolded == null ? text : unfolded.toString();
    }
}
