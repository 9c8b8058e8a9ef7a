package dev.duplex.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestHeadTest {
    @Test
    void parsesTheExampleOfTheRfc() throws HandshakeFailure {
        RequestHead head = RequestHead.parse(Heads.request("Origin: http://example.com"));
        assertThat(head.method()).isEqualTo("GET");
        assertThat(head.target()).isEqualTo("/chat");
        assertThat(head.version()).isEqualTo("HTTP/1.1");
        assertThat(head.headers().asMap().keySet())
                .containsExactly(
                        "Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Origin");
        assertThat(head.headers().first("origin")).isEqualTo("http://example.com");
        assertThat(head.asksForWebSocket()).isTrue();
    }

    @ParameterizedTest
    @FieldSource("dev.duplex.handshake.Heads#REQUESTS")
    void writesARealHeadAsItCame(String name) throws HandshakeFailure {
        String text = Heads.recorded("requests/" + name);
        assertThat(RequestHead.parse(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @FieldSource("dev.duplex.handshake.Heads#REQUESTS")
    void toleratesBareLineFeeds(String name) throws HandshakeFailure {
        String text = Heads.recorded("requests/" + name);
        assertThat(RequestHead.parse(text.replace("\r\n", "\n")).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\n", "\r\n\r\n\n"})
    void skipsEmptyLinesBeforeTheRequestLine(String lines) throws HandshakeFailure {
        assertThat(RequestHead.parse(lines + Heads.request()).target()).isEqualTo("/chat");
    }

    @Test
    void dropsBlanksAroundValuesOnly() throws HandshakeFailure {
        Headers headers = RequestHead.parse(Heads.request("A:b", "C: \t d  e \t ", "F:", "G: \t", "H: :"))
                .headers();
        assertThat(headers.first("A")).isEqualTo("b");
        assertThat(headers.first("C")).isEqualTo("d  e");
        assertThat(headers.first("F")).isEmpty();
        assertThat(headers.first("G")).isEmpty();
        assertThat(headers.first("H")).isEqualTo(":");
    }

    @Test
    void keepsBytesAboveAsciiInValues() throws HandshakeFailure {
        assertThat(RequestHead.parse(Heads.request("X: caf\u00E9")).headers().first("X"))
                .isEqualTo("caf\u00E9");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET  /chat HTTP/1.1",
                "GET /chat  HTTP/1.1",
                "GET /chat HTTP/1.1 ",
                " GET /chat HTTP/1.1",
                "GET\t/chat HTTP/1.1",
                "GET /chat",
                "GET",
                "GET /chat http/1.1",
                "GET /chat HTTP/1.1x",
                "GET /chat HTTP/11",
                "GET /chat HTTP/1,1",
                "GET /chat HTTP/a.1",
                "GET /chat HTTP/1.x",
                "GET /chat HTTP/1.10",
                "GET /ch at HTTP/1.1",
            })
    void refusesARequestLineThatIsNotThreePartsWithOneSpaceBetween(String line) {
        HandshakeFailure failure = refused(Heads.requestLine(line));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure)
                .hasMessage("the request line must be a method, a target and a version with one space between, not \""
                        + line.replace('\t', '?') + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"G(T", "G\u0000T", "GET:", "\u00C9"})
    void refusesAMethodThatIsNoToken(String method) {
        HandshakeFailure failure = refused(Heads.requestLine(method + " /chat HTTP/1.1"));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessageStartingWith("the method must be a token, not \"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/2.0", "HTTP/3.0", "HTTP/0.9", "HTTP/9.9"})
    void refusesAVersionOfAnotherMajor(String version) {
        HandshakeFailure failure = refused(Heads.requestLine("GET /chat " + version));
        assertThat(failure.status()).isEqualTo(505);
        assertThat(failure).hasMessage("the version must be HTTP/1.1, not " + version);
    }

    @ParameterizedTest
    @CsvSource({
        "/,                       /,       ",
        "/chat,                   /chat,   ",
        "/chat?,                  /chat,   ''",
        "/a/%C3%A9;v=1?q=%20&r=?, /a/%C3%A9;v=1, q=%20&r=?",
        "/%0a%A0,                 /%0a%A0, ",
        "//a,                     //a,     ",
        "/?a://b,                 /,       a://b",
        "http://h:1/chat?q,       /chat,   q",
        "WS://h,                  /,       ",
        "wss://h?q,               /,       q",
        "https://[::1]:8/a,       /a,      ",
    })
    void takesPathAndQueryFromTheTarget(String target, String path, String query) throws HandshakeFailure {
        RequestHead head = RequestHead.parse(Heads.requestLine("GET " + target + " HTTP/1.1"));
        assertThat(head.target()).isEqualTo(target);
        assertThat(head.path()).isEqualTo(path);
        assertThat(head.query()).isEqualTo(query);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chat",
                "*",
                "server.example.com:80",
                "ftp://h/chat",
                "http:/chat",
                "http:///chat",
                "http://user@h/chat",
                "http://h:99999/chat",
                "http://h_\u00E9/chat",
                "://h/",
                "?q",
            })
    void refusesATargetThatIsNeitherAPathNorAUri(String target) {
        HandshakeFailure failure = refused(Heads.requestLine("GET " + target + " HTTP/1.1"));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure)
                .hasMessageStartingWith("the target must be a path from the root or the URI of a host, not \"");
    }

    @ParameterizedTest
    @CsvSource({"OPTIONS, *", "CONNECT, h:80", "CONNECT, [::1]:80"})
    void leavesTheTargetsOfOtherMethodsToTheHost(String method, String target) throws HandshakeFailure {
        RequestHead head = RequestHead.parse(Heads.requestLine(method + " " + target + " HTTP/1.1"));
        assertThat(head.target()).isEqualTo(target);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "/a#b,        0x23, 2",
                "/\u00E9,     0xE9, 1",
                "`/a\u0000`,  0x00, 2",
                "`/a\u007F`,  0x7F, 2",
                "/a\",        0x22, 2",
                "/<a>,        0x3C, 1",
                "/a\\b,       0x5C, 2",
                "/%zz,        0x25, 1",
                "/%4,         0x25, 1",
                "/%,          0x25, 1",
                "/?a#b,       0x23, 3",
                "/?a\"b,      0x22, 3",
                "http://h/#,  0x23, 9",
            })
    void refusesACharacterThatNoTargetHas(String target, String character, int index) {
        HandshakeFailure failure = refused(Heads.requestLine("GET " + target + " HTTP/1.1"));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure)
                .hasMessageStartingWith("the target must be a URI's path and query, which the %s at index %d of \""
                        .formatted(character, index));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "/chat?a=1,              wss://server.example.com/chat?a=1",
                "/a|b[c]^,               wss://server.example.com/a%7cb%5bc%5d%5e",
                "/?q={a}|`[`b]\\^,       wss://server.example.com/?q=%7ba%7d%7c%60%5b%60b%5d%5c%5e",
                "/?100%,                 wss://server.example.com/?100%25",
                "/?a%20b%2,              wss://server.example.com/?a%20b%252",
                "http://other:81/x?y,    wss://other:81/x?y",
                "ws://other,             wss://other/",
                "//x,                    wss://server.example.com//x",
            })
    void makesAUriOfWhatBrowsersSendUnescaped(String target, String uri) throws HandshakeFailure {
        RequestHead head = RequestHead.parse(Heads.requestLine("GET " + target + " HTTP/1.1"));
        assertThat(head.uri(true)).isEqualTo(URI.create(uri));
    }

    @Test
    void uriTellsWhetherTheConnectionIsSecure() throws HandshakeFailure {
        RequestHead head = RequestHead.parse(Heads.requestWithout("Host", "Host: h:8080"));
        assertThat(head.uri(false)).hasToString("ws://h:8080/chat");
        assertThat(head.uri(true)).hasToString("wss://h:8080/chat");
    }

    @Test
    void targetOverridesTheHostHeader() throws HandshakeFailure {
        RequestHead head = RequestHead.parse(Heads.requestLine("GET http://other:81/x HTTP/1.1"));
        assertThat(head.host()).isEqualTo("other:81");
        assertThat(head.headers().first("Host")).isEqualTo("server.example.com");
    }

    @Test
    void refusesARequestWithoutHost() {
        HandshakeFailure failure = refused(Heads.requestWithout("Host"));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("the Host header is missing (RFC 9112 §3.2)");
    }

    @Test
    void refusesARequestWithTwoHosts() {
        HandshakeFailure failure = refused(Heads.request("host: server.example.com"));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("the Host header must come once, not 2 times");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "h",
                "h:80",
                "h:",
                "my_service:8080",
                "127.0.0.1:1",
                "[::1]",
                "[::1]:80",
                "[2001:db8::1]:65535",
                "a%20b",
                "a,b",
                "[::1]:"
            })
    void acceptsAHost(String host) throws HandshakeFailure {
        RequestHead head = RequestHead.parse(Heads.requestWithout("Host", "Host: " + host));
        assertThat(head.host()).isEqualTo(host);
        assertThat(head.uri(false).getRawAuthority()).isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":80",
                "h:a",
                "h:65536",
                "h:99999999999",
                "h:80:80",
                "user@h",
                "h/",
                "h?",
                "a b",
                "[::1",
                "[::1]x",
                "[::1]/x]",
                "[]",
                "[h]",
                "::1",
                "h\u00E9",
                "%zz"
            })
    void refusesWhatIsNoHost(String host) {
        HandshakeFailure failure = refused(Heads.requestWithout("Host", "Host: " + host));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessageStartingWith("the Host header must be a host and a port, not \"");
    }

    @Test
    void letsHttp10BeWithoutHost() throws HandshakeFailure {
        RequestHead head = RequestHead.parse("GET /page HTTP/1.0\r\n\r\n");
        assertThat(head.host()).isNull();
        assertThat(head.headers()).isSameAs(Headers.NONE);
        assertThatThrownBy(() -> head.uri(false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a request without a Host header has no URI");
    }

    @Test
    void refusesAFoldedHeader() {
        for (String blank : new String[] {" ", "\t"}) {
            HandshakeFailure failure = refused(Heads.request("A: b", blank + "c"));
            assertThat(failure.status()).isEqualTo(400);
            assertThat(failure)
                    .hasMessage("a header line must not start with a blank: folded lines are obsolete (RFC 9112 §5.2)");
        }
    }

    @Test
    void refusesABlankBeforeTheFirstHeader() {
        assertThat(refused("GET / HTTP/1.1\r\n Host: a\r\n\r\n").status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"A : b", "A\t: b", "A b: c"})
    void refusesABlankBetweenNameAndColon(String line) {
        HandshakeFailure failure = refused(Heads.request(line));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure)
                .hasMessage("no blank may stand between the header name \"A\" and its colon (RFC 9112 §5.1)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"A", ": b", "A(b): c", "\u00C9: b", "A\u0000: b", "\"A\": b", "A\r: b", "\r: b", "{}"})
    void refusesALineThatDoesNotStartWithATokenAndAColon(String line) {
        HandshakeFailure failure = refused(Heads.request(line));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessageStartingWith("a header line must start with a token and a colon, not as \"");
    }

    @ParameterizedTest
    @CsvSource({"0x00", "0x01", "0x08", "0x0B", "0x1F", "0x7F"})
    void refusesAControlCharacterInAValue(String code) {
        char control = (char) Integer.decode(code).intValue();
        HandshakeFailure failure = refused(Heads.request("A: b" + control + "c"));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("header A must have no control character, as %s is".formatted(code));
    }

    @ParameterizedTest
    @ValueSource(strings = {"b\rc", "b\r", "\r"})
    void refusesABareCarriageReturn(String value) {
        HandshakeFailure failure = refused(Heads.request("A: " + value));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("header A must have no control character, as 0x0D is");
    }

    @Test
    void refusesACharacterThatIsNoByte() {
        assertThat(refused(Heads.request("A: \u20AC")).status()).isEqualTo(400);
        assertThat(refused(Heads.request("\u212A: a")).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\r\n", "G", "GET / HTTP/1.1", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a\r\n"})
    void refusesAHeadWithoutAnEnd(String text) {
        HandshakeFailure failure = refused(text);
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessageStartingWith("the head must end with an empty line, ");
    }

    @Test
    void refusesEveryPrefixOfAHead() {
        String text = Heads.request();
        for (int length = 0; length < text.length(); length++) {
            assertThat(refused(text.substring(0, length)).status()).isEqualTo(400);
        }
    }

    @Test
    void refusesWhatStandsBehindTheHead() {
        HandshakeFailure failure = refused(Heads.request() + "abc\n");
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("4 bytes stand behind the empty line that ends the head");
    }

    @Test
    void acceptsAsManyHeadersAsTheLimit() throws HandshakeFailure {
        for (int headers : new int[] {99, 100}) {
            RequestHead head = RequestHead.parse(withHeaders(headers));
            assertThat(head.headers().size()).isEqualTo(headers);
        }
    }

    @Test
    void refusesOneHeaderMoreThanTheLimit() {
        HandshakeFailure failure = refused(withHeaders(101));
        assertThat(failure.status()).isEqualTo(431);
        assertThat(failure).hasMessage("the head has more than 100 headers");
    }

    @Test
    void acceptsAHeadOfAsManyBytesAsTheLimit() throws HandshakeFailure {
        assertThat(ofSize(16 * 1024 - 1).headers().size()).isEqualTo(6);
        assertThat(ofSize(16 * 1024).headers().size()).isEqualTo(6);
    }

    @Test
    void refusesAHeadOfOneByteMoreThanTheLimit() {
        HandshakeFailure failure = catchThrowableOfType(HandshakeFailure.class, () -> ofSize(16 * 1024 + 1));
        assertThat(failure.status()).isEqualTo(431);
        assertThat(failure).hasMessage("the head of the request is larger than 16384 bytes");
    }

    @Test
    void writesNoCharacterThatIsNoByte() {
        Headers headers = Headers.builder().add("X", "1 \u20AC").build();
        assertThatThrownBy(() -> new RequestHead("GET", "/", "HTTP/1.1", headers).text())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("header X must be of ISO-8859-1, which U+20AC is not");
    }

    @Test
    void cutsWhatAnErrorShows() {
        HandshakeFailure failure = refused(Heads.requestLine("a".repeat(1000)));
        assertThat(failure).hasMessageEndingWith(", not \"" + "a".repeat(64) + "...\"");
    }

    private static RequestHead ofSize(int bytes) throws HandshakeFailure {
        int others = Heads.request("X: ").length();
        return RequestHead.parse(Heads.request("X: " + "a".repeat(bytes - others)));
    }

    private static String withHeaders(int count) {
        StringBuilder head = new StringBuilder("GET / HTTP/1.1\r\nHost: a\r\n");
        for (int i = 1; i < count; i++) {
            head.append("X: ").append(i).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    private static HandshakeFailure refused(String text) {
        return catchThrowableOfType(HandshakeFailure.class, () -> RequestHead.parse(text));
    }
}
