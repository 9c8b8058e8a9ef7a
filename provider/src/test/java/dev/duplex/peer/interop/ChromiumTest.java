package dev.duplex.peer.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.CloseReason;
import dev.duplex.peer.Frame;
import dev.duplex.peer.HandshakeRequest;
import dev.duplex.peer.Message;
import dev.duplex.peer.PeerHandler;
import dev.duplex.peer.PeerOptions;
import dev.duplex.peer.PeerServer;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a page in a real browser sees of our server, and our server of the page. Each page is a new one, with no origin. */
@Timeout(120)
final class ChromiumTest {
    private static final String SCRIPTS = "aä€😀 漢字 👩‍👩‍👧 \0 \uFFFF";

    /**
     * What scripts begin with: {@code open} connects and resolves when open or closed, {@code next} resolves with the next message,
     * {@code closed} with what the close event says.
     */
    private static final String PRELUDE = """
        let ws, closed;
        const open = (...protocols) => {
            ws = new WebSocket(uri, protocols);
            ws.binaryType = 'arraybuffer';
            closed = new Promise((done) => ws.addEventListener('close',
                (event) => done([event.code, event.reason, event.wasClean].join('|'))));
            return new Promise((done) => {
                ws.addEventListener('open', () => done('open'));
                ws.addEventListener('close', () => done('closed before it was open'));
            });
        };
        const next = () => new Promise((done, fail) => {
            ws.addEventListener('message', (event) => done(event.data), { once: true });
            ws.addEventListener('close', (event) => fail(new Error('closed with ' + event.code)));
        });
        """;

    static final List<CloseReason> PAGE_CLOSE_REASONS = List.of(
            new CloseReason(1000, ""),
            new CloseReason(1000, "done"),
            new CloseReason(3000, "späße 😀"),
            new CloseReason(4999, "x".repeat(123)));

    static final List<CloseReason> SERVER_CLOSE_REASONS = Stream.concat(
                    PAGE_CLOSE_REASONS.stream(), Stream.of(new CloseReason(1001, "restart")))
            .toList();

    @TempDir
    private static Path folder;

    private static @Nullable PeerProcess browser;

