package dev.duplex.handshake;

import java.io.IOException;
import java.time.Instant;

/**
 * The opening handshake failed: there is no WebSocket connection.
 *
 * <p>The message is one sentence that names the rule and the value. On a server the status and the headers are those to
 * answer with, and {@link #response} is that answer. On a client they are what the server answered: 101 when it agreed
 * but broke a rule, 0 when what came is no HTTP response at all.
 */
public final class HandshakeFailure extends IOException {
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

    /** The same failure of a HEAD request, which no body may answer (RFC 9110 §9.3.2). */
    public HandshakeFailure withoutBody() {
        return new HandshakeFailure(status, sentence, headers, true);
    }

    /**
     * The whole answer of a server, to be sent as ISO-8859-1 before the connection is closed: status line, the headers
     * of the failure, {@code Connection: close}, and the sentence as a body of one line of plain text.
     */
    public String response(Instant date) {
        String body = body();
        Headers.Builder all = Headers.builder();
        all.add("Content-Type", "text/plain; charset=utf-8");
        all.add("Content-Length", Integer.toString(body.length()));
        for (int i = 0; i < headers.size(); i++) {
            if (!isOurs(headers.name(i))) {
                all.add(headers.name(i), headers.value(i));
            }
        }
        String head = ResponseHead.last(status, date, all.build()).text();
        return bodiless ? head : head + body;
    }

    /** What the answer says below its headers: the sentence as a line of plain text, all of it ASCII. */
    public String body() {
        return ascii(sentence) + "\n";
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
}
