package dev.duplex.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.duplex.deflate.Extension;
import dev.duplex.deflate.Extension.Parameter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ServerHandshakeTest {
    @Test
    void answersTheExampleOfTheRfc() throws HandshakeFailure {
        ServerHandshake handshake = check(Heads.request("Sec-WebSocket-Protocol: chat, superchat"));
        assertThat(handshake.accept("chat", List.of(), Headers.NONE).text()).isEqualTo("""
            HTTP/1.1 101 Switching Protocols
            Upgrade: websocket
            Connection: Upgrade
            Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
            Sec-WebSocket-Protocol: chat

            """.replace("\n", "\r\n"));
    }

    @ParameterizedTest
    @FieldSource("dev.duplex.handshake.Heads#REQUESTS")
    void acceptsRealClients(String name) throws HandshakeFailure {
        ServerHandshake handshake = check(Heads.recorded("requests/" + name));
        assertThat(handshake.request().path()).isEqualTo("/chat");
        assertThat(handshake.request().query()).isEqualTo("room=1");
        assertThat(handshake.request().uri(false).toString()).matches("ws://127\\.0\\.0\\.1:\\d+/chat\\?room=1");
    }

    @ParameterizedTest
    @CsvSource({
        "chromium-156.txt,            'chat,superchat', true",
        "curl-7.88.txt,               '',               false",
        "jdk-25.txt,                  'chat,superchat', false",
        "node-ws-8.txt,               'chat,superchat', true",
        "python-websockets-10.4.txt,  'chat',           true",
        "undici-7.txt,                'chat',           true",
    })
    void readsWhatRealClientsOffer(String name, String subprotocols, boolean deflate) throws HandshakeFailure {
        ServerHandshake handshake = check(Heads.recorded("requests/" + name));
        assertThat(String.join(",", handshake.subprotocols())).isEqualTo(subprotocols);
        Extension offer = new Extension("permessage-deflate", List.of(new Parameter("client_max_window_bits", null)));
        assertThat(handshake.extensions()).isEqualTo(deflate ? List.of(offer) : List.of());
    }

    @Test
    void takesAHeadThatAHostParsed() throws HandshakeFailure {
        Headers headers = Headers.of(Map.of(
                "host", List.of("h"),
                "upgrade", List.of("websocket"),
                "connection", List.of("upgrade"),
                "sec-websocket-key", List.of(Heads.KEY),
                "sec-websocket-version", List.of("13"),
                "cookie", List.of("\u20AC=1")));
        ServerHandshake handshake = ServerHandshake.check(new RequestHead("GET", "/a b/%zz?c=|%", "HTTP/1.1", headers));
        assertThat(handshake.request().uri(true)).hasToString("wss://h/a%20b/%25zz?c=%7c%25");
        assertThat(handshake.accept(null, List.of(), Headers.NONE).headers().first("Sec-WebSocket-Accept"))
                .isEqualTo(Heads.ACCEPT);
    }

    @Test
    void refusesHttp10() {
        HandshakeFailure failure = refused(Heads.requestLine("GET /chat HTTP/1.0"));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("an opening handshake needs HTTP/1.1, not \"HTTP/1.0\"");
    }

    @Test
    void acceptsALaterMinorVersion() throws HandshakeFailure {
        assertThat(check(Heads.requestLine("GET /chat HTTP/1.2")).request().version())
                .isEqualTo("HTTP/1.2");
    }

    @Test
    void refusesTheVersionOfAHostThatSpeaksHttp2() {
        HandshakeFailure failure = catchThrowableOfType(
                HandshakeFailure.class,
                () -> ServerHandshake.check(new RequestHead("GET", "/", "HTTP/2.0", Headers.NONE)));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("an opening handshake needs HTTP/1.1, not \"HTTP/2.0\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "HEAD", "OPTIONS", "get", "BREW"})
    void refusesAnotherMethodThanGet(String method) {
        HandshakeFailure failure = refused(Heads.requestLine(method + " /chat HTTP/1.1"));
        assertThat(failure.status()).isEqualTo(405);
        assertThat(failure).hasMessage("the method must be GET, not \"" + method + "\"");
        assertThat(failure.response(Instant.EPOCH))
                .startsWith("HTTP/1.1 405 Method Not Allowed\r\n")
                .contains("\r\nAllow: GET\r\n");
    }

    @Test
    void answersHeadWithoutABody() {
        assertThat(refused(Heads.requestLine("HEAD /chat HTTP/1.1")).response(Instant.EPOCH))
                .contains("\r\nContent-Length: 35\r\n")
                .endsWith("\r\n\r\n");
        assertThat(refused(Heads.requestLine("POST /chat HTTP/1.1")).response(Instant.EPOCH))
                .endsWith("\r\n\r\nthe method must be GET, not \"POST\"\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"chunked", "gzip, chunked", "identity", ""})
    void refusesABodyOfUnknownLength(String coding) {
        HandshakeFailure failure = refused(Heads.request("Transfer-Encoding: " + coding));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("an opening handshake has no body, but Transfer-Encoding is \"" + coding + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "-1", "+0", "00x", "", "0, 5", "18446744073709551616"})
    void refusesABody(String length) {
        HandshakeFailure failure = refused(Heads.request("Content-Length: " + length));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("an opening handshake has no body, but Content-Length is \"" + length + "\"");
        assertThat(refused(Heads.request("Content-Length: 0", "Content-Length: " + length))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void acceptsABodyOfNoBytes() throws HandshakeFailure {
        assertThat(check(Heads.request("Content-Length: 0")).extensions()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Accept: */*", "Upgrade: h2c", "Upgrade: websocket2", "Upgrade: "})
    void tellsAPlainRequestThatWebSocketIsRequired(String line) {
        HandshakeFailure failure = refused("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n" + line + "\r\n\r\n");
        assertThat(failure.status()).isEqualTo(426);
        assertThat(failure).hasMessage("this resource speaks WebSocket only, and Upgrade does not ask for it");
        assertThat(failure.response(Instant.EPOCH))
                .startsWith("HTTP/1.1 426 Upgrade Required\r\nConnection: close, Upgrade\r\n")
                .contains("\r\nUpgrade: websocket\r\n")
                .contains("\r\nSec-WebSocket-Version: 13\r\n");
    }

    @Test
    void refusesAHandshakeThatLostItsUpgrade() {
        HandshakeFailure failure = refused(Heads.requestWithout("Upgrade"));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("the Upgrade header is missing");
    }

    @Test
    void refusesAnUpgradeToSomethingElse() {
        HandshakeFailure failure = refused(Heads.requestWithout("Upgrade", "Upgrade: h2c"));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("Upgrade must name websocket, not \"h2c\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"websocket", "WebSocket", "WEBSOCKET", "h2c, websocket", "websocket , x"})
    void acceptsUpgradeWhateverItsCase(String upgrade) throws HandshakeFailure {
        assertThat(check(Heads.requestWithout("Upgrade", "Upgrade: " + upgrade))
                        .request()
                        .asksForWebSocket())
                .isTrue();
    }

    @Test
    void refusesAHandshakeWithoutConnection() {
        HandshakeFailure failure = refused(Heads.requestWithout("Connection"));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("the Connection header is missing");
    }

    @Test
    void refusesAConnectionThatDoesNotNameUpgrade() {
        HandshakeFailure failure = refused(Heads.requestWithout("Connection", "Connection: keep-alive"));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("Connection must name Upgrade, not \"keep-alive\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"upgrade", "keep-alive, Upgrade", "keep-alive,upgrade,"})
    void acceptsUpgradeInTheListOfConnection(String connection) throws HandshakeFailure {
        assertThat(check(Heads.requestWithout("Connection", "Connection: " + connection))
                        .subprotocols())
                .isEmpty();
    }

    @Test
    void refusesAHandshakeWithoutVersion() {
        HandshakeFailure failure = refused(Heads.requestWithout("Sec-WebSocket-Version"));
        assertThat(failure.status()).isEqualTo(426);
        assertThat(failure).hasMessage("the Sec-WebSocket-Version header is missing");
        assertThat(failure.headers().first("Sec-WebSocket-Version")).isEqualTo("13");
    }

    @ParameterizedTest
    @ValueSource(strings = {"8", "14", "0", "013", "13, 8", "", "x", "1 3"})
    void refusesAnotherVersionAndNamesItsOwn(String version) {
        HandshakeFailure failure =
                refused(Heads.requestWithout("Sec-WebSocket-Version", "Sec-WebSocket-Version: " + version));
        assertThat(failure.status()).isEqualTo(426);
        assertThat(failure).hasMessage("Sec-WebSocket-Version must be 13, not \"" + version + "\"");
        assertThat(failure.response(Instant.EPOCH))
                .contains("\r\nSec-WebSocket-Version: 13\r\n")
                .contains("\r\nUpgrade: websocket\r\n")
                .contains("\r\nConnection: close, Upgrade\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + Heads.KEY})
    void refusesAHeaderThatMustComeOnce(String line) {
        HandshakeFailure failure = refused(Heads.request(line));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure)
                .hasMessage(
                        "the %s header must come once, not 2 times".formatted(line.substring(0, line.indexOf(':'))));
    }

    @Test
    void refusesAHandshakeWithoutKey() {
        HandshakeFailure failure = refused(Heads.requestWithout("Sec-WebSocket-Key"));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("the Sec-WebSocket-Key header is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "dGhlIHNhbXBsZSBub25jZWFi", "dGhlIHNhbXBsZSBub25jZQ== x"})
    void refusesAKeyThatIsNot16Bytes(String key) {
        HandshakeFailure failure = refused(Heads.requestWithout("Sec-WebSocket-Key", "Sec-WebSocket-Key: " + key));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("Sec-WebSocket-Key must be 16 bytes in base64, not \"" + key + "\"");
    }

    @Test
    void aHandshakeOfAnOlderDraftIsToldTheVersionFirst() {
        HandshakeFailure failure = refused("""
            GET / HTTP/1.1
            Host: a
            Upgrade: WebSocket
            Connection: Upgrade
            Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5
            Sec-WebSocket-Key2: 12998 5 Y3 1  .P00

            """);
        assertThat(failure.status()).isEqualTo(426);
    }

    @Test
    void refusesARequestWithoutHost() {
        Headers headers = Headers.builder().add("Upgrade", "websocket").build();
        HandshakeFailure failure = catchThrowableOfType(
                HandshakeFailure.class, () -> ServerHandshake.check(new RequestHead("GET", "/", "HTTP/1.1", headers)));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("the Host header is missing (RFC 9112 §3.2)");
    }

    @Test
    void readsSubprotocolsOfSeveralHeadersInOrder() throws HandshakeFailure {
        ServerHandshake handshake = check(
                Heads.request("Sec-WebSocket-Protocol: b,\ta", "X: y", "sec-websocket-protocol: ,c ,, v1.chat+json,"));
        assertThat(handshake.subprotocols()).containsExactly("b", "a", "c", "v1.chat+json");
    }

    @Test
    void choosesTheSubprotocolThatTheClientLikesBest() throws HandshakeFailure {
        ServerHandshake handshake = check(Heads.request("Sec-WebSocket-Protocol: b, a, c"));
        assertThat(handshake.chooseSubprotocol(List.of("c", "a"))).isEqualTo("a");
        assertThat(handshake.chooseSubprotocol(Set.of("B", "x"))).isNull();
        assertThat(handshake.chooseSubprotocol(List.of())).isNull();
        assertThat(check(Heads.request()).chooseSubprotocol(List.of("a"))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a/b", "(a)", "a;b", "\"a\"", "\u00E9"})
    void refusesASubprotocolThatIsNoToken(String subprotocol) {
        HandshakeFailure failure = refused(Heads.request("Sec-WebSocket-Protocol: ok, " + subprotocol));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessageStartingWith("a subprotocol must be a token, not \"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sec-WebSocket-Protocol: a, b, a", "Sec-WebSocket-Protocol: a"})
    void refusesASubprotocolAskedForTwice(String line) {
        HandshakeFailure failure = refused(Heads.request(line, "Sec-WebSocket-Protocol: a"));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("a subprotocol must be asked for once, as is not \"a\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", " ,\t,"})
    void refusesAnEmptyListOfSubprotocols(String value) {
        HandshakeFailure failure = refused(Heads.request("Sec-WebSocket-Protocol: " + value));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("Sec-WebSocket-Protocol must name a subprotocol, and is empty");
    }

    @Test
    void readsExtensionsOfSeveralHeadersInOrder() throws HandshakeFailure {
        ServerHandshake handshake =
                check(Heads.request("Sec-WebSocket-Extensions: b; x=1, a", "Sec-WebSocket-Extensions: b"));
        assertThat(handshake.extensions())
                .containsExactly(
                        new Extension("b", List.of(new Parameter("x", "1"))),
                        new Extension("a", List.of()),
                        new Extension("b", List.of()));
    }

    @Test
    void refusesMalformedExtensions() {
        HandshakeFailure failure = refused(Heads.request("Sec-WebSocket-Extensions: a;"));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure)
                .hasMessage("the offer of extensions is malformed: "
                        + "Sec-WebSocket-Extensions must have a token at index 2 of \"a;\"");
    }

    @Test
    void answersWithTheExtensionsAgreedOn() throws HandshakeFailure {
        ServerHandshake handshake = check(Heads.request("Sec-WebSocket-Extensions: a, b; x"));
        Extension agreed = new Extension("b", List.of(new Parameter("y", "2")));
        ResponseHead answer = handshake.accept(null, List.of(agreed), Headers.NONE);
        assertThat(answer.headers().all("Sec-WebSocket-Extensions")).containsExactly("b; y=2");
        assertThat(answer.headers().contains("Sec-WebSocket-Protocol")).isFalse();
    }

    @Test
    void doesNotAgreeToWhatWasNotOffered() throws HandshakeFailure {
        ServerHandshake handshake = check(Heads.request("Sec-WebSocket-Extensions: a", "Sec-WebSocket-Protocol: p"));
        Extension a = new Extension("a", List.of());
        Extension b = new Extension("b", List.of());
        assertThatThrownBy(() -> handshake.accept(null, List.of(a, b), Headers.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an extension must be one that was offered, not \"b\"");
        assertThatThrownBy(() -> handshake.accept(null, List.of(a, a), Headers.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an extension must be agreed on once, as is not \"a\"");
        assertThatThrownBy(() -> handshake.accept("q", List.of(), Headers.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the subprotocol must be one that the client asked for, not \"q\"");
    }

    @Test
    void itsOwnHeadersWinOverThoseOfTheUser() throws HandshakeFailure {
        Headers extra = Headers.builder()
                .addAll(RequestHead.parse(Heads.recorded("requests/chromium-156.txt"))
                        .headers())
                .add("sec-websocket-accept", "mine")
                .add("Sec-WebSocket-Anything", "mine")
                .add("CONNECTION", "close")
                .add("content-length", "5")
                .add("transfer-encoding", "chunked")
                .add("X-Value", "1")
                .add("x-value", "2")
                .add("Sec-WebSocket", "not ours")
                .build();
        Headers answer = check(Heads.request()).accept(null, List.of(), extra).headers();
        assertThat(answer.all("Upgrade")).containsExactly("websocket");
        assertThat(answer.all("Connection")).containsExactly("Upgrade");
        assertThat(answer.all("Sec-WebSocket-Accept")).containsExactly(Heads.ACCEPT);
        assertThat(answer.all("X-Value")).containsExactly("1", "2");
        assertThat(answer.first("Cookie")).isEqualTo("a=1; theme=dark");
        assertThat(answer.asMap().keySet())
                .contains("Sec-WebSocket")
                .doesNotContain(
                        "Sec-WebSocket-Anything",
                        "Sec-WebSocket-Key",
                        "Sec-WebSocket-Version",
                        "Sec-WebSocket-Protocol",
                        "Sec-WebSocket-Extensions",
                        "Content-Length",
                        "content-length",
                        "transfer-encoding");
    }

    private static ServerHandshake check(String text) throws HandshakeFailure {
        return ServerHandshake.check(RequestHead.parse(text));
    }

    private static HandshakeFailure refused(String text) {
        return catchThrowableOfType(HandshakeFailure.class, () -> check(text));
    }
}
