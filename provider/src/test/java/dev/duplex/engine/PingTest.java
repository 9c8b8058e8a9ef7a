package dev.duplex.engine;

import static dev.duplex.engine.Line.result;
import static dev.duplex.frame.Wiring.bytes;
import static dev.duplex.frame.Wiring.frame;
import static dev.duplex.frame.Wiring.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.duplex.frame.Wiring;
import dev.duplex.transport.MemoryTransport;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class PingTest {
    @ParameterizedTest
    @EnumSource
    void aPingIsAnsweredWithItsPayload(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            String longest = hex(frame(0x89, new byte[125]));
            line.send("89 00", "89 02 ff fe", longest, "81 00");
            assertThat(line.read()).isEqualTo("81 00");
            line.assertReceives("8a 00", "8a 02 ff fe", hex(frame(0x8a, new byte[125])));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPongGoesBeforeTheDataThatIsWrittenLater(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            for (int i = 0; i < 100; i++) {
                line.send("89 01 01", "89 01 02", "81 01 61");
                assertThat(line.read()).isEqualTo("81 01 61");
                line.write("81 01 62");
                line.assertReceives("8a 01 01", "8a 01 02", "81 01 62");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPingInsideAMessageIsAnsweredBeforeTheMessageEnds(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send("01 01 61", "89 01 07");
            assertThat(line.read()).isEqualTo("01 01 61");
            var reading = line.start(line::read);
            line.assertReceives("8a 01 07");
            line.send("80 01 62");
            assertThat(result(reading)).isEqualTo("80 01 62");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPongIsAlsoSentInsideAMessageOfThisEnd(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.write("01 01 61");
            line.send("89 01 07", "81 00");
            assertThat(line.read()).isEqualTo("81 00");
            line.assertReceives("01 01 61", "8a 01 07");
            line.write("80 01 62");
            line.assertReceives("80 01 62");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPongThatNobodyAskedForIsIgnored(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send("8a 00", "8a 03 01 02 03", "81 00");
            assertThat(line.read()).isEqualTo("81 00");
            assertThat(line.connection.latency()).isNegative();
            line.write("81 00");
            line.assertReceives("81 00");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theReaderNeverWaitsForAWriterAndOnlyTheNewestPongsAreKept(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).capacity(1_000).open()) {
            var writing = line.start(() -> line.write(0x82, new byte[5_000], Duration.ofSeconds(10)));
            line.here.awaitBlockedWriter();
            for (int i = 0; i < 40; i++) {
                line.send(new byte[] {(byte) 0x89, 1, (byte) i});
            }
            line.send("81 01 61");
            assertThat(line.read()).isEqualTo("81 01 61");
            assertThat(writing).isNotDone();

            line.assertReceives(hex(frame(0x82, new byte[5_000])));
            for (int i = 24; i < 40; i++) { // sixteen of them
                line.assertReceives(hex(new byte[] {(byte) 0x8a, 1, (byte) i}));
            }
            line.write("81 00");
            line.assertReceives("81 00");
            result(writing);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPingMeasuresTheLatencyByThePongWithItsPayload(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.connection.ping(bytes("01 02"));
            line.assertReceives("89 02 01 02");
            line.send("8a 02 01 03", "8a 00", "81 00");
            line.read();
            assertThat(line.connection.latency()).isNegative();

            line.send("8a 02 01 02", "81 00");
            line.read();
            long latency = line.connection.latency();
            assertThat(latency).isPositive();

            line.send("8a 02 01 02", "81 00"); // was answered already
            line.read();
            assertThat(line.connection.latency()).isEqualTo(latency);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPingThatGetsNoTurnTimesOutAndTheConnectionLives(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).capacity(100).writeMillis(30).open()) {
            var writing = line.start(() -> line.write(0x82, new byte[1_000], Duration.ofSeconds(10)));
            line.here.awaitBlockedWriter();
            assertThatExceptionOfType(SocketTimeoutException.class)
                    .isThrownBy(() -> line.connection.ping(new byte[0]))
                    .withMessage("No turn to send a Ping within PT0.03S because another frame is being sent");
            line.assertReceives(hex(frame(0x82, new byte[1_000])));
            result(writing);
            line.connection.ping(new byte[0]);
            line.assertReceives("89 00");
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsPingedAfterTheEnd(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.connection.close();
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> line.connection.ping(new byte[0]))
                    .withMessage("Nothing can be sent any more: the connection is closed or closing");
        }
    }

    /** Each end writes data and pings as fast as it can, and reads as well; hardly a frame fits into the pipe between them. */
    @ParameterizedTest
    @ValueSource(ints = {100, 1_000, 100_000})
    void twoEndsThatFloodEachOtherNeverDeadlock(int capacity) throws Exception {
        int messages = 2_000;
        MemoryTransport transport = MemoryTransport.pair(capacity);
        long wait = Line.DEADLINE;
        Connection client =
                new Connection(transport, new ConnectionSettings(true, 0, wait, wait), null, Line.Owner.of(1 << 20));
        Connection server = new Connection(
                transport.remote(), new ConnectionSettings(false, 0, wait, wait), null, Line.Owner.of(1 << 20));
        CountDownLatch unread = new CountDownLatch(2 * messages);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> writers = new ArrayList<>();
            List<Future<?>> readers = new ArrayList<>();
            for (Connection end : List.of(client, server)) {
                writers.add(threads.submit(() -> {
                    for (int i = 0; i < messages; i++) {
                        end.write(2, true, new byte[300], 0, 300);
                    }
                    return messages;
                }));
                writers.add(threads.submit(() -> {
                    for (int i = 0; i < messages; i++) {
                        end.ping(new byte[125]);
                    }
                    return messages;
                }));
                readers.add(threads.submit(() -> {
                    end.lockReading();
                    try {
                        while (end.receive(0)) {
                            unread.countDown();
                        }
                        return true;
                    } finally {
                        end.unlockReading();
                    }
                }));
            }
            for (Future<?> writer : writers) {
                writer.get(20, TimeUnit.SECONDS);
            }
            assertThat(unread.await(20, TimeUnit.SECONDS)).as("all is read").isTrue();
            client.close();
            for (Future<?> reader : readers) {
                reader.get(20, TimeUnit.SECONDS);
            }
        } finally {
            client.close();
            server.close();
        }
    }
}
