package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What each request is answered, over a real socket. */
@Timeout(120)
final class HttpAnswersTest {
    private static final String HOST = "Host: 127.0.0.1\r\n";
    private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    private static final String ASKS = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
    private static final String VERSION = "Sec-WebSocket-Version: 13\r\n";

    /**
     * A request and its answer.
     *
     * @param status and the reason
     * @param headers lines that the answer has besides those of every answer
     */
    record Case(String name, String request, String status, String... headers) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String NOT_FOUND = "404 Not Found";
    private static final String BAD = "400 Bad Request";
    private static final String METHOD = "405 Method Not Allowed";
    private static final String UPGRADE = "426 Upgrade Required";
    private static final String[] TO_WEBSOCKET = {
        "Connection: close, Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"
    };

    static final List<Case> ANSWERS = List.of(
            of("no such path", RawClient.upgrade("/none"), NOT_FOUND),
            of("plain GET of no such path", "GET /none HTTP/1.1\r\n" + HOST, NOT_FOUND),
            of("the root, where nothing is", "GET / HTTP/1.1\r\n" + HOST, NOT_FOUND),
            of("a path below an endpoint", RawClient.upgrade("/echo/more"), NOT_FOUND),
            of("a path in other letters", RawClient.upgrade("/Echo"), NOT_FOUND),
            of("plain GET", "GET /echo HTTP/1.1\r\n" + HOST, UPGRADE, TO_WEBSOCKET),
            of("GET that closes", "GET /echo HTTP/1.1\r\nConnection: close\r\n" + HOST, UPGRADE, TO_WEBSOCKET),
            of(
                    "an upgrade to HTTP/2",
                    "GET /echo HTTP/1.1\r\n"
                            + "Connection: Upgrade, HTTP2-Settings\r\n"
                            + "Upgrade: h2c\r\n"
                            + "HTTP2-Settings: AA\r\n"
                            + HOST,
                    UPGRADE,
                    TO_WEBSOCKET),
            of(
                    "another version of WebSocket",
                    "GET /echo HTTP/1.1\r\n" + HOST + ASKS + KEY + "Sec-WebSocket-Version: 8\r\n",
                    UPGRADE,
                    TO_WEBSOCKET),
            of("no version of WebSocket", "GET /echo HTTP/1.1\r\n" + HOST + ASKS + KEY, UPGRADE, TO_WEBSOCKET),
            of("no key", "GET /echo HTTP/1.1\r\n" + HOST + ASKS + VERSION, BAD),
            of(
                    "a key that is none",
                    "GET /echo HTTP/1.1\r\n" + HOST + ASKS + VERSION + "Sec-WebSocket-Key: short\r\n",
                    BAD),
            of(
                    "no Upgrade in Connection",
                    "GET /echo HTTP/1.1\r\n" + HOST + KEY + VERSION + "Upgrade: websocket\r\nConnection: close\r\n",
                    BAD),
            of("a handshake with a length", RawClient.upgrade("/echo", "Content-Length: 5") + "hello", BAD),
            of("a chunked handshake", RawClient.upgrade("/echo", "Transfer-Encoding: chunked") + "0\r\n\r\n", BAD),
            of(
                    "POST with a body",
                    "POST /echo HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello",
                    METHOD,
                    "Allow: GET"),
            of(
                    "PUT in chunks",
                    "PUT /echo HTTP/1.1\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                    METHOD,
                    "Allow: GET"),
            of(
                    "POST that waits to be told to go on",
                    "POST /echo HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n",
                    METHOD,
                    "Allow: GET"),
            of("POST of no such path", "POST /none HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello", NOT_FOUND),
            of("a method of nobody's", "FETCH /echo HTTP/1.1\r\n" + HOST, METHOD, "Allow: GET"),
            of("OPTIONS of an endpoint", "OPTIONS /echo HTTP/1.1\r\n" + HOST, METHOD, "Allow: GET"),
            of("CONNECT", "CONNECT 127.0.0.1:443 HTTP/1.1\r\n" + HOST, METHOD, "Allow: GET"),
            of("HTTP/1.0", "GET /none HTTP/1.0\r\n", NOT_FOUND),
            of("HTTP/1.0 that asks for an upgrade", "GET /echo HTTP/1.0\r\n" + HOST + ASKS + KEY + VERSION, BAD),
            of("HTTP/0.9", "GET /echo\r\n", BAD),
            of("HTTP/2 without upgrade", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 HTTP Version Not Supported"),
            of("a URI of no such path", "GET http://127.0.0.1/none HTTP/1.1\r\n" + HOST, NOT_FOUND),
            of("a URI without a path", "GET http://127.0.0.1 HTTP/1.1\r\n" + HOST, NOT_FOUND),
            of("no Host", "GET /echo HTTP/1.1\r\n" + ASKS + KEY + VERSION, BAD),
            of("two Hosts", "GET /echo HTTP/1.1\r\n" + HOST + HOST, BAD),
            of("a Host that is none", "GET /echo HTTP/1.1\r\nHost: a b\r\n", BAD),
            of("a target without a slash", "GET echo HTTP/1.1\r\n" + HOST, BAD),
            of("two spaces", "GET  /echo HTTP/1.1\r\n" + HOST, BAD),
            of("a space before the colon", "GET /echo HTTP/1.1\r\nHost : a\r\n", BAD),
            of("a folded line", "GET /echo HTTP/1.1\r\n" + HOST + "A: b\r\n c\r\n", BAD),
            of("a control character", "GET /echo HTTP/1.1\r\n" + HOST + "A: \0\r\n", BAD),
            of("nonsense", "nonsense\r\n", BAD),
            of("what TLS begins with", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003", BAD),
            of("pipelined requests", "GET /none HTTP/1.1\r\n" + HOST + "\r\nGET /echo HTTP/1.1\r\n" + HOST, NOT_FOUND),
            of("pipelined garbage", "GET /none HTTP/1.1\r\n" + HOST + "\r\n" + "\0\u00ff".repeat(50_000), NOT_FOUND),
            of(
                    "a head that is too large",
                    "GET /echo HTTP/1.1\r\n" + HOST + "A: " + "b".repeat(17_000),
                    "431 Request Header Fields Too Large"),
            of(
                    "too many headers",
                    "GET /echo HTTP/1.1\r\n" + HOST + "A: b\r\n".repeat(100),
                    "431 Request Header Fields Too Large"));

    static final List<Case> BODILESS = List.of(
            of("HEAD of an endpoint", "HEAD /echo HTTP/1.1\r\n" + HOST, METHOD, "Allow: GET"),
            of("HEAD of no such path", "HEAD /none HTTP/1.1\r\n" + HOST, NOT_FOUND),
            of("HEAD behind empty lines", "\r\n\r\nHEAD /none HTTP/1.1\r\n" + HOST, NOT_FOUND),
            of("HEAD without Host", "HEAD /echo HTTP/1.1\r\n", BAD),
            of("OPTIONS *", "OPTIONS * HTTP/1.1\r\n" + HOST, "200 OK", "Allow: GET", "Content-Length: 0"));

    static final List<String> UPGRADES = List.of(
            RawClient.upgrade("/echo"),
            "\r\n\r\n" + RawClient.upgrade("/echo"),
            RawClient.upgrade("/echo?room=1&a=%20"),
            RawClient.upgrade("http://other.example:81/echo"),
            RawClient.upgrade("ws://127.0.0.1/echo?a"),
            RawClient.upgrade("/echo").replace("\r\n", "\n"),
            RawClient.upgrade("/echo").replace("HTTP/1.1", "HTTP/1.2"),
            RawClient.upgrade("/echo")
                    .replace("websocket", "h2c, WebSocket")
                    .replace(": Upgrade", ": keep-alive, upgrade"));

    private static DuplexServer server;

    private static Case of(String name, String request, String status, String... headers) {
        return new Case(name, request + "\r\n", status, headers);
    }

    @BeforeAll
    static void start() throws Exception {
        server = Echo.builder().start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @FieldSource("ANSWERS")
    void saysInOneLineWhyNot(Case asked) throws Exception {
        try (RawClient client = RawClient.to(server)) {
            client.send(asked.request());
            assertRefused(client.answer(), asked);
        }
    }

    @ParameterizedTest
    @FieldSource("ANSWERS")
    void saysTheSameByteByByte(Case asked) throws Exception {
        try (RawClient client = RawClient.to(server)) {
            client.sendBytewise(
                    asked.request().substring(0, Math.min(asked.request().length(), 17_000)));
            assertRefused(client.answer(), asked);
        }
    }

    @ParameterizedTest
    @FieldSource("BODILESS")
    void answersWithoutABody(Case asked) throws Exception {
        try (RawClient client = RawClient.to(server)) {
            client.send(asked.request());
            String answer = client.answer();
            assertThat(answer).endsWith("\r\n\r\n");
            assertHead(answer, asked);
        }
    }

    @ParameterizedTest
    @FieldSource("UPGRADES")
    void upgrades(String request) throws Exception {
        try (RawClient client = RawClient.to(server)) {
            client.send(request);
            assertThat(client.head())
                    .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                    .contains("\r\nUpgrade: websocket\r\n", "\r\nConnection: Upgrade\r\n")
                    .contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
            client.echoes("hello");
        }
    }

    @Test
    void frameRightBehindTheHeadIsRead() throws Exception {
        try (RawClient client = RawClient.to(server)) {
            client.send(RawClient.upgrade("/echo") + "\u0081\u0082\0\0\0\0hi");
            assertThat(client.head()).startsWith("HTTP/1.1 101 ");
            client.expectText("hi");
        }
    }

    @Test
    void garbageBehindTheHeadIsJudgedAsFrames() throws Exception {
        try (RawClient client = RawClient.to(server)) {
            client.send(RawClient.upgrade("/echo") + "GET /none HTTP/1.1\r\n\r\n");
            assertThat(client.head()).startsWith("HTTP/1.1 101 ");
            client.answersClose(1002);
        }
    }

    private static void assertRefused(String answer, Case asked) {
        assertHead(answer, asked);
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        assertThat(body).matches("[ -~]+\n");
        assertThat(answer)
                .contains("\r\nContent-Type: text/plain; charset=utf-8\r\n")
                .contains("\r\nContent-Length: " + body.length() + "\r\n");
    }

    private static void assertHead(String answer, Case asked) {
        assertThat(answer)
                .startsWith("HTTP/1.1 " + asked.status() + "\r\n")
                .containsPattern("\r\nDate: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT\r\n");
        assertThat(answer.toLowerCase(Locale.ROOT)).containsOnlyOnce("\r\nconnection: close");
        for (String header : asked.headers()) {
            assertThat(answer).contains("\r\n" + header + "\r\n");
        }
    }
}
