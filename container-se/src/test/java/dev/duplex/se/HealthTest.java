package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.net.ConnectException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What load balancers are told. */
@Timeout(120)
final class HealthTest {
    private static String answer(DuplexServer server, String request) throws IOException {
        try (RawClient client = RawClient.to(server)) {
            client.send(request);
            return client.answer();
        }
    }

    private static String request(String method) {
        return method + " /health HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    @Test
    void serverThatServesIsHealthy() throws Exception {
        try (DuplexServer server = Echo.builder().healthPath("/health").start()) {
            assertThat(answer(server, request("GET")))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("\r\nConnection: close\r\n", "\r\nCache-Control: no-store\r\n")
                    .endsWith("\r\n\r\nok\n");
            assertThat(answer(server, request("HEAD")))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("\r\nContent-Length: 3\r\n")
                    .endsWith("\r\n\r\n");
            assertThat(answer(server, request("POST")))
                    .startsWith("HTTP/1.1 405 ")
                    .contains("\r\nAllow: GET, HEAD\r\n");
            assertThat(answer(server, request("GET").replace("/health", "/health/more")))
                    .startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    void healthIsToldToAnybodyAndWhenTheServerIsFull() throws Exception {
        try (DuplexServer server = Echo.builder()
                        .healthPath("/health")
                        .authenticator(request -> Authenticator.forbidden())
                        .maxConnections(1)
                        .start();
                RawClient only = RawClient.to(server)) {
            assertThat(answer(server, request("GET"))).startsWith("HTTP/1.1 200 ");
            only.send(RawClient.upgrade("/echo"));
            assertThat(only.answer()).startsWith("HTTP/1.1 403 ");
        }
    }

    @Test
    void nothingIsToldUnlessItWasAskedFor() throws Exception {
        try (DuplexServer server = Echo.builder().start()) {
            assertThat(answer(server, request("GET"))).startsWith("HTTP/1.1 404 ");
        }
    }

    @Test
    void serverThatDrainsSaysSoUntilItsSessionsHaveEnded() throws Exception {
        DuplexServer server = Echo.builder().healthPath("/health").start();
        CompletableFuture<Void> stopped;
        try (RawClient session = RawClient.upgraded(server, "/echo")) {
            stopped = CompletableFuture.runAsync(() -> server.stop(RawClient.LIMIT));
            assertThat(session.textUpToClose(1001)).isNull();
            assertThat(answer(server, request("GET")))
                    .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                    .endsWith("\r\n\r\ndraining\n");
            assertThat(answer(server, RawClient.upgrade("/echo")))
                    .startsWith("HTTP/1.1 503 ")
                    .endsWith("\r\n\r\nthis server is stopping; connect to another one\n");
            assertThat(stopped).isNotDone();
            session.answersClose();
        }
        stopped.get(RawClient.LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> RawClient.to(server));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "health", "/health?all"})
    void healthPathIsAPath(String path) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DuplexServer.builder().healthPath(path))
                .withMessage("healthPath must start with / and have no query, not be " + path);
    }
}
