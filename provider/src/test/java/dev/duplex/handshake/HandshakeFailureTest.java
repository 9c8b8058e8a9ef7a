package dev.duplex.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class HandshakeFailureTest {
    private static final Instant DATE = Instant.parse("2026-02-01T03:04:05.678Z");

    @Test
    void isAWholeResponseOfOneLineOfText() {
        HandshakeFailure failure = new HandshakeFailure(404, "there is no such path");
        assertThat(failure.response(DATE)).isEqualTo("""
            HTTP/1.1 404 Not Found
            Connection: close
            Date: Sun, 01 Feb 2026 03:04:05 GMT
            Content-Type: text/plain; charset=utf-8
            Content-Length: 22

            """.replace("\n", "\r\n") + "there is no such path\n");
    }

    @ParameterizedTest
    @CsvSource({
        "400, Bad Request",
        "401, Unauthorized",
        "403, Forbidden",
        "404, Not Found",
        "405, Method Not Allowed",
        "408, Request Timeout",
        "426, Upgrade Required",
        "429, Too Many Requests",
        "431, Request Header Fields Too Large",
        "500, Internal Server Error",
        "503, Service Unavailable",
        "505, HTTP Version Not Supported",
        "418, ''",
    })
    void hasTheReasonOfItsStatus(int status, String reason) throws HandshakeFailure {
        assertThat(head(new HandshakeFailure(status, "no")).reason()).isEqualTo(reason);
    }

    @Test
    void namesUpgradeInConnectionWhenItSendsUpgrade() throws HandshakeFailure {
        Headers upgrade = Headers.builder().add("upgrade", "websocket").build();
        assertThat(head(new HandshakeFailure(426, "no", upgrade)).headers().all("Connection"))
                .containsExactly("close, Upgrade");
    }

    @Test
    void keepsItsOwnFramingWhateverHeadersItIsGiven() throws HandshakeFailure {
        Headers headers = Headers.builder()
                .add("connection", "keep-alive")
                .add("content-length", "7")
                .add("Content-type", "text/html")
                .add("Transfer-Encoding", "chunked")
                .add("DATE", "never")
                .add("WWW-Authenticate", "Basic realm=\"a\"")
                .build();
        assertThat(head(new HandshakeFailure(401, "no", headers)).headers().asMap())
                .hasSize(5)
                .hasEntrySatisfying("Connection", values -> assertThat(values).containsExactly("close"))
                .hasEntrySatisfying(
                        "Content-Length", values -> assertThat(values).containsExactly("3"))
                .hasEntrySatisfying(
                        "WWW-Authenticate", values -> assertThat(values).containsExactly("Basic realm=\"a\""));
    }

    @Test
    void bodyIsOneLineOfAsciiWhateverTheSentence() {
        String response = new HandshakeFailure(400, "a\r\n\r\nb\u00E9\u20AC").response(DATE);
        assertThat(response).endsWith("\r\n\r\na????b??\n").contains("Content-Length: 9\r\n");
    }

    @Test
    void withoutBodyIsTheSameHeadAndNoMore() {
        Headers headers = Headers.builder().add("Allow", "GET").build();
        HandshakeFailure failure = new HandshakeFailure(405, "the method must be GET", headers);
        assertThat(failure.response(DATE)).isEqualTo(failure.withoutBody().response(DATE) + "the method must be GET\n");
        assertThat(failure.withoutBody()).hasMessage("the method must be GET");
        assertThat(failure.withoutBody().headers()).isSameAs(headers);
    }

    @Test
    void hasStatusSentenceAndHeaders() {
        Headers headers = Headers.builder().add("Retry-After", "1").build();
        HandshakeFailure failure = new HandshakeFailure(503, "too many connections", headers);
        assertThat(failure.status()).isEqualTo(503);
        assertThat(failure).hasMessage("too many connections");
        assertThat(failure.headers()).isSameAs(headers);
        assertThat(new HandshakeFailure(400, "a").headers()).isSameAs(Headers.NONE);
    }

    @Test
    void walksNoStack() {
        assertThat(new HandshakeFailure(400, "a").getStackTrace()).isEmpty();
    }

    private static ResponseHead head(HandshakeFailure failure) throws HandshakeFailure {
        String response = failure.response(DATE);
        return ResponseHead.parse(response.substring(0, response.indexOf("\r\n\r\n") + 4));
    }
}
