package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.duplex.peer.CloseReason;
import dev.duplex.peer.interop.Identity;
import dev.duplex.peer.interop.PeerProcess;
import dev.duplex.peer.interop.RemotePeer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of other people's: each connects, is echoed, is refused, and hears of the server's end. */
@Timeout(120)
final class RealClientsTest {
    private static final String TEXT = "aä€😀 漢字";

    @TempDir
    private static Path folder;

    private static Identity identity;

    /** A client in a child process. */
    enum Client {
        NODE,
        PYTHON;

        PeerProcess start() throws IOException {
            return this == NODE ? PeerProcess.node() : PeerProcess.python();
        }
    }

    @BeforeAll
    static void makeKeys() throws IOException {
        identity = Identity.local(folder);
    }

    private static DuplexServer serve(boolean tls) throws Exception {
        DuplexServer.Builder builder = Echo.builder();
        return (tls ? builder.sslContext(identity.serving()) : builder).start();
    }

    private static Map<String, Object> options(DuplexServer server, String path, boolean tls) {
        Map<String, Object> options =
                new HashMap<>(Map.of("url", server.uri(path).toString()));
        if (tls) {
            options.put("ca", identity.certificate().toString());
        }
        return options;
    }

    @ParameterizedTest
    @CsvSource({"NODE, false", "NODE, true", "PYTHON, false", "PYTHON, true"})
    void clientIsEchoedAndToldOfTheEnd(Client client, boolean tls) throws Exception {
        try (PeerProcess process = client.start()) {
            DuplexServer server = serve(tls);
            try {
                RemotePeer peer = process.connect(options(server, "/echo?a=b", tls));
                peer.opened();
                peer.text(TEXT);
                assertThat(peer.nextText()).isEqualTo(TEXT);
                server.close();
                assertThat(peer.closed().code()).isEqualTo(1001);
            } finally {
                server.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void clientIsRefused(Client client) throws Exception {
        try (PeerProcess process = client.start();
                DuplexServer server = serve(false)) {
            assertThat(process.connect(options(server, "/none", false)).refusedWith())
                    .isEqualTo(404);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closeOfTheClientIsAnswered(Client client) throws Exception {
        try (PeerProcess process = client.start();
                DuplexServer server = serve(false)) {
            RemotePeer peer = process.connect(options(server, "/echo", false));
            peer.opened();
            peer.close(new CloseReason(4001, "done"));
            assertThat(peer.closed().code()).isEqualTo(4001);
        }
    }

    @Test
    void pageOfABrowserIsEchoed() throws Exception {
        try (PeerProcess browser = PeerProcess.chromium();
                DuplexServer server = Echo.builder().anyOrigin().start()) {
            String result = browser.run("""
                const ws = new WebSocket('%s');
                await new Promise((done, fail) => { ws.onopen = done; ws.onerror = fail; });
                ws.send('%s');
                const text = await new Promise((done) => ws.onmessage = (event) => done(event.data));
                const closed = new Promise((done) => ws.onclose = (event) => done(event.code));
                ws.close(1000);
                return text + ' ' + await closed;
                """.formatted(server.uri("/echo"), TEXT), Map.of())
                    .result();
            assertThat(result).isEqualTo(TEXT + " 1000");
        }
    }

    @Test
    void pageOfABrowserReadsWhyNot() throws Exception {
        try (PeerProcess browser = PeerProcess.chromium();
                DuplexServer server = serve(false)) {
            String result =
                    browser.run("""
                        return (await fetch('%s', { mode: 'no-cors' })).type;
                        """.formatted(http(server, "/none")), Map.of()).result();
            assertThat(result).isEqualTo("opaque"); // an answer that pages may not look into, but an answer
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void clientOfTheJdkIsEchoed(boolean tls) throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (HttpClient http = client(tls);
                DuplexServer server = serve(tls)) {
            WebSocket socket = get(http.newWebSocketBuilder().buildAsync(server.uri("/echo"), new WebSocket.Listener() {
                @Override
                public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
                    heard.add(data.toString());
                    webSocket.request(1);
                    return null;
                }

                @Override
                public CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
                    heard.add("closed " + code);
                    return null;
                }
            }));
            get(socket.sendText(TEXT, true));
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(TEXT);
            server.stop(RawClient.LIMIT);
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("closed 1001");
        }
    }

    @Test
    void clientOfTheJdkIsRefused() throws Exception {
        try (HttpClient http = client(false);
                DuplexServer server = serve(false)) {
            CompletableFuture<WebSocket> refused =
                    http.newWebSocketBuilder().buildAsync(server.uri("/none"), new WebSocket.Listener() {});
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> get(refused))
                    .withCauseInstanceOf(WebSocketHandshakeException.class)
                    .satisfies(failure -> assertThat(((WebSocketHandshakeException) failure.getCause())
                                    .getResponse()
                                    .statusCode())
                            .isEqualTo(404));
        }
    }

    @Test
    void clientOfHttpReadsWhyNot() throws Exception {
        try (HttpClient http = client(false);
                DuplexServer server = serve(false)) {
            for (HttpRequest.Builder request : List.of(
                    HttpRequest.newBuilder().GET(),
                    HttpRequest.newBuilder().method("HEAD", HttpRequest.BodyPublishers.noBody()),
                    HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.ofByteArray(new byte[300_000])))) {
                HttpResponse<String> answer =
                        http.send(request.uri(http(server, "/none")).build(), HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).isEqualTo(404);
                assertThat(answer.body()).matches(answer.request().method().equals("HEAD") ? "" : "[ -~]+\n");
            }
        }
    }

    private static HttpClient client(boolean tls) {
        HttpClient.Builder builder = HttpClient.newBuilder();
        return (tls ? builder.sslContext(identity.trusting()) : builder).build();
    }

    private static URI http(DuplexServer server, String path) {
        return URI.create(server.uri(path).toString().replaceFirst("^ws", "http"));
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }
}
