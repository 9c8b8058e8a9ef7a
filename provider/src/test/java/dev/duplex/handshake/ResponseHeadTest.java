package dev.duplex.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ResponseHeadTest {
    @Test
    void parsesTheExampleOfTheRfc() throws HandshakeFailure {
        ResponseHead head = ResponseHead.parse(Heads.response("Sec-WebSocket-Protocol: chat"));
        assertThat(head.version()).isEqualTo("HTTP/1.1");
        assertThat(head.status()).isEqualTo(101);
        assertThat(head.reason()).isEqualTo("Switching Protocols");
        assertThat(head.headers().first("sec-websocket-protocol")).isEqualTo("chat");
    }

    @Test
    void lastAnswerSaysThatTheConnectionIsClosedAndWhen() {
        Headers allow = Headers.builder().add("Allow", "GET").build();
        assertThat(ResponseHead.last(200, Instant.parse("2026-11-22T03:04:05.678Z"), allow)
                        .text())
                .isEqualTo("""
                    HTTP/1.1 200 OK
                    Connection: close
                    Date: Sun, 22 Nov 2026 03:04:05 GMT
                    Allow: GET

                    """.replace("\n", "\r\n"));
    }

    @Test
    void writesAHeadAsItCame() throws HandshakeFailure {
        String text = Heads.response("A: b", "a: c");
        assertThat(ResponseHead.parse(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "HTTP/1.1 200 OK               | 200 | OK",
                "`HTTP/1.1 404 `               | 404 | ``",
                "HTTP/1.1 404                  | 404 | ``",
                "HTTP/1.0 503 Not now, later   | 503 | Not now, later",
                "HTTP/1.1 999 caf\u00E9        | 999 | caf\u00E9",
                "HTTP/2.0 100 Continue         | 100 | Continue",
            })
    void parsesAStatusLine(String line, int status, String reason) throws HandshakeFailure {
        ResponseHead head = ResponseHead.parse(line + "\r\n\r\n");
        assertThat(head.status()).isEqualTo(status);
        assertThat(head.reason()).isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1",
                "HTTP/1.1 ",
                "HTTP/1.1 10",
                "HTTP/1.1 1011",
                "HTTP/1.1 099 A",
                "HTTP/1.1 10a B",
                "HTTP/1.1  101 A",
                "HTTP/1.1\t101 A",
                "http/1.1 101 A",
                "HTTP/11 101 A",
                "HTTP/1.10 101 A",
                "ICY 200 OK",
                "SSH-2.0-OpenSSH_9.2",
            })
    void refusesAStatusLineOfAnotherForm(String line) {
        HandshakeFailure failure = refused(line + "\r\nA: b\r\n\r\n");
        assertThat(failure.status()).isZero();
        assertThat(failure)
                .hasMessage("the status line must be a version, a status code and a reason, not \""
                        + line.replace('\t', '?') + "\"");
    }

    @Test
    void refusesAControlCharacterInTheReason() {
        assertThat(refused("HTTP/1.1 101 A\rB\r\n\r\n"))
                .hasMessage("the reason must have no control character, as 0x0D is");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n ", "\n\t", "\r\n \r\n ", "  \r\n   "})
    void readsAFoldedHeaderAsOneLine(String fold) throws HandshakeFailure {
        ResponseHead head = ResponseHead.parse(Heads.response("A: b" + fold + "c", "D: e"));
        String value = head.headers().first("A");
        assertThat(value).startsWith("b").endsWith("c").matches("b[ \t]+c");
        assertThat(head.headers().first("D")).isEqualTo("e");
    }

    @Test
    void refusesAFoldBeforeTheFirstHeader() {
        assertThat(refused("HTTP/1.1 101 A\r\n B: c\r\n\r\n").status()).isZero();
    }

    @Test
    void refusesWhatARequestMayNotHaveEither() {
        assertThat(refused(Heads.response("A : b")))
                .hasMessage("no blank may stand between the header name \"A\" and its colon (RFC 9112 §5.1)");
        assertThat(refused(Heads.response("A: b\u0000")))
                .hasMessage("header A must have no control character, as 0x00 is");
        assertThat(refused(Heads.response() + "x").status()).isZero();
    }

    @Test
    void acceptsAHeadOfAsManyBytesAsTheLimit() throws HandshakeFailure {
        int others = Heads.response("A: ").length();
        String value = "b".repeat(16 * 1024 - others);
        assertThat(ResponseHead.parse(Heads.response("A: " + value)).headers().first("A"))
                .isEqualTo(value);
        assertThat(refused(Heads.response("A: b" + value)).status()).isZero();
    }

    @Test
    void hasNoStatusOverALimit() {
        HandshakeFailure large = refused(Heads.response("A: " + "b".repeat(16 * 1024)));
        assertThat(large.status()).isZero();
        assertThat(large).hasMessage("the head of the response is larger than 16384 bytes");
        HandshakeFailure many = refused("HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(101) + "\r\n");
        assertThat(many.status()).isZero();
        assertThat(many).hasMessage("the head has more than 100 headers");
    }

    @Test
    void refusesEveryPrefixOfAHead() {
        String text = Heads.response();
        for (int length = 0; length < text.length(); length++) {
            assertThat(refused(text.substring(0, length)).status()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"100, true", "101, false", "102, true", "103, true", "199, true", "200, false", "404, false"})
    void tellsAnInterimResponse(int status, boolean interim) throws HandshakeFailure {
        assertThat(ResponseHead.parse("HTTP/1.1 " + status + " \r\n\r\n").isInterim())
                .isEqualTo(interim);
    }

    private static HandshakeFailure refused(String text) {
        return catchThrowableOfType(HandshakeFailure.class, () -> ResponseHead.parse(text));
    }
}
