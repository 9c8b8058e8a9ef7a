package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.RawPeer;
import jakarta.websocket.server.ServerEndpoint;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A handshake that is none is answered as the embedded server answers it. */
@Timeout(60)
final class RefusalTest {
    /** Where the handshakes are sent. */
    @ServerEndpoint("/open")
    public static final class Open {}

    /** A request in which a part is another. */
    private static Http.Answer ask(Host.Running running, String part, String instead) throws Exception {
        String request = RawPeer.request("/app/open");
        assertThat(request).contains(part);
        return Http.sendAll(running, request.replace(part, instead));
    }

    private static void says(Http.Answer answer, int status, String sentence) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).isEqualTo(sentence + "\n");
        assertThat(answer.all("Content-Length")).containsExactly(Integer.toString(sentence.length() + 1));
        assertThat(String.join(",", answer.all("Content-Type")).replace(" ", ""))
                .isEqualToIgnoringCase("text/plain;charset=utf-8");
        assertThat(String.join(",", answer.all("Connection"))).contains("close");
    }

    @ParameterizedTest
    @EnumSource
    void saysWhatIsWrongWithAHandshake(Host host) throws Exception {
        try (Host.Running running = host.start(WebApplication.of(Open.class).at("/app"))) {
            says(
                    ask(running, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""),
                    400,
                    "the Sec-WebSocket-Key header is missing");
            says(
                    ask(running, "dGhlIHNhbXBsZSBub25jZQ==", "abc"),
                    400,
                    "Sec-WebSocket-Key must be 16 bytes in base64, not \"abc\"");
            says(ask(running, "Upgrade: websocket\r\n", ""), 400, "the Upgrade header is missing");
            Http.Answer connection = ask(running, "Connection: Upgrade", "Connection: close");
            if (host == Host.JETTY) { // which looks at this itself
                assertThat(connection.status()).isEqualTo(400);
            } else {
                says(connection, 400, "Connection must name Upgrade, not \"close\"");
            }
            Http.Answer version = ask(running, "Version: 13", "Version: 8");
            says(version, 426, "Sec-WebSocket-Version must be 13, not \"8\"");
            assertThat(version.all("Sec-WebSocket-Version")).containsExactly("13");
            assertThat(version.all("Upgrade")).containsExactly("websocket");
            assertThat(String.join(",", version.all("Connection"))).contains("Upgrade");
            Http.Answer method = ask(running, "GET ", "POST ");
            says(method, 405, "the method must be GET, not \"POST\"");
            assertThat(method.all("Allow")).containsExactly("GET");
            says(
                    ask(running, "Upgrade: websocket", "Origin: http://elsewhere.example\r\nUpgrade: websocket"),
                    403,
                    "this origin is not allowed");
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersHeadWithoutABody(Host host) throws Exception {
        try (Host.Running running = host.start(WebApplication.of(Open.class).at("/app"))) {
            Http.Answer answer = ask(running, "GET ", "HEAD ");
            assertThat(answer.status()).isEqualTo(405);
            assertThat(answer.all("Allow")).containsExactly("GET");
            assertThat(answer.body()).isEmpty();
        }
    }
}
