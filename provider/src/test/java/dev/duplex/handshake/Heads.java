package dev.duplex.handshake;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Heads for the tests of this room. */
final class Heads {
    /** The nonce of RFC 6455 §1.3, and what answers it. */
    static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

    static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    static final byte[] NONCE = "the sample nonce".getBytes(StandardCharsets.US_ASCII);

    /** The names of the recorded requests, of the clients and versions that sent them. */
    static final List<String> REQUESTS = List.of(
            "chromium-156.txt",
            "curl-7.88.txt",
            "jdk-25.txt",
            "node-ws-8.txt",
            "python-websockets-10.4.txt",
            "undici-7.txt");

    private Heads() {}

    /** A valid opening handshake with these lines more. */
    static String request(String... lines) {
        return head("GET /chat HTTP/1.1", handshakeHeaders(), lines);
    }

    /** A valid opening handshake without this header and with these lines more. */
    static String requestWithout(String name, String... lines) {
        List<Map.Entry<String, String>> headers = handshakeHeaders().stream()
                .filter(header -> !header.getKey().equals(name))
                .toList();
        return head("GET /chat HTTP/1.1", headers, lines);
    }

    /** A valid opening handshake with another request line. */
    static String requestLine(String line) {
        return head(line, handshakeHeaders());
    }

    /** The answer of RFC 6455 §1.3 to {@link #NONCE}, with these lines more. */
    static String response(String... lines) {
        return head("HTTP/1.1 101 Switching Protocols", answerHeaders(), lines);
    }

    /** The same answer without this header and with these lines more. */
    static String responseWithout(String name, String... lines) {
        List<Map.Entry<String, String>> headers = answerHeaders().stream()
                .filter(header -> !header.getKey().equals(name))
                .toList();
        return head("HTTP/1.1 101 Switching Protocols", headers, lines);
    }

    /** A recorded head; it is stored with bare line feeds. */
    static String recorded(String name) {
        try (InputStream in = Heads.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("no resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).replace("\n", "\r\n");
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static List<Map.Entry<String, String>> handshakeHeaders() {
        return List.of(
                Map.entry("Host", "server.example.com"),
                Map.entry("Upgrade", "websocket"),
                Map.entry("Connection", "Upgrade"),
                Map.entry("Sec-WebSocket-Key", KEY),
                Map.entry("Sec-WebSocket-Version", "13"));
    }

    private static List<Map.Entry<String, String>> answerHeaders() {
        return List.of(
                Map.entry("Upgrade", "websocket"),
                Map.entry("Connection", "Upgrade"),
                Map.entry("Sec-WebSocket-Accept", ACCEPT));
    }

    private static String head(String startLine, List<Map.Entry<String, String>> headers, String... lines) {
        StringBuilder head = new StringBuilder(startLine).append("\r\n");
        headers.forEach(header -> head.append(header.getKey())
                .append(": ")
                .append(header.getValue())
                .append("\r\n"));
        for (String line : lines) {
            head.append(line).append("\r\n");
        }
        return head.append("\r\n").toString();
    }
}