    @BeforeAll
    static void start() throws IOException {
        browser = PeerProcess.chromium();
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    void pageWithoutOriginConnects() throws Exception {
        CompletableFuture<HandshakeRequest> request = new CompletableFuture<>();
        String result = with(
                peer -> request.complete(peer.handshakeRequest()),
                "return origin + ' ' + await open() + ' ' + ws.readyState;");
        assertThat(result).isEqualTo("null open 1");
        assertThat(get(request).header("Origin")).isEqualTo("null");
    }

    @Test
    void textComesBack() throws Exception {
        assertThat(with(ChromiumTest::echo, "await open(); ws.send(`" + SCRIPTS + "`); return await next();"))
                .isEqualTo(SCRIPTS);
    }

    @Test
    void bytesComeBackFromArrayAndBlob() throws Exception {
        String result = with(ChromiumTest::echo, """
            await open();
            ws.send(new Uint8Array([0, 1, 254, 255]));
            const array = [...new Uint8Array(await next())];
            ws.binaryType = 'blob';
            ws.send(new Blob([new Uint8Array([7, 8])]));
            const blob = [...new Uint8Array(await (await next()).arrayBuffer())];
            return array + ' ' + blob;
            """);
        assertThat(result).isEqualTo("0,1,254,255 7,8");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sixteenMebibytesComeBack(boolean compress) throws Exception {
        PeerOptions.Builder options =
                PeerOptions.builder().maxReceivePayload(16 << 20).compression(compress);
        String result = with(options, ChromiumTest::echo, """
            await open();
            const part = '0123456789 äöü € 😀 ';
            const text = part.repeat(Math.floor((16 << 20) / new TextEncoder().encode(part).length));
            ws.send(text);
            const sameText = await next() === text;
            const bytes = new Uint8Array(16 << 20).map((_, i) => i * i >> 8);
            ws.send(bytes);
            const echo = new Uint8Array(await next());
            const sameBytes = echo.length === bytes.length && echo.every((byte, i) => byte === bytes[i]);
            return [sameText, sameBytes, ws.extensions.startsWith('permessage-deflate')].join();
            """);
        assertThat(result).isEqualTo("true,true," + compress);
    }

    @Test
    void manySmallCompressedMessagesComeBackInOrder() throws Exception {
        String result = with(ChromiumTest::echo, """
            await open();
            const all = [];
            const done = new Promise((resolve) => ws.onmessage = (event) => {
                all.push(event.data);
                if (all.length === 1000) resolve();
            });
            for (let i = 0; i < 1000; i++) ws.send(`message ${i} `.repeat(i % 50 + 1));
            await done;
            return '' + all.every((text, i) => text === `message ${i} `.repeat(i % 50 + 1));
            """);
        assertThat(result).isEqualTo("true");
    }

    @Test
    void ourFragmentsAreOneMessage() throws Exception {
        String result = with(
                peer -> {
                    peer.write(Frame.text("Hel", false));
                    peer.ping(new byte[] {1});
                    peer.write(Frame.continuation("lo 😀".getBytes(UTF_8), true));
                    peer.readMessage(PeerProcess.LIMIT);
                },
                "open(); return await next();");
        assertThat(result).isEqualTo("Hello 😀");
    }

    @Test
    void browserAnswersOurPing() throws Exception {
        CompletableFuture<@Nullable Duration> latency = new CompletableFuture<>();
        with(
                peer -> {
                    peer.ping(new byte[] {1, 2, 3});
                    peer.write("pinged");
                    peer.readMessage(PeerProcess.LIMIT);
                    latency.complete(peer.latency());
                },
                "open(); await next(); ws.send('answered'); return await closed;");
        assertThat(get(latency)).isPositive();
    }

    @Test
    void bufferedAmountFallsToZeroAsWeRead() throws Exception {
        PeerOptions.Builder options = PeerOptions.builder().maxReceivePayload(4 << 20);
        String result = with(options, ChromiumTest::echo, """
            await open();
            ws.send(new Uint8Array(4 << 20));
            const queued = ws.bufferedAmount;
            await next();
            while (ws.bufferedAmount > 0) await new Promise((again) => setTimeout(again, 1));
            return `${queued} ${ws.bufferedAmount}`;
            """);
        assertThat(result).isEqualTo((4 << 20) + " 0");
    }

    @ParameterizedTest
    @FieldSource("PAGE_CLOSE_REASONS")
    void closeOfThePageIsCleanAndReported(CloseReason reason) throws Exception {
        CompletableFuture<CloseReason> seen = new CompletableFuture<>();
        String result = with(
                peer -> {
                    assertThat(peer.readMessage(PeerProcess.LIMIT)).isNull();
                    seen.complete(peer.closeReason());
                },
                "await open(); ws.close(" + reason.code() + ", '" + reason.reason() + "'); return await closed;");
        assertThat(get(seen)).isEqualTo(reason);
        assertThat(result).startsWith(reason.code() + "|").endsWith("|true");
    }

    @Test
    void closeOfThePageWithoutCodeIs1005() throws Exception {
        CompletableFuture<CloseReason> seen = new CompletableFuture<>();
        String result = with(
                peer -> {
                    assertThat(peer.readMessage(PeerProcess.LIMIT)).isNull();
                    seen.complete(peer.closeReason());
                },
                "await open(); ws.close(); return await closed;");
        assertThat(get(seen)).isEqualTo(new CloseReason(CloseReason.NO_STATUS, ""));
        assertThat(result).isEqualTo("1005||true");
    }

    @Test
    void pageThatIsLeftGoesAway() throws Exception {
        CompletableFuture<CloseReason> seen = new CompletableFuture<>();
        PeerHandler handler = peer -> {
            assertThat(peer.readMessage(PeerProcess.LIMIT)).isNull();
            seen.complete(peer.closeReason());
        };
        try (PeerServer server = WebSockets.server("ws://127.0.0.1:0/", handler)) {
            // The page is closed when its script has returned.
            assertThat(page(server, "return await open();", Map.of()).result()).isEqualTo("open");
            assertThat(get(seen)).isEqualTo(new CloseReason(CloseReason.GOING_AWAY, ""));
        }
    }

    @ParameterizedTest
    @FieldSource("SERVER_CLOSE_REASONS")
    void ourShutdownIsCleanAndReported(CloseReason reason) throws Exception {
        CompletableFuture<Boolean> completed = new CompletableFuture<>();
        String result = with(
                peer -> completed.complete(peer.shutdown(reason.code(), reason.reason())),
                "open(); return await closed;");
        assertThat(get(completed)).isTrue();
        assertThat(result).isEqualTo(reason.code() + "|" + reason.reason() + "|true");
    }

    @Test
    void handlerThatReturnsClosesWith1000() throws Exception {
        assertThat(with(peer -> {}, "open(); return await closed;")).isEqualTo("1000||true");
    }

    @Test
    void handlerThatFailsClosesWith1011() throws Exception {
        String result = with(
                peer -> {
                    throw new IllegalStateException("expected by the test");
                },
                "open(); return await closed;");
        assertThat(result).startsWith("1011|").endsWith("|true");
    }

    @Test
    void ourCloseWithoutShutdownIsNotClean() throws Exception {
        assertThat(with(WsPeer::close, "open(); return await closed;")).isEqualTo("1006||false");
    }

    @Test
    void subprotocolIsTheFirstOfThePageThatWeSpeak() throws Exception {
        PeerOptions.Builder options = PeerOptions.builder().subprotocols("a", "b");
        assertThat(with(options, ChromiumTest::echo, "await open('c', 'b', 'a'); return ws.protocol;"))
                .isEqualTo("b");
    }

    @Test
    void anotherPathIsRefusedBeforeItIsOpen() throws Exception {
        AtomicInteger handled = new AtomicInteger();
        String result = with(
                peer -> handled.incrementAndGet(),
                "uri = new URL('/other', uri).href; return await open() + ' ' + await closed;");
        assertThat(result).isEqualTo("closed before it was open 1006||false");
        assertThat(handled).hasValue(0);
    }

    @Test
    void tlsIsTakenByThoseWhoTrustTheCertificateOnly() throws Exception {
        Identity identity = Identity.make(folder, "server", Identity.EC, "IP:127.0.0.1");
        PeerOptions options =
                PeerOptions.builder().sslContext(identity.serving()).build();
        try (PeerServer server = WebSockets.server("wss://127.0.0.1:0/", ChromiumTest::echo, options)) {
            String script =
                    "if (await open() === 'open') { ws.send('secret'); return await next(); } return await closed;";
            assertThat(page(server, script, Map.of("ignoreHTTPSErrors", true)).result())
                    .isEqualTo("secret");
            assertThat(page(server, script, Map.of()).result()).isEqualTo("1006||false");
        }
    }

    private static void echo(WsPeer peer) throws IOException {
        for (Message message; (message = peer.readMessage(PeerProcess.LIMIT)) != null; ) {
            if (message.isText()) {
                peer.write(message.text());
            } else {
                peer.write(message.data());
            }
        }
    }

    /** What the script returns when the handler serves it. */
    private static String with(PeerHandler handler, String script) throws Exception {
        return with(PeerOptions.builder(), handler, script);
    }

    private static String with(PeerOptions.Builder options, PeerHandler handler, String script) throws Exception {
        try (PeerServer server = WebSockets.server("ws://127.0.0.1:0/chat", handler, options.build())) {
            return page(server, script, Map.of()).result();
        }
    }

    private static PeerProcess.Page page(PeerServer server, String script, Map<String, ?> contextOptions) {
        return requireNonNull(browser).run("let uri = '" + server.uri() + "';\n" + PRELUDE + script, contextOptions);
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(PeerProcess.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }
}
