package dev.duplex.engine;

import static dev.duplex.engine.Line.awaitMillis;
import static dev.duplex.engine.Line.close;
import static dev.duplex.engine.Line.result;
import static dev.duplex.frame.Wiring.bytes;
import static dev.duplex.frame.Wiring.frame;
import static dev.duplex.frame.Wiring.hex;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.duplex.frame.CloseFrame;
import dev.duplex.frame.ProtocolFailure;
import dev.duplex.frame.Wiring;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class KeepAliveTest {
    /** For a remote end that stays silent: short. */
    private static final int PERIOD = 20;
    /** For a remote end that has to answer within it: long enough for a machine that is busy. */
    private static final int LONG_PERIOD = 300;
    /** For tests that call the keep-alive themselves: never. */
    private static final int HOUR = 3_600_000;

    private static final CloseFrame BYE = new CloseFrame(1000, "bye");
    private static final String PONG_TIMEOUT = close(1000, "pong timeout");

    // ---- a silent remote end

    @ParameterizedTest
    @EnumSource(names = {"SERVER_BYTE_BY_BYTE", "CLIENT"}) // slow: time itself is needed
    void aSilentRemoteEndIsPingedAgainAndAgainAsLongAsItAnswers(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).pingMillis(LONG_PERIOD).open()) {
            FutureTask<String> reading = line.start(line::read);
            for (int i = 0; i < 2; i++) {
                answerPing(line);
            }
            assertThat(reading).isNotDone();
            line.send("81 00");
            assertThat(result(reading)).isEqualTo("81 00");
            assertThat(line.connection.latency()).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER_BYTE_BY_BYTE", "CLIENT"}) // slow: time itself is needed
    void itWorksAlsoWhenNobodyReads(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).pingMillis(LONG_PERIOD).open()) {
            for (int i = 0; i < 2; i++) {
                answerPing(line);
            }
            assertThat(line.connection.open()).isTrue();
            assertThat(line.connection.latency()).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource
    void noPingIsSentWithoutAPeriod(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            FutureTask<String> reading = line.start(line::read);
            line.here.awaitBlockedReader();
            line.write("81 00");
            line.assertReceives("81 00");
            assertThat(reading).isNotDone();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRemoteEndThatStaysSilentIsGivenUpAndTheReaderIsTold(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).pingMillis(PERIOD).open()) {
            FutureTask<String> reading = line.start(line::read);
            assertThat(line.received()).startsWith("89 08 ");
            line.assertReceives(PONG_TIMEOUT, "end");
            assertThatExceptionOfType(PongTimeout.class)
                    .isThrownBy(() -> result(reading))
                    .withMessage("pong timeout: nothing was heard for PT0.02S after a Ping");
            line.assertEnded();
            assertThat(line.read()).isEqualTo("end"); // told once
            assertThat(line.connection.result()).isEqualTo(new CloseFrame(1006, "no Close came within PT0.02S"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRemoteEndThatStaysSilentIsGivenUpAlsoWhenNobodyReads(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).pingMillis(PERIOD).open()) {
            assertThat(line.received()).startsWith("89 08 ");
            line.assertReceives(PONG_TIMEOUT, "end");
            line.assertEnded();
            assertThatExceptionOfType(PongTimeout.class).isThrownBy(line::read);
            assertThat(line.read()).isEqualTo("end");
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> line.write("81 00"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER_BYTE_BY_BYTE", "CLIENT"}) // slow: time itself is needed
    void aRemoteEndThatAnswersTheCloseOfAPongTimeoutHasClosed(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).pingMillis(LONG_PERIOD).open()) {
            FutureTask<String> reading = line.start(line::read);
            assertThat(line.received()).startsWith("89 08 ");
            line.assertReceives(PONG_TIMEOUT);
            line.send("88 02 03 e8");
            line.there.shutdownOutput();
            assertThatExceptionOfType(PongTimeout.class).isThrownBy(() -> result(reading));
            assertThat(line.connection.result()).isEqualTo(new CloseFrame(1000, ""));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER_BYTE_BY_BYTE", "CLIENT"}) // slow: time itself is needed
    void anyByteIsASignOfLifeAlsoOfAFrameThatIsNotWhole(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).pingMillis(LONG_PERIOD).open()) {
            FutureTask<String> reading = line.start(line::read);
            byte[] wire = wiring.fromRemote(bytes("82 01 07"));
            for (int i = 0; i < 2; i++) {
                assertThat(line.received()).startsWith("89 08 ");
                line.there.output().write(wire[i]); // and no Pong
            }
            assertThat(line.received()).startsWith("89 08 ");
            line.there.output().write(wire, 2, wire.length - 2);
            assertThat(result(reading)).isEqualTo("82 01 07");
        }
    }

    @ParameterizedTest
    @EnumSource(names = "SERVER") // slow: time itself is needed
    void nothingIsPingedWhileBytesCome(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).pingMillis(1_000).open()) {
            FutureTask<String> reading = line.start(line::read);
            byte[] wire = wiring.fromRemote(frame(0x82, new byte[1 << 20]));
            int sent = 0;
            for (long until = System.nanoTime() + MILLISECONDS.toNanos(1_500); System.nanoTime() < until; sent++) {
                line.there.output().write(wire, sent, 1); // one frame that is slow to come
                LockSupport.parkNanos(MILLISECONDS.toNanos(1));
            }
            line.write("81 00");
            line.assertReceives("81 00");
            line.there.output().write(wire, sent, wire.length - sent);
            assertThat(result(reading)).hasSizeGreaterThan(1 << 20);
        }
    }

    // ---- nobody reads

    @ParameterizedTest
    @EnumSource
    void whatItReadsAheadIsKeptInOrderForTheReader(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).pingMillis(HOUR).open()) {
            line.send("81 01 61", "89 01 07", "01 01 62", "80 01 63", "82 00");
            assertThat(line.connection.readAhead()).isTrue();
            line.assertReceives("8a 01 07");
            line.send("81 01 64", "89 01 08");
            assertThat(line.connection.readAhead()).isTrue();
            line.assertReceives("8a 01 08");
            line.send("81 01 65");
            for (String frame : new String[] {"81 01 61", "01 01 62", "80 01 63", "82 00", "81 01 64", "81 01 65"}) {
                assertThat(line.read()).isEqualTo(frame);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFrameReadAheadInPartIsReadOn(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).pingMillis(HOUR).open()) {
            byte[] wire = wiring.fromRemote(bytes("81 05 48 65 6c 6c 6f"));
            for (byte one : wire) {
                assertThat(line.connection.readAhead()).isTrue();
                line.there.output().write(one);
            }
            assertThat(line.read()).isEqualTo("81 05 48 65 6c 6c 6f");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseIsAnsweredThoughNobodyReads(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).pingMillis(HOUR).open()) {
            line.send("81 01 61", "88 02 03 e8");
            line.there.shutdownOutput();
            assertThat(line.connection.readAhead()).isTrue();
            line.assertReceives("88 02 03 e8", "end");
            line.assertEnded();
            assertThat(line.read()).isEqualTo("81 01 61"); // it came before the Close
            assertThat(line.read()).isEqualTo("end");
            assertThat(line.connection.result()).isEqualTo(new CloseFrame(1000, ""));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBrokenRuleIsToldThoughNobodyReads(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).pingMillis(HOUR).open()) {
            line.send("81 01 61", "83 00");
            FutureTask<Boolean> ahead = line.start(line.connection::readAhead);
            line.assertReceives(close(1002, "opcode 0x3 is reserved"), "end");
            line.there.close();
            assertThat(result(ahead)).isTrue();
            line.assertEnded();
            assertThat(line.read()).isEqualTo("81 01 61");
            assertThatExceptionOfType(ProtocolFailure.class)
                    .isThrownBy(line::read)
                    .withMessage("opcode 0x3 is reserved");
            assertThat(line.read()).isEqualTo("end");
        }
    }

    @ParameterizedTest
    @EnumSource
    void itReadsNoMoreAheadThanItsBoundAndThenCannotTellSilence(Wiring wiring) throws Exception {
        int size = 1_000;
        int frames = 200;
        try (Line line = Line.with(wiring).capacity(1_000_000).pingMillis(HOUR).open()) {
            for (int i = 0; i < frames; i++) {
                byte[] payload = new byte[size];
                payload[0] = (byte) i;
                line.send(frame(0x82, payload));
            }
            line.send("89 00");
            while (line.connection.readAhead()) {
                // More fits, and more has come
            }
            assertThat(line.connection.readAhead()).isFalse();
            line.write("81 00");
            line.assertReceives("81 00"); // the Ping behind the data was not seen
            for (int i = 0; i < frames; i++) {
                byte[] payload = new byte[size];
                payload[0] = (byte) i;
                assertThat(line.read()).isEqualTo(hex(frame(0x82, payload)));
            }
            assertThat(line.connection.readAhead()).isTrue();
            line.assertReceives("8a 00");
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyEmptyFramesAreBoundedToo(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).capacity(1_000_000).pingMillis(HOUR).open()) {
            for (int i = 0; i < 5_000; i++) {
                line.send("82 00");
            }
            line.send("89 00");
            while (line.connection.readAhead()) {
                // More fits, and more has come
            }
            line.write("81 00");
            line.assertReceives("81 00");
        }
    }

    @ParameterizedTest
    @EnumSource
    void closeDiscardsWhatWasReadAhead(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).pingMillis(HOUR).open()) {
            line.send("81 01 61", "89 00");
            assertThat(line.connection.readAhead()).isTrue();
            line.assertReceives("8a 00");
            line.connection.close();
            assertThat(line.connection.exhausted()).isTrue();
            assertThat(line.read()).isEqualTo("end");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasReadAheadOutlivesAShutdown(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).pingMillis(HOUR).open()) {
            line.send("81 01 61", "89 00");
            line.connection.readAhead();
            line.assertReceives("8a 00");
            line.send("81 01 62", "88 02 03 e8");
            line.there.shutdownOutput();
            assertThat(line.connection.shutdown(BYE, Line.DEADLINE)).isTrue();
            assertThat(line.connection.exhausted()).isFalse();
            assertThat(line.read()).isEqualTo("81 01 61");
            assertThat(line.connection.exhausted()).isTrue();
            assertThat(line.read()).isEqualTo("end"); // what came behind our Close is discarded
        }
    }

    // ---- writers and ends

    @ParameterizedTest
    @EnumSource(names = {"SERVER_BYTE_BY_BYTE", "CLIENT"}) // slow: time itself is needed
    void aClosingHandshakeHasItsOwnTimeWhateverThePeriod(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).pingMillis(LONG_PERIOD).open()) {
            FutureTask<Boolean> shutdown = line.start(() -> line.connection.shutdown(BYE, Line.DEADLINE));
            String first = line.received();
            while (first.startsWith("89 ")) { // pinged before it shut down
                first = line.received();
            }
            assertThat(first).isEqualTo("88 05 03 e8 62 79 65");
            awaitMillis(2 * LONG_PERIOD);
            assertThat(shutdown).isNotDone();
            assertThat(line.connection.error()).isNull();
            line.send("88 02 03 e8");
            line.there.shutdownOutput();
            assertThat(result(shutdown)).isTrue();
            assertThat(line.read()).isEqualTo("end");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER_BYTE_BY_BYTE", "CLIENT"}) // slow: time itself is needed
    void aWriteInTheWayOfAPingIsNoSilenceOfTheRemoteEnd(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).capacity(100).pingMillis(LONG_PERIOD).open()) {
            byte[] payload = new byte[1_000];
            FutureTask<Integer> writing = line.start(() -> line.write(0x82, payload, Duration.ofSeconds(10)));
            line.here.awaitBlockedWriter();
            awaitMillis(3 * LONG_PERIOD);
            assertThat(line.connection.open()).isTrue();
            line.assertReceives(hex(frame(0x82, payload)));
            result(writing);
            answerPing(line);
            assertThat(line.connection.open()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = "SERVER") // slow: time itself is needed
    void aPingThatCameLateToTheWireGivesTheRemoteEndAllItsTime(Wiring wiring) throws Exception {
        int period = 1_000;
        try (Line line = Line.with(wiring).capacity(100).pingMillis(period).open()) {
            byte[] payload = new byte[1_000];
            FutureTask<Integer> writing = line.start(() -> line.write(0x82, payload, Duration.ofSeconds(10)));
            awaitMillis(period + period / 2); // the Ping has waited for half a period
            line.assertReceives(hex(frame(0x82, payload)));
            result(writing);
            String ping = line.received();
            assertThat(ping).startsWith("89 08 ");
            awaitMillis(period * 3 / 4);
            assertThat(line.connection.open()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPingThatTheNetworkRefusesEndsTheConnection(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).pingMillis(PERIOD).open()) {
            line.here.reset();
            line.assertEnded();
            assertThat(line.read()).isEqualTo("end");
            assertThat(line.connection.error()).isNotNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEndedConnectionIsPingedNoMore(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).pingMillis(PERIOD).open()) {
            line.connection.close();
            awaitMillis(3 * PERIOD);
            line.assertReceives("end");
            assertThat(line.read()).isEqualTo("end"); // and no PongTimeout
        }
    }

    private static void answerPing(Line line) throws IOException {
        String ping = line.received();
        assertThat(ping).startsWith("89 08 ");
        line.send(ping.replaceFirst("89", "8a"));
    }
}
