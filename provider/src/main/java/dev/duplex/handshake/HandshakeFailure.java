package dev.duplex.handshake;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The opening handshake failed: there is no WebSocket connection.
 *
 * <p>The message is one sentence that names the rule and the value. On a server the status and the headers are those to
 * answer with, and {@link #response} is that answer. On a client they are what the server answered: 101 when it agreed
 * but broke a rule, 0 when what came is no HTTP response at all.
 */
public final class HandshakeFailure extends IOException {
    /** IMF-fixdate of RFC 9110 §5.6.7; the RFC 1123 formatter of the JDK writes days of one digit. */
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final String sentence;
    private final int status;
    private final Headers headers;
    private final boolean bodiless;

    /** A failure with no headers of its own. */
    public HandshakeFailure(int status, String sentence) {
        this(status, sentence, Headers.NONE);
    }

    /** A failure; see the type for what status and headers mean in each role. */
    public HandshakeFailure(int status, String sentence, Headers headers) {
        this(status, sentence, headers, false);
    }

    HandshakeFailure(int status, String sentence, Headers headers, boolean bodiless) {
        super(sentence);
        this.sentence = sentence;
        this.status = status;
        this.headers = headers;
        this.bodiless = bodiless;
    }

    /** The sentence that names the rule and the value. */
    @Override
    public String getMessage() {
        return sentence;
    }

    /** The HTTP status; 0 on a client whose peer did not speak HTTP. */
    public int status() {
        return status;
    }

    /** The headers that explain the status, such as {@code Allow} or {@code Location}. */
    public Headers headers() {
        return headers;
    }

    /**
     * The whole answer of a server, to be sent as ISO-8859-1 before the connection is closed: status line, the headers
     * of the failure, {@code Connection: close}, and the sentence as a body of one line of plain text.
     */
    public String response(Instant date) {
        String body = ascii(sentence) + "\n";
        Headers.Builder all = Headers.builder();
        // RFC 9110 §7.8: who sends Upgrade names it in Connection too
        all.add("Connection", headers.contains("Upgrade") ? "close, Upgrade" : "close");
        all.add("Date", DATE.format(date));
        all.add("Content-Type", "text/plain; charset=utf-8");
        all.add("Content-Length", Integer.toString(body.length()));
        for (int i = 0; i < headers.size(); i++) {
            if (!isOurs(headers.name(i))) {
                all.add(headers.name(i), headers.value(i));
            }
        }
        String head = new ResponseHead("HTTP/1.1", status, reason(status), all.build()).text();
        return bodiless ? head : head + body;
    }

    /** Leaves the stack trace empty: whoever scans for servers must not make this one walk its stacks. */
    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // there is nothing to guard
    public Throwable fillInStackTrace() {
        return this;
    }

    private static boolean isOurs(String name) {
        return Grammar.sameIgnoringCase(name, "Connection")
                || Grammar.sameIgnoringCase(name, "Date")
                || Grammar.sameIgnoringCase(name, "Content-Type")
                || Grammar.sameIgnoringCase(name, "Content-Length")
                || Grammar.sameIgnoringCase(name, "Transfer-Encoding");
    }

    private static String ascii(String sentence) {
        StringBuilder line = new StringBuilder(sentence.length());
        for (int i = 0; i < sentence.length(); i++) {
            char c = sentence.charAt(i);
            line.append(c >= ' ' && c <= '~' ? c : '?');
        }
        return line.toString();
    }

    /** The reason phrase of a status, empty for one that no handshake of ours ends with. */
    private static String reason(int status) {
        return switch (status) {
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
}
