package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.duplex.peer.interop.Identity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that stall, send nonsense or vanish: each gets what it deserves, nobody else notices, and nothing is left of it. */
@Timeout(120)
final class BadClientsTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    @TempDir
    private static Path folder;

    private static Identity identity;

    @BeforeAll
    static void makeKeys() throws IOException {
        identity = Identity.local(folder);
    }

    private static SSLSocketFactory trusting() {
        return identity.trusting().getSocketFactory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\r\n", "G", "GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\n"})
    void headThatDoesNotComeInTimeIs408(String start) throws Exception {
        try (DuplexServer server = Echo.builder().handshakeTimeout(SHORT).start();
                RawClient client = RawClient.to(server)) {
            client.send(start);
            assertThat(client.answer())
                    .startsWith("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n")
                    .endsWith("\r\n\r\nthe request did not come in time\n");
        }
    }

    @Test
    void limitsOfTheHeadAreThoseOfTheBuilder() throws Exception {
        try (DuplexServer server = Echo.builder().headLimits(300, 7).start()) {
            RawClient.upgraded(server, "/echo").close();
            for (String request : List.of(
                    RawClient.upgrade("/echo", "A: " + "b".repeat(300)),
                    RawClient.upgrade("/echo", "A: b", "C: d", "E: f"))) {
                try (RawClient client = RawClient.to(server)) {
                    client.send(request);
                    assertThat(client.answer()).startsWith("HTTP/1.1 431 ");
                }
            }
        }
    }

    @Test
    void connectionsOverTheLimitGet503AndAPlaceIsFreeAfterAnEnd() throws Exception {
        try (DuplexServer server = Echo.builder().maxConnections(2).start();
                RawClient first = RawClient.upgraded(server, "/echo");
                RawClient second = RawClient.upgraded(server, "/echo")) {
            try (RawClient third = RawClient.to(server)) {
                third.send(RawClient.upgrade("/echo"));
                assertThat(third.answer())
                        .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                        .endsWith("\r\n\r\nthis server has 2 connections, its limit; try again later\n");
            }
            first.reset();
            Remains.eventually("a place", () -> accepted(server) ? 1 : 0, count -> count == 1);
            second.echoes("still here");
        }
    }

    private static boolean accepted(DuplexServer server) {
        try (RawClient client = RawClient.to(server)) {
            client.send(RawClient.upgrade("/echo"));
            return client.head().startsWith("HTTP/1.1 101 ");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void clientThatHasSentAllItWantsStillReadsItsAnswer() throws Exception {
        try (DuplexServer server = Echo.builder().start();
                RawClient client = RawClient.to(server)) {
            client.send("GET /none HTTP/1.1\r\nHost: a\r\n\r\n");
            client.endOfStream();
            assertThat(client.answer()).startsWith("HTTP/1.1 404 ").endsWith("\n");
        }
    }

    @Test
    void clientThatEndsItsStreamInTheHeadIsClosed() throws Exception {
        try (DuplexServer server = Echo.builder().start();
                RawClient client = RawClient.to(server)) {
            client.send("GET /none HTTP/1.1\r\n");
            client.endOfStream();
            client.ends();
        }
    }

    @Test
    void clientThatIsStillSendingItsBodyReadsItsAnswer() throws Exception {
        try (DuplexServer server = Echo.builder().start();
                RawClient client = RawClient.to(server)) {
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n");
            for (int i = 0; i < 40; i++) {
                client.send(new byte[100_000]);
            }
            assertThat(client.answer()).startsWith("HTTP/1.1 405 ").endsWith("\n");
        }
    }

    @Test
    void aThousandSlowHeadsHoldUpNobody() throws Exception {
        Remains remains = new Remains(folder);
        try (DuplexServer server =
                        Echo.builder().handshakeTimeout(RawClient.LIMIT).start();
                RawClient healthy = RawClient.upgraded(server, "/echo")) {
            List<RawClient> slow = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                RawClient client = RawClient.to(server);
                client.send("GET /echo HTTP/1.1\r\nA: " + i);
                slow.add(client);
            }
            for (int round = 0; round < 5; round++) {
                for (RawClient client : slow) {
                    client.send("b");
                }
                healthy.echoes("round " + round);
                try (RawClient late = RawClient.upgraded(server, "/echo")) {
                    late.echoes("late");
                }
            }
            for (RawClient client : slow) {
                client.close();
            }
        }
        remains.areNoMore();
    }

    @Test
    void clientsThatVanishAnywhereLeaveNothing() throws Exception {
        Remains remains = new Remains(folder);
        String request = RawClient.upgrade("/echo") + "\u0081\u0085\0\0\0\0hello";
        try (DuplexServer server = Echo.builder().start();
                RawClient healthy = RawClient.upgraded(server, "/echo")) {
            for (int i = 0; i < 1000; i++) {
                RawClient client = RawClient.to(server);
                client.send(request.substring(0, i % (request.length() + 1)));
                if (i % 2 == 0) {
                    client.reset();
                } else {
                    client.close();
                }
                if (i % 100 == 0) {
                    healthy.echoes("hello");
                }
            }
        }
        remains.areNoMore();
    }

    @Test
    void clientsThatSendRandomBytesLeaveNothing() throws Exception {
        Remains remains = new Remains(folder);
        Random random = new Random(7);
        try (DuplexServer plain = Echo.builder().start();
                DuplexServer secure =
                        Echo.builder().sslContext(identity.serving()).start()) {
            for (int i = 0; i < 400; i++) {
                byte[] bytes = new byte[1 + random.nextInt(3000)];
                random.nextBytes(bytes);
                try (RawClient client = RawClient.to(i % 2 == 0 ? plain : secure)) {
                    client.send(bytes);
                    client.endOfStream();
                    client.ends();
                }
            }
            RawClient.upgraded(plain, "/echo").close();
        }
        remains.areNoMore();
    }

    @Test
    void servesOverTls() throws Exception {
        try (DuplexServer server = Echo.builder().sslContext(identity.serving()).start();
                RawClient client = RawClient.to(server, trusting())) {
            assertThat(server.uri("/echo")).hasToString("wss://127.0.0.1:" + server.port() + "/echo");
            client.send(RawClient.upgrade("/echo"));
            assertThat(client.head()).startsWith("HTTP/1.1 101 ");
            client.echoes("secret");
        }
    }

    @Test
    void refusesOverTls() throws Exception {
        try (DuplexServer server = Echo.builder().sslContext(identity.serving()).start();
                RawClient client = RawClient.to(server, trusting())) {
            client.send(RawClient.upgrade("/none"));
            assertThat(client.answer()).startsWith("HTTP/1.1 404 ").endsWith("\n");
        }
    }

    @Test
    void plainHttpToTheTlsPortIsToldAndHarmsNobody() throws Exception {
        try (DuplexServer server = Echo.builder().sslContext(identity.serving()).start()) {
            try (RawClient plain = RawClient.to(server)) {
                plain.send(RawClient.upgrade("/echo"));
                assertThat(plain.answer())
                        .startsWith("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n")
                        .endsWith("\r\n\r\nthis port speaks TLS: connect to it by wss\n");
            }
            try (RawClient client = RawClient.to(server, trusting())) {
                client.send(RawClient.upgrade("/echo"));
                assertThat(client.head()).startsWith("HTTP/1.1 101 ");
            }
        }
    }

    @Test
    void tlsToThePlainPortFailsAtOnce() throws Exception {
        // The time of the head would be over after the test's
        try (DuplexServer server =
                        Echo.builder().handshakeTimeout(Duration.ofHours(1)).start();
                RawClient client = RawClient.to(server, trusting())) {
            assertThat(catchThrowable(() -> client.send("GET / HTTP/1.1\r\n"))).isInstanceOf(SSLException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 100})
    void stalledTlsHandshakeIsCutInTime(int bytes) throws Exception {
        Remains remains = new Remains(folder);
        byte[] hello = new byte[bytes];
        byte[] start = {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xFC, 3, 3};
        System.arraycopy(start, 0, hello, 0, Math.min(start.length, bytes));
        try (DuplexServer server = Echo.builder()
                        .sslContext(identity.serving())
                        .handshakeTimeout(SHORT)
                        .start();
                RawClient client = RawClient.to(server)) {
            client.send(hello);
            client.ends();
        }
        remains.areNoMore();
    }

    @Test
    void headOverTlsHasWhatIsLeftOfTheTime() throws Exception {
        try (DuplexServer server = Echo.builder()
                        .sslContext(identity.serving())
                        .handshakeTimeout(Duration.ofSeconds(2))
                        .start();
                RawClient client = RawClient.to(server, trusting())) {
            client.send("GET /echo HTTP/1.1\r\n");
            assertThat(client.answer()).startsWith("HTTP/1.1 408 ");
        }
    }
}
