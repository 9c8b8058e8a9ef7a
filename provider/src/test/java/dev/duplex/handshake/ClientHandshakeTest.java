package dev.duplex.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.duplex.deflate.Extension;
import dev.duplex.deflate.Extension.Parameter;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ClientHandshakeTest {
    private static final Extension DEFLATE =
            new Extension("permessage-deflate", List.of(new Parameter("client_max_window_bits", null)));

    @Test
    void asksAsTheExampleOfTheRfcDoes() {
        Headers origin = Headers.builder().add("Origin", "http://example.com").build();
        ClientHandshake handshake = ClientHandshake.of(
                URI.create("ws://server.example.com/chat"),
                origin,
                List.of("chat", "superchat"),
                List.of(),
                Heads.NONCE);
        assertThat(handshake.request().text()).isEqualTo("""
            GET /chat HTTP/1.1
            Host: server.example.com
            Upgrade: websocket
            Connection: Upgrade
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Protocol: chat, superchat
            Origin: http://example.com

            """.replace("\n", "\r\n"));
    }

    @Test
    void asksForNothingItWasNotToldTo() {
        Headers headers = to("ws://h").request().headers();
        assertThat(headers.asMap().keySet())
                .containsExactly("Host", "Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version");
    }

    @Test
    void offersExtensionsInOrder() {
        ClientHandshake handshake = ClientHandshake.of(
                URI.create("ws://h"),
                Headers.NONE,
                List.of(),
                List.of(DEFLATE, new Extension("permessage-deflate", List.of())),
                Heads.NONCE);
        assertThat(handshake.request().headers().all("Sec-WebSocket-Extensions"))
                .containsExactly("permessage-deflate; client_max_window_bits, permessage-deflate");
    }

    @Test
    void itsRequestIsAHandshakeForItsServer() throws HandshakeFailure {
        ClientHandshake client = ClientHandshake.of(
                URI.create("wss://my_service:8443/a%20b?c=d"),
                Headers.NONE,
                List.of("p", "q"),
                List.of(DEFLATE),
                Heads.NONCE);
        ServerHandshake server =
                ServerHandshake.check(RequestHead.parse(client.request().text()));
        assertThat(server.request().uri(true)).hasToString("wss://my_service:8443/a%20b?c=d");
        ResponseHead answer = server.accept("q", List.of(DEFLATE), Headers.NONE);
        assertThat(client.verify(ResponseHead.parse(answer.text())))
                .isEqualTo(new ClientHandshake.Agreement("q", List.of(DEFLATE)));
    }

    @ParameterizedTest
    @CsvSource({
        "ws://h,                        h,           h,           80,    false, /",
        "WS://h/,                       h,           h,           80,    false, /",
        "wss://h,                       h,           h,           443,   true,  /",
        "ws://h:80/a,                   h,           h,           80,    false, /a",
        "wss://h:443/a,                 h,           h,           443,   true,  /a",
        "ws://h:443/a,                  h:443,       h,           443,   false, /a",
        "wss://h:80/a,                  h:80,        h,           80,    true,  /a",
        "ws://h:/a,                     h,           h,           80,    false, /a",
        "ws://h:65535,                  h:65535,     h,           65535, false, /",
        "ws://my_service:81,            my_service:81, my_service, 81,   false, /",
        "ws://127.0.0.1:8080/,          127.0.0.1:8080, 127.0.0.1, 8080, false, /",
        "ws://[::1]/a,                  [::1],       ::1,         80,    false, /a",
        "wss://[2001:db8::1]:8443/a,    [2001:db8::1]:8443, 2001:db8::1, 8443, true, /a",
        "ws://[fe80::1%eth0]:81/a,      [fe80::1]:81, fe80::1%eth0, 81,  false, /a",
        "ws://h?q,                      h,           h,           80,    false, /?q",
        "ws://h/?,                      h,           h,           80,    false, /?",
        "ws://h/a;b=%2F/%20?c=d&e=%26?, h,           h,           80,    false, /a;b=%2F/%20?c=d&e=%26?",
        "ws://h/\u00E9?\u20AC,          h,           h,           80,    false, /%C3%A9?%E2%82%AC",
        "ws://h//a/../b,                h,           h,           80,    false, //a/../b",
    })
    void takesHostPortAndTargetFromTheUri(
            String uri, String hostHeader, String host, int port, boolean secure, String target) {
        ClientHandshake handshake = to(uri);
        assertThat(handshake.request().headers().all("Host")).containsExactly(hostHeader);
        assertThat(handshake.host()).isEqualTo(host);
        assertThat(handshake.port()).isEqualTo(port);
        assertThat(handshake.secure()).isEqualTo(secure);
        assertThat(handshake.request().target()).isEqualTo(target);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://h/     | the URI must be of scheme ws or wss, not http",
                "https://h/    | the URI must be of scheme ws or wss, not https",
                "//h/          | the URI must be of scheme ws or wss, not null",
                "ws://h/#a     | the URI must have no fragment, but has #a",
                "ws://h/#      | the URI must have no fragment, but has #",
                "ws:h          | the URI must name a host, as ws:h does not",
                "ws:/a         | the URI must name a host, as ws:/a does not",
                "ws:///a       | the URI must name a host, as ws:///a does not",
                "ws://u:p@h/   | the URI must have no user information: an Authorization header carries it",
                "ws://@h/      | the URI must have no user information: an Authorization header carries it",
                "ws://h:0/     | the URI must have a port from 1 to 65535, not 0",
                "ws://h:65536/ | the URI must have a host and a port in ASCII, not \"h:65536\"",
                "ws://h:a/     | the URI must have a host and a port in ASCII, not \"h:a\"",
                "ws://:80/     | the URI must have a host and a port in ASCII, not \":80\"",
                "ws://b\u00FCcher/ | the URI must have a host and a port in ASCII, not \"b?cher\"",
            })
    void refusesAUriThatNamesNoResource(String uri, String message) {
        assertThatThrownBy(() -> to(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void doesNotRepeatAPassword() {
        assertThatThrownBy(() -> to("ws://user:secret@h/")).message().doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host",
                "host",
                "Upgrade",
                "Connection",
                "Sec-WebSocket-Key",
                "sec-websocket-version",
                "Sec-WebSocket-Protocol",
                "Sec-WebSocket-Extensions",
                "Sec-WebSocket-Accept",
                "Content-Length",
                "Transfer-Encoding",
            })
    void refusesAHeaderThatItSetsItself(String name) {
        Headers extra = Headers.builder().add(name, "1").build();
        assertThatThrownBy(() -> ClientHandshake.of(URI.create("ws://h"), extra, List.of(), List.of(), Heads.NONCE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("header " + name + " is set by the handshake itself");
    }

    @Test
    void sendsExtraHeadersInOrder() {
        Headers extra = Headers.builder()
                .add("Cookie", "a=1")
                .add("Authorization", "Basic x")
                .add("cookie", "b=2")
                .build();
        ClientHandshake handshake = ClientHandshake.of(URI.create("ws://h"), extra, List.of(), List.of(), Heads.NONCE);
        assertThat(handshake.request().text())
                .endsWith("\r\nCookie: a=1\r\nAuthorization: Basic x\r\ncookie: b=2\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a,b", "a\r\nX: y", "\u00E9"})
    void refusesASubprotocolThatIsNoToken(String subprotocol) {
        assertThatThrownBy(() -> ClientHandshake.of(
                        URI.create("ws://h"), Headers.NONE, List.of("ok", subprotocol), List.of(), Heads.NONCE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("a subprotocol must be a token, not \"");
    }

    @Test
    void refusesASubprotocolAskedForTwice() {
        assertThatThrownBy(() -> ClientHandshake.of(
                        URI.create("ws://h"), Headers.NONE, List.of("a", "b", "a"), List.of(), Heads.NONCE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a subprotocol must be asked for once, as is not \"a\"");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 15, 17})
    void refusesANonceThatIsNot16Bytes(int bytes) {
        assertThatThrownBy(() ->
                        ClientHandshake.of(URI.create("ws://h"), Headers.NONE, List.of(), List.of(), new byte[bytes]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the nonce must be 16 bytes, not " + bytes);
    }

    @Test
    void acceptsAnAnswerWithoutSubprotocolAndExtensions() throws HandshakeFailure {
        ClientHandshake.Agreement agreement = asking().verify(ResponseHead.parse(Heads.response()));
        assertThat(agreement.subprotocol()).isNull();
        assertThat(agreement.extensions()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "node-ws-8.txt, chat, permessage-deflate",
        "python-websockets-10.4.txt, superchat,"
                + " permessage-deflate; server_max_window_bits=12; client_max_window_bits=12",
    })
    void acceptsRealServers(String name, String subprotocol, String extensions) throws HandshakeFailure {
        ClientHandshake.Agreement agreement = asking().verify(ResponseHead.parse(Heads.recorded("responses/" + name)));
        assertThat(agreement.subprotocol()).isEqualTo(subprotocol);
        assertThat(ExtensionsHeader.format(agreement.extensions())).isEqualTo(extensions);
    }

    @Test
    void saysWhatARealServerRefused() {
        HandshakeFailure failure = refused(Heads.recorded("responses/node-ws-8-refusal.txt"));
        assertThat(failure.status()).isEqualTo(400);
        assertThat(failure).hasMessage("the server answered 400 \"Bad Request\" instead of 101");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "200 OK           | A: b                              | 200 \"OK\" instead of 101",
                "`204 `           | A: b                              | 204 instead of 101",
                "302 Found        | Location: ws://h/b | 302 \"Found\" instead of 101: redirects are not followed,"
                        + " here to \"ws://h/b\"",
                "302 Found        | A: b                              | 302 \"Found\" instead of 101",
                "300 Many         | Location: /a | 300 \"Many\" instead of 101: redirects are not followed, here to"
                        + " \"/a\"",
                "400 Bad          | Location: /a                      | 400 \"Bad\" instead of 101",
                "401 Unauthorized | WWW-Authenticate: Basic realm=x | 401 \"Unauthorized\" instead of 101: it wants an"
                        + " Authorization header for \"Basic realm=x\"",
                "403 Forbidden    | A: b                              | 403 \"Forbidden\" instead of 101",
                "404 Not Found    | A: b                              | 404 \"Not Found\" instead of 101",
                "407 Proxy        | Proxy-Authenticate: Basic | 407 \"Proxy\" instead of 101: a proxy wants"
                        + " authorization for \"Basic\"",
                "426 Upgrade      | Sec-WebSocket-Version: 8, 7 | 426 \"Upgrade\" instead of 101: it speaks WebSocket"
                        + " version \"8, 7\"",
                "503 Later        | Retry-After: 1                    | 503 \"Later\" instead of 101",
            })
    void failsWithTheStatusOfARefusal(String status, String header, String message) {
        HandshakeFailure failure = refused("HTTP/1.1 " + status + "\r\n" + header + "\r\n\r\n");
        assertThat(failure.status()).isEqualTo(Integer.parseInt(status.substring(0, 3)));
        assertThat(failure).hasMessage("the server answered " + message);
        assertThat(failure.headers().size()).isEqualTo(1);
        assertThat(failure.headers().first(header.substring(0, header.indexOf(':'))))
                .isNotNull();
    }

    @Test
    void failsOnAnAnswerOfHttp10() {
        assertBroken(
                Heads.response().replace("HTTP/1.1", "HTTP/1.0"), "the server must answer with HTTP/1.1, not HTTP/1.0");
        assertBroken(
                Heads.response().replace("HTTP/1.1", "HTTP/2.0"), "the server must answer with HTTP/1.1, not HTTP/2.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Upgrade", "Connection", "Sec-WebSocket-Accept"})
    void failsWithoutAHeaderOfTheAnswer(String name) {
        assertBroken(Heads.responseWithout(name), "the server's " + name + " header is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Upgrade: websocket", "Sec-WebSocket-Accept: " + Heads.ACCEPT})
    void failsOnAHeaderThatMustComeOnce(String line) {
        assertBroken(
                Heads.response(line),
                "the server's %s header must come once, not 2 times".formatted(line.substring(0, line.indexOf(':'))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2c", "websocket, h2c", "websocket/13", ""})
    void failsOnAnotherUpgrade(String upgrade) {
        assertBroken(
                Heads.responseWithout("Upgrade", "Upgrade: " + upgrade),
                "the server's Upgrade must be websocket, not \"" + upgrade + "\"");
    }

    @Test
    void failsOnAConnectionThatDoesNotNameUpgrade() {
        assertBroken(
                Heads.responseWithout("Connection", "Connection: close"),
                "the server's Connection must name Upgrade, not \"close\"");
    }

    @Test
    void acceptsUpgradeAndConnectionWhateverTheirCase() throws HandshakeFailure {
        String response = Heads.response()
                .replace("Upgrade: websocket", "upgrade:  WebSocket ")
                .replace("Connection: Upgrade", "CONNECTION: keep-alive, UPGRADE");
        assertThat(asking().verify(ResponseHead.parse(response)).subprotocol()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "s3pPLMBiTxaQ9kYGzzhZRbK+xOo",
                "S3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
                "dGhlIHNhbXBsZSBub25jZQ==",
                "\"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\""
            })
    void failsOnAnotherAccept(String accept) {
        assertBroken(
                Heads.responseWithout("Sec-WebSocket-Accept", "Sec-WebSocket-Accept: " + accept),
                "the server's Sec-WebSocket-Accept must be s3pPLMBiTxaQ9kYGzzhZRbK+xOo=, not \"" + accept + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"other", "Chat", "chat, superchat", ""})
    void failsOnASubprotocolItDidNotAskFor(String subprotocol) {
        assertBroken(
                Heads.response("Sec-WebSocket-Protocol: " + subprotocol),
                "the server's Sec-WebSocket-Protocol must be one of [chat, superchat], not \"" + subprotocol + "\"");
    }

    @Test
    void failsOnTwoSubprotocols() {
        assertBroken(
                Heads.response("Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Protocol: superchat"),
                "the server's Sec-WebSocket-Protocol header must come once, not 2 times");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "other              | an extension must be one that was offered, not \"other\"",
                "Permessage-Deflate | an extension must be one that was offered, not \"Permessage-Deflate\"",
                "permessage-deflate, permessage-deflate | an extension must be agreed on once, as is not"
                        + " \"permessage-deflate\"",
                "permessage-deflate; | Sec-WebSocket-Extensions must have a token at index 19 of"
                        + " \"permessage-deflate;\"",
                "``                 | Sec-WebSocket-Extensions must name an extension, and is empty",
            })
    void failsOnExtensionsItDidNotOffer(String extensions, String rule) {
        assertBroken(
                Heads.response("Sec-WebSocket-Extensions: " + extensions),
                "the server broke the negotiation of extensions: " + rule);
    }

    @Test
    void failsOnAnExtensionAgreedOnInTwoHeaders() {
        assertBroken(
                Heads.response(
                        "Sec-WebSocket-Extensions: permessage-deflate", "Sec-WebSocket-Extensions: permessage-deflate"),
                "the server broke the negotiation of extensions:"
                        + " an extension must be agreed on once, as is not \"permessage-deflate\"");
    }

    private static void assertBroken(String response, String message) {
        HandshakeFailure failure = refused(response);
        assertThat(failure).hasMessage(message);
        assertThat(failure.status()).isEqualTo(101);
        assertThat(failure.headers().size()).isPositive();
    }

    private static ClientHandshake to(String uri) {
        return ClientHandshake.of(URI.create(uri), Headers.NONE, List.of(), List.of(), Heads.NONCE);
    }

    private static ClientHandshake asking() {
        return ClientHandshake.of(
                URI.create("ws://server.example.com/chat"),
                Headers.NONE,
                List.of("chat", "superchat"),
                List.of(DEFLATE),
                Heads.NONCE);
    }

    private static HandshakeFailure refused(String response) {
        return catchThrowableOfType(HandshakeFailure.class, () -> asking().verify(ResponseHead.parse(response)));
    }
}
