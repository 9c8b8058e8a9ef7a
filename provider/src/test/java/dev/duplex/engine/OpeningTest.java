package dev.duplex.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.duplex.handshake.ClientHandshake;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.handshake.HeadLimits;
import dev.duplex.handshake.Headers;
import dev.duplex.handshake.ResponseHead;
import dev.duplex.transport.MemoryTransport;
import dev.duplex.transport.Transport;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class OpeningTest {
    private static final String REQUEST = "GET /caf\u00e9 HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String ANSWER = "HTTP/1.1 503 Busy\r\nRetry-After: 5\r\n\r\n";
    /** A text frame of a server's. */
    private static final String HELLO = "\u0081\u0005Hello";

    private static final ClientHandshake HANDSHAKE = ClientHandshake.of(
            URI.create("ws://localhost/chat"),
            Headers.NONE,
            List.of(),
            List.of(),
            new byte[ClientHandshake.NONCE_BYTES]);

    private final MemoryTransport here = MemoryTransport.pair();
    private final MemoryTransport there = here.remote();
    private final Opening opening = new Opening(here, System.nanoTime() + Line.DEADLINE);

    private void send(String text) throws IOException {
        there.output().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private String received() throws IOException {
        there.readTimeout((int) TimeUnit.NANOSECONDS.toMillis(Line.DEADLINE));
        return new String(there.input().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    private static void assertReadsHello(Connection connection) throws Exception {
        connection.lockReading();
        try {
            assertThat(connection.receive(Line.DEADLINE)).isTrue();
            assertThat(connection.takePayload())
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo("Hello");
        } finally {
            connection.unlockReading();
            connection.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1_000_000})
    void readsARequestAndLeavesWhatIsBehindItToTheConnection(int bytesPerRead) throws Exception {
        here.bytesPerRead(bytesPerRead);
        send(REQUEST + HELLO);
        assertThat(opening.readRequest()).isEqualTo(REQUEST);
        assertThat(opening.transport()).isSameAs(here);
        // Of the client's role only because its remote end does not mask
        assertReadsHello(opening.connection(
                new ConnectionSettings(true, 0, Line.DEADLINE, Line.DEADLINE), null, Line.Owner.of(10)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1_000_000})
    void skipsInterimAnswersAndReturnsTheOtherUnjudged(int bytesPerRead) throws Exception {
        here.bytesPerRead(bytesPerRead);
        send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ANSWER + HELLO);
        ResponseHead response = opening.ask(HANDSHAKE);
        assertThat(response.status()).isEqualTo(503);
        assertThat(response.headers().first("Retry-After")).isEqualTo("5");
        assertReadsHello(opening.connection(
                new ConnectionSettings(true, 0, Line.DEADLINE, Line.DEADLINE), null, Line.Owner.of(10)));
        assertThat(received()).isEqualTo(HANDSHAKE.request().text());
    }

    @Test
    void aRequestThatIsLateGets408() throws Exception {
        send("GET / HTTP/1.1\r\n");
        Opening late = new Opening(here, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50));
        assertThatExceptionOfType(HandshakeFailure.class)
                .isThrownBy(late::readRequest)
                .withMessage("the request did not come in time")
                .satisfies(failure -> assertThat(failure.status()).isEqualTo(408));
    }

    @Test
    void anAnswerThatIsLateIsATimeout() {
        Opening late = new Opening(here, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50));
        assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> late.ask(HANDSHAKE));
    }

    @Test
    void aRequestIsHeldToTheLimitsOfTheCaller() throws Exception {
        send("GET /" + "x".repeat(100));
        assertThatExceptionOfType(HandshakeFailure.class)
                .isThrownBy(() -> opening.readRequest(new HeadLimits(64, 100)))
                .withMessage("the head of the request is larger than 64 bytes")
                .satisfies(failure -> assertThat(failure.status()).isEqualTo(431));
    }

    @Test
    void anAnswerIsTheLastThatIsSent() throws Exception {
        Headers allow = Headers.builder().add("Allow", "GET").build();
        there.shutdownOutput();
        opening.answer(new ResponseHead("HTTP/1.1", 200, "OK", allow));
        assertThat(received()).isEqualTo("HTTP/1.1 200 OK\r\nAllow: GET\r\n\r\n");
    }

    @Test
    void aRequestThatIsTooLargeGets431() throws Exception {
        send("GET /" + "x".repeat(20_000));
        assertThatExceptionOfType(HandshakeFailure.class)
                .isThrownBy(opening::readRequest)
                .satisfies(failure -> assertThat(failure.status()).isEqualTo(431));
    }

    @Test
    void anEndInsideTheHeadIsSaidSo() throws Exception {
        send("GET / HTTP/1.1\r\n");
        there.shutdownOutput();
        assertThatExceptionOfType(EOFException.class).isThrownBy(opening::readRequest);
    }

    @Test
    void whoIsRefusedMayStillSendAndReadsTheAnswer() throws Exception {
        FutureTask<String> refusing = new FutureTask<>(() -> {
            opening.refuse(new HandshakeFailure(404, "there is nothing at /x"));
            return "refused";
        });
        Thread.ofVirtual().start(refusing);
        send(REQUEST);
        assertThat(received()).startsWith("HTTP/1.1 404 Not Found\r\n").endsWith("\r\n\r\nthere is nothing at /x\n");
        there.close();
        assertThat(refusing.get(Line.DEADLINE, TimeUnit.NANOSECONDS)).isEqualTo("refused");
    }

    /** A transport that says goodbye before its end, as TLS does. */
    private record Polite(MemoryTransport plain) implements Transport {
        @Override
        public InputStream input() {
            return plain.input();
        }

        @Override
        public OutputStream output() {
            return plain.output();
        }

        @Override
        public void readTimeout(int millis) throws IOException {
            plain.readTimeout(millis);
        }

        @Override
        public void shutdownOutput() throws IOException {
            plain.output().write("goodbye".getBytes(StandardCharsets.US_ASCII));
            plain.shutdownOutput();
        }

        @Override
        public void close() {
            plain.close();
        }

        @Override
        public SocketAddress remoteAddress() {
            return plain.remoteAddress();
        }

        @Override
        public SocketAddress localAddress() {
            return plain.localAddress();
        }
    }

    @Test
    void answerThatIsNotReadHoldsNobodyAtItsEnd() {
        MemoryTransport full = MemoryTransport.pair(1000);
        Opening answering = new Opening(new Polite(full), System.nanoTime() + Line.DEADLINE);
        ResponseHead head = ResponseHead.last(200, Instant.now(), Headers.NONE);
        byte[] rest = new byte[1000 - head.text().length()];
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> answering.answer(head, out -> out.write(rest)));
    }
}
