package dev.duplex.engine;

import static dev.duplex.engine.Line.close;
import static dev.duplex.engine.Line.result;
import static dev.duplex.frame.Wiring.frame;
import static dev.duplex.frame.Wiring.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.duplex.frame.CloseFrame;
import dev.duplex.frame.ProtocolFailure;
import dev.duplex.frame.Wiring;
import dev.duplex.transport.MemoryTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class ClosingTest {
    private static final CloseFrame BYE = new CloseFrame(1000, "bye");
    private static final long SHORT = TimeUnit.MILLISECONDS.toNanos(30);

    // ---- the remote end first

    static Stream<Arguments> closes() {
        List<Arguments> rows = new ArrayList<>();
        for (Wiring wiring : Wiring.values()) {
            rows.add(Arguments.of("88 00", "88 00", new CloseFrame(1005, ""), wiring));
            rows.add(Arguments.of("88 02 03 e8", "88 02 03 e8", new CloseFrame(1000, ""), wiring));
            rows.add(Arguments.of("88 05 03 e9 62 79 65", "88 02 03 e9", new CloseFrame(1001, "bye"), wiring));
            rows.add(Arguments.of("88 05 0b b8 e2 82 ac", "88 02 0b b8", new CloseFrame(3000, "€"), wiring));
            rows.add(Arguments.of(
                    close(4999, "x".repeat(123)), "88 02 13 87", new CloseFrame(4999, "x".repeat(123)), wiring));
        }
        return rows.stream();
    }

    @ParameterizedTest
    @MethodSource("closes")
    void aCloseIsAnsweredWithItsCode(String received, String answer, CloseFrame result, Wiring wiring)
            throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send("81 01 61", received);
            assertThat(line.read()).isEqualTo("81 01 61");
            FutureTask<String> reading = line.start(line::read);
            line.assertReceives(answer);
            if (wiring.client()) {
                line.there.close(); // RFC 6455 §7.1.1: the server closes TCP, the client waits for that
            } else {
                line.assertReceives("end");
            }
            assertThat(result(reading)).isEqualTo("end");
            line.assertEnded();
            assertThat(line.connection.result()).isEqualTo(result);
            assertThat(line.connection.error()).isNull();
            assertThat(line.read()).isEqualTo("end");
            assertThat(line.connection.shutdown(BYE, Line.DEADLINE))
                    .as("completed")
                    .isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "CLIENT.*")
    void aClientThatHasAnsweredWaitsForTheServerToCloseTcp(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send("88 00");
            FutureTask<String> reading = line.start(line::read);
            line.assertReceives("88 00");
            line.here.awaitBlockedReader();
            assertThat(line.here.closed()).isFalse();
            line.there.close();
            assertThat(result(reading)).isEqualTo("end");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "CLIENT.*")
    void aClientDoesNotWaitForEverForTheServerToCloseTcp(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).shutdownMillis(30).open()) {
            line.send("88 00");
            assertThat(line.read()).isEqualTo("end");
            line.assertReceives("88 00", "end");
            line.assertEnded();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatComesBehindACloseIsNotRead(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send("88 02 03 e8", "81 01 61", "89 00", "88 02 03 e9", "83 00");
            line.there.shutdownOutput();
            assertThat(line.read()).isEqualTo("end");
            assertThat(line.connection.result()).isEqualTo(new CloseFrame(1000, ""));
            assertThat(line.connection.error()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPingBeforeACloseIsAnsweredBeforeIt(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send("89 01 07", "88 00");
            line.there.shutdownOutput();
            assertThat(line.read()).isEqualTo("end");
            line.assertReceives("8a 01 07", "88 00", "end");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseInsideAMessageEndsToo(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send("01 01 61", "88 00");
            line.there.shutdownOutput();
            line.write("02 01 62");
            assertThat(line.read()).isEqualTo("01 01 61");
            assertThat(line.read()).isEqualTo("end");
            line.assertReceives("02 01 62", "88 00", "end");
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsWrittenBehindTheAnswer(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send("88 00");
            line.there.shutdownOutput();
            assertThat(line.read()).isEqualTo("end");
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> line.write("81 00"))
                    .withMessage("Nothing can be sent any more: the connection is closed or closing");
            line.assertReceives("88 00", "end");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseThatCannotBeAnsweredEndsTheConnectionInTime(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).capacity(100).shutdownMillis(30).open()) {
            FutureTask<Integer> writing = line.start(() -> line.write(0x82, new byte[1_000], Duration.ofSeconds(10)));
            line.here.awaitBlockedWriter();
            line.send("88 02 03 e8");
            assertThat(line.read()).isEqualTo("end");
            line.assertEnded();
            assertThat(line.connection.result()).isEqualTo(new CloseFrame(1000, ""));
            assertThat(line.connection.shutdown(BYE, Line.DEADLINE)).isFalse();
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> result(writing));
        }
    }

    // ---- this end first

    @ParameterizedTest
    @EnumSource
    void shutdownSendsACloseAndWaitsForTheAnswer(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            FutureTask<Boolean> shutdown = line.start(() -> line.connection.shutdown(BYE, Line.DEADLINE));
            line.assertReceives("88 05 03 e8 62 79 65");
            assertThat(shutdown).isNotDone();
            assertThat(line.connection.open()).isFalse();
            assertThat(line.connection.result()).isNull();
            line.send("88 02 03 e8");
            if (wiring.client()) {
                line.there.close();
            } else {
                line.assertReceives("end");
            }
            assertThat(result(shutdown)).isTrue();
            line.assertEnded();
            assertThat(line.connection.result()).isEqualTo(new CloseFrame(1000, ""));
            assertThat(line.connection.error()).isNull();
            assertThat(line.read()).isEqualTo("end");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseWithoutACodeHasNoPayload(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send("88 02 03 e8");
            line.there.shutdownOutput();
            assertThat(line.connection.shutdown(CloseFrame.EMPTY, Line.DEADLINE))
                    .isTrue();
            line.assertReceives("88 00", "end");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatArrivesBehindOurCloseIsDiscarded(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            FutureTask<String> reading = line.start(line::read);
            line.here.awaitBlockedReader();
            FutureTask<Boolean> shutdown = line.start(() -> line.connection.shutdown(BYE, Line.DEADLINE));
            line.assertReceives("88 05 03 e8 62 79 65");
            line.send("81 01 61", "89 00", "01 01 62", "80 00", hex(frame(0x82, new byte[500])), "88 02 03 e8");
            line.there.shutdownOutput();
            assertThat(result(reading)).isEqualTo("end");
            assertThat(result(shutdown)).isTrue();
            line.assertReceives("end"); // and no Pong
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatArrivedUnreadBeforeOurCloseIsDiscardedToo(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send("81 01 61", "81 01 62", "81 01 63");
            assertThat(line.read()).isEqualTo("81 01 61");
            line.send("88 02 03 e8");
            line.there.shutdownOutput();
            assertThat(line.connection.shutdown(BYE, Line.DEADLINE)).isTrue();
            assertThat(line.read()).isEqualTo("end");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theAnswerMayBeAnotherCloseThanOurs(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            FutureTask<Boolean> shutdown = line.start(() -> line.connection.shutdown(BYE, Line.DEADLINE));
            line.assertReceives("88 05 03 e8 62 79 65");
            line.send("88 02 0b b8", "88 02 03 e8");
            line.there.shutdownOutput();
            assertThat(result(shutdown)).isTrue();
            assertThat(line.connection.result()).isEqualTo(new CloseFrame(3000, ""));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shutdownIsFalseWhenNoAnswerComesInTime(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            assertThat(line.connection.shutdown(BYE, SHORT)).isFalse();
            line.assertReceives("88 05 03 e8 62 79 65", "end");
            line.assertEnded();
            assertThat(line.connection.result()).isEqualTo(new CloseFrame(1006, "no Close came within PT0.03S"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shutdownIsFalseInTimeAlsoWhenDataComesForEver(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            FutureTask<Boolean> flood = line.start(() -> {
                for (; ; ) {
                    line.send("81 01 61");
                }
            });
            assertThat(line.connection.shutdown(BYE, SHORT)).isFalse();
            line.assertEnded();
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> result(flood));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shutdownIsFalseInTimeAlsoWhenAnotherThreadReads(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            FutureTask<String> reading = line.start(line::read);
            line.here.awaitBlockedReader();
            assertThat(line.connection.shutdown(BYE, SHORT)).isFalse();
            assertThat(result(reading)).isEqualTo("end");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shutdownIsFalseInTimeAlsoWhenTheRemoteEndDoesNotRead(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).capacity(100).open()) {
            FutureTask<Integer> writing = line.start(() -> line.write(0x82, new byte[1_000], Duration.ofSeconds(10)));
            line.here.awaitBlockedWriter();
            assertThat(line.connection.shutdown(BYE, SHORT)).isFalse();
            line.assertEnded();
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> result(writing))
                    .withMessage("The connection was closed while this was being written");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shutdownIsFalseWhenTheStreamEndsWithoutAnAnswer(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            FutureTask<Boolean> shutdown = line.start(() -> line.connection.shutdown(BYE, Line.DEADLINE));
            line.assertReceives("88 05 03 e8 62 79 65");
            line.there.shutdownOutput();
            assertThat(result(shutdown)).isFalse();
            assertThat(line.connection.result()).isEqualTo(new CloseFrame(1006, "the stream ended without a Close"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void shutdownIsFalseAndSaysWhyWhenTheNetworkFails(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.here.reset();
            assertThat(line.connection.shutdown(BYE, Line.DEADLINE)).isFalse();
            line.assertEnded();
            assertThat(line.connection.error()).isEqualTo("Broken pipe");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBrokenRuleInPlaceOfTheAnswerIsNoAnswer(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            FutureTask<Boolean> shutdown = line.start(() -> line.connection.shutdown(BYE, Line.DEADLINE));
            line.assertReceives("88 05 03 e8 62 79 65");
            line.send("83 00");
            line.assertReceives("end"); // one Close only
            line.there.close();
            assertThat(result(shutdown)).isFalse();
            assertThat(line.connection.result()).isEqualTo(new CloseFrame(1006, "opcode 0x3 is reserved"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPingBeforeOurCloseIsAnsweredBeforeIt(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send("89 01 07", "81 00");
            assertThat(line.read()).isEqualTo("81 00");
            FutureTask<Boolean> shutdown = line.start(() -> line.connection.shutdown(BYE, Line.DEADLINE));
            line.assertReceives("8a 01 07", "88 05 03 e8 62 79 65");
            assertThat(shutdown).isNotDone();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theReaderMayShutDownItself(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send("81 01 61", "88 02 03 e8");
            line.there.shutdownOutput();
            line.connection.lockReading();
            try {
                assertThat(line.connection.receive(0)).isTrue();
                assertThat(line.connection.shutdown(BYE, Line.DEADLINE)).isTrue();
                assertThat(line.connection.receive(0)).isFalse();
            } finally {
                line.connection.unlockReading();
            }
        }
    }

    // ---- both

    @ParameterizedTest
    @EnumSource
    void twoClosesThatCrossCompleteTheHandshake(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            FutureTask<String> reading = line.start(line::read);
            line.here.awaitBlockedReader();
            FutureTask<Boolean> shutdown = line.start(() -> line.connection.shutdown(BYE, Line.DEADLINE));
            line.send("88 02 0b b8"); // before ours is read
            String close = line.received();
            // Ours, or the answer when the reader was faster: one Close in any case
            assertThat(close).isIn("88 05 03 e8 62 79 65", "88 02 0b b8");
            line.there.shutdownOutput();
            line.assertReceives("end");
            assertThat(result(shutdown)).isTrue();
            assertThat(result(reading)).isEqualTo("end");
            assertThat(line.connection.result()).isEqualTo(new CloseFrame(3000, ""));
            line.assertEnded();
        }
    }

    @RepeatedTest(20)
    void twoConnectionsThatShutDownAtOnceBothComplete() throws Exception {
        MemoryTransport transport = MemoryTransport.pair();
        long wait = Line.DEADLINE;
        AtomicInteger ends = new AtomicInteger();
        Line.Owner owner = new Line.Owner(opcode -> 100, ends::incrementAndGet);
        Connection client = new Connection(transport, new ConnectionSettings(true, 0, wait, wait), null, owner);
        Connection server =
                new Connection(transport.remote(), new ConnectionSettings(false, 0, wait, wait), null, owner);
        List<FutureTask<Boolean>> shutdowns = new ArrayList<>();
        for (Connection end : List.of(client, server)) {
            for (int i = 0; i < 2; i++) {
                FutureTask<Boolean> shutdown = new FutureTask<>(() -> end.shutdown(BYE, wait));
                shutdowns.add(shutdown);
                Thread.ofVirtual().start(shutdown);
            }
        }
        for (FutureTask<Boolean> shutdown : shutdowns) {
            assertThat(result(shutdown)).isTrue();
        }
        assertThat(ends).hasValue(2);
        assertThat(client.error()).isNull();
        assertThat(server.error()).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void aSecondShutdownWaitsForTheFirstAndHasItsResult(Wiring wiring) throws Exception {
        for (boolean answered : new boolean[] {true, false}) {
            try (Line line = Line.open(wiring)) {
                FutureTask<Boolean> first = line.start(() -> line.connection.shutdown(BYE, Line.DEADLINE));
                line.assertReceives("88 05 03 e8 62 79 65");
                FutureTask<Boolean> second =
                        line.start(() -> line.connection.shutdown(CloseFrame.EMPTY, Line.DEADLINE));
                assertThat(second).isNotDone();
                if (answered) {
                    line.send("88 02 03 e8");
                }
                line.there.shutdownOutput();
                line.assertReceives("end");
                assertThat(result(first)).isEqualTo(answered);
                assertThat(result(second)).isEqualTo(answered);
                assertThat(line.connection.shutdown(CloseFrame.EMPTY, Line.DEADLINE))
                        .isEqualTo(answered);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSecondShutdownWaitsNoLongerThanItsOwnTime(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            FutureTask<Boolean> first = line.start(() -> line.connection.shutdown(BYE, Line.DEADLINE));
            line.assertReceives("88 05 03 e8 62 79 65");
            assertThat(line.connection.shutdown(CloseFrame.EMPTY, SHORT)).isFalse();
            assertThat(first).isNotDone();
        }
    }

    // ---- at once

    @ParameterizedTest
    @EnumSource
    void closeWakesWhoReadsAndSendsNothing(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            FutureTask<String> reading = line.start(line::read);
            line.here.awaitBlockedReader();
            line.connection.close();
            assertThat(result(reading)).isEqualTo("end");
            line.assertReceives("end");
            line.assertEnded();
            assertThat(line.connection.error()).isNull();
            assertThat(line.connection.result())
                    .isEqualTo(new CloseFrame(1006, "closed by this end without a closing handshake"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void closeWakesWhoReadsWithALimit(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            FutureTask<String> reading = line.start(() -> line.read(Duration.ofDays(1)));
            line.here.awaitBlockedReader();
            line.connection.close();
            assertThat(result(reading)).isEqualTo("end");
        }
    }

    @ParameterizedTest
    @EnumSource
    void closeWakesWhoWrites(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).capacity(100).open()) {
            FutureTask<Integer> writing = line.start(() -> line.write(0x82, new byte[1_000], Duration.ofDays(1)));
            line.here.awaitBlockedWriter();
            line.connection.close();
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> result(writing))
                    .withMessage("The connection was closed while this was being written");
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> line.write("81 00"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void closeWakesWhoShutsDown(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            FutureTask<Boolean> shutdown = line.start(() -> line.connection.shutdown(BYE, Line.DEADLINE));
            line.assertReceives("88 05 03 e8 62 79 65");
            line.connection.close();
            assertThat(result(shutdown)).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void closeDiscardsWhatWasNotRead(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send("81 01 61", "81 01 62", "81 01 63");
            assertThat(line.read()).isEqualTo("81 01 61");
            line.connection.close();
            assertThat(line.read()).isEqualTo("end");
        }
    }

    @ParameterizedTest
    @EnumSource
    void closeTwiceIsCloseOnce(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.connection.close();
            line.connection.close();
            line.assertEnded();
            assertThat(line.connection.shutdown(BYE, Line.DEADLINE)).isFalse();
            line.connection.close();
            line.assertEnded();
        }
    }

    @ParameterizedTest
    @EnumSource
    void closeAfterACompletedHandshakeChangesNothing(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send("88 02 03 e8");
            line.there.shutdownOutput();
            assertThat(line.read()).isEqualTo("end");
            line.connection.close();
            assertThat(line.connection.result()).isEqualTo(new CloseFrame(1000, ""));
            assertThat(line.connection.shutdown(BYE, Line.DEADLINE)).isTrue();
        }
    }

    @RepeatedTest(50)
    void whateverEndsAConnectionAtOnceItEndsOnce() throws Exception {
        try (Line line = Line.open(Wiring.SERVER)) {
            FutureTask<String> reading = line.start(line::read);
            FutureTask<Boolean> shutdown = line.start(() -> line.connection.shutdown(BYE, Line.DEADLINE));
            FutureTask<Boolean> breaking = line.start(() -> {
                line.send("83 00");
                return true;
            });
            FutureTask<Boolean> resetting = line.start(() -> {
                line.here.reset();
                return true;
            });
            line.connection.close();
            assertThat(result(resetting)).isTrue();
            assertThat(result(shutdown)).isFalse();
            try {
                assertThat(result(reading)).isEqualTo("end");
            } catch (ProtocolFailure e) {
                assertThat(e).hasMessage("opcode 0x3 is reserved");
            }
            line.assertEnded();
            try {
                assertThat(result(breaking)).isTrue();
            } catch (IOException e) {
                assertThat(e).hasMessage("Broken pipe");
            }
        }
    }
}
