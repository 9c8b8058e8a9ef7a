package dev.duplex.engine;

import static dev.duplex.engine.Line.result;
import static dev.duplex.frame.Wiring.frame;
import static dev.duplex.frame.Wiring.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.duplex.frame.CloseFrame;
import dev.duplex.frame.Wiring;
import dev.duplex.transport.Watch;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class WritingTest {
    private static final Duration SHORT = Duration.ofMillis(30);
    private static final Duration LONG = Duration.ofSeconds(10);

    @ParameterizedTest
    @EnumSource
    void aFrameGoesOutAsGivenAndItsBytesOnTheWireAreCounted(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            int key = wiring.client() ? 4 : 0;
            assertThat(line.write("81 01 61")).isEqualTo(3 + key);
            assertThat(line.write("82 00")).isEqualTo(2 + key);
            assertThat(line.write("01 02 c3 a4")).isEqualTo(4 + key);
            assertThat(line.write("80 00")).isEqualTo(2 + key);
            assertThat(line.write(0x82, new byte[126], LONG)).isEqualTo(130 + key);
            line.assertReceives("81 01 61", "82 00", "01 02 c3 a4", "80 00", hex(frame(0x82, new byte[126])));
        }
    }

    @ParameterizedTest
    @EnumSource
    void messagesOfManyThreadsNeverMix(Wiring wiring) throws Exception {
        int threads = 8;
        int messages = 50;
        try (Line line = Line.with(wiring).capacity(500).open()) {
            List<FutureTask<Boolean>> writing = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                byte[] payload = {(byte) i, (byte) i};
                writing.add(line.start(() -> {
                    for (int sent = 0; sent < messages; sent++) {
                        line.write(0x02, payload, LONG);
                        line.write(0x00, payload, LONG);
                        line.write(0x80, payload, LONG);
                        line.write(0x82, payload, LONG);
                    }
                    return true;
                }));
            }
            int[] whole = new int[threads];
            for (int i = 0; i < 2 * threads * messages; i++) {
                String first = line.received();
                int thread = Integer.parseInt(first.substring(6, 8));
                String payload = first.substring(5);
                whole[thread]++;
                if (first.startsWith("02")) {
                    assertThat(line.received()).isEqualTo("00 02" + payload);
                    assertThat(line.received()).isEqualTo("80 02" + payload);
                }
            }
            assertThat(whole).containsOnly(2 * messages);
            for (FutureTask<Boolean> one : writing) {
                assertThat(result(one)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aContinuationNeedsAMessageToContinue(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            for (String before : new String[] {"", "81 01 61", "80 00"}) {
                if (before.equals("80 00")) {
                    line.write("01 00");
                }
                if (!before.isEmpty()) {
                    line.write(before);
                }
                assertThatIllegalStateException()
                        .isThrownBy(() -> line.write("80 01 61"))
                        .withMessage("A continuation has no message to continue (RFC 6455 §5.4)");
                assertThatIllegalStateException().isThrownBy(() -> line.write("00 01 61"));
            }
            line.assertReceives("81 01 61", "01 00", "80 00");
            line.write("81 01 62"); // the turn is free
            line.assertReceives("81 01 62");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aThreadBeginsNoMessageInsideItsOwn(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.write("01 01 61");
            for (String frame : new String[] {"81 00", "82 00", "01 00", "02 00"}) {
                assertThatIllegalStateException()
                        .isThrownBy(() -> line.write(frame))
                        .withMessage(
                                "A new message begins inside another: send its last fragment first (RFC 6455 §5.4)");
            }
            line.write("80 01 62");
            line.write("81 00");
            line.assertReceives("01 01 61", "80 01 62", "81 00");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anyThreadMaySendTheFragmentsOfAMessage(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.write("01 01 61");
            result(line.start(() -> line.write("00 01 62")));
            result(line.start(() -> line.write("80 01 63")));
            line.write("81 00");
            line.assertReceives("01 01 61", "00 01 62", "80 01 63", "81 00");
        }
    }

    @ParameterizedTest
    @EnumSource
    void fragmentsKeepTheirTurnWhileControlFramesPass(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.write("01 01 61");
            FutureTask<Integer> other = line.start(() -> line.write("81 01 78"));
            line.connection.ping(new byte[0]);
            line.send("89 00", "82 00");
            assertThat(line.read()).isEqualTo("82 00");
            line.assertReceives("01 01 61", "89 00", "8a 00");
            assertThat(other).isNotDone();
            line.write("80 01 62");
            line.assertReceives("80 01 62", "81 01 78");
            result(other);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoGetsNoTurnInTimeHasSentNothingAndTheConnectionLives(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.write("01 01 61");
            assertThatExceptionOfType(SocketTimeoutException.class)
                    .isThrownBy(() -> result(line.start(() -> line.write(0x81, new byte[0], SHORT))))
                    .withMessage(
                            "No turn to send within PT0.03S because another message is being sent; nothing was sent"
                                    + " and the connection stays usable");
            assertThat(line.connection.open()).isTrue();
            line.write("80 01 62");
            result(line.start(() -> line.write("81 00")));
            line.assertReceives("01 01 61", "80 01 62", "81 00");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRemoteEndThatDoesNotReadEndsTheConnectionWhenTheTimeForAWriteIsOver(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).capacity(100).open()) {
            FutureTask<String> reading = line.start(line::read);
            FutureTask<Integer> writing = line.start(() -> line.write(0x82, new byte[1_000], SHORT));
            line.here.awaitBlockedWriter();
            List<FutureTask<Integer>> waiting = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                waiting.add(line.start(() -> line.write(0x81, new byte[0], LONG)));
            }
            assertThatExceptionOfType(SocketTimeoutException.class)
                    .isThrownBy(() -> result(writing))
                    .withMessage(
                            "Not written within PT0.03S: the remote end does not read; the connection is dead because"
                                    + " a frame is half sent");
            for (FutureTask<Integer> waiter : waiting) {
                assertThatExceptionOfType(IOException.class)
                        .isThrownBy(() -> result(waiter))
                        .withMessageStartingWith("Nothing can be sent any more: ");
            }
            assertThat(result(reading)).isEqualTo("end");
            line.assertEnded();
            assertThat(line.connection.open()).isFalse();
            assertThat(line.connection.error()).isEqualTo("write timeout: the remote end does not read");
            assertThat(line.connection.result())
                    .isEqualTo(new CloseFrame(
                            1006, "the connection was lost: write timeout: the remote end does not read"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theWriteTimeoutOfTheSettingsHoldsForAWriteWithoutOne(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).capacity(10).writeMillis(30).open()) {
            assertThatExceptionOfType(SocketTimeoutException.class)
                    .isThrownBy(() -> line.write(hex(frame(0x82, new byte[100]))))
                    .withMessageStartingWith("Not written within PT0.03S");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWriteThatIsDoneInTimeLeavesNoDeadlineBehind(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).capacity(100).open()) {
            line.write(0x81, new byte[0], Duration.ofMillis(5));
            FutureTask<Integer> slow = line.start(() -> line.write(0x82, new byte[1_000], LONG));
            line.here.awaitBlockedWriter();
            // The timer of the first write has gone off before this one's, which all watches share
            CountDownLatch later = new CountDownLatch(1);
            new Watch(now -> {
                        later.countDown();
                        return Watch.NEVER;
                    })
                    .runBy(System.nanoTime() + Duration.ofMillis(10).toNanos());
            assertThat(later.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(slow).isNotDone();
            line.assertReceives("81 00", hex(frame(0x82, new byte[1_000])));
            result(slow);
        }
    }

    @ParameterizedTest
    @EnumSource
    void afterAFailedWriteNothingIsWrittenAnyMore(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.there.close();
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> line.write("81 00"))
                    .withMessage("Broken pipe");
            assertThat(line.connection.open()).isFalse();
            assertThat(line.connection.error()).isEqualTo("Broken pipe");
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> line.write("81 00"))
                    .withMessage("Nothing can be sent any more: Broken pipe");
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> line.connection.ping(new byte[0]))
                    .withMessage("Nothing can be sent any more: Broken pipe");
            assertThat(line.read()).isEqualTo("end");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWaitForATurnCanBeInterruptedAndNothingIsSent(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.write("01 01 61");
            FutureTask<Boolean> other = line.start(() -> {
                Thread.currentThread().interrupt();
                assertThatExceptionOfType(InterruptedIOException.class)
                        .isThrownBy(() -> line.write("81 00"))
                        .withMessage("Interrupted while waiting for a turn to send; nothing was sent");
                return Thread.interrupted();
            });
            assertThat(result(other)).isTrue();
            line.write("80 00");
            line.write("81 00");
            line.assertReceives("01 01 61", "80 00", "81 00");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOpenFragmentedMessageDiesWithTheConnectionAndNobodyWaitsForIt(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.write("01 01 61");
            line.connection.close();
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> line.write("80 00"))
                    .withMessage("Nothing can be sent any more: the connection is closed or closing");
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> result(line.start(() -> line.write("81 00"))))
                    .withMessage("Nothing can be sent any more: the connection is closed or closing");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoWaitsForATurnWhenTheConnectionEndsIsToldAtOnce(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.write("01 01 61"); // its last fragment never comes
            FutureTask<Integer> waiting = line.start(() -> line.write(0x81, new byte[0], Duration.ofDays(1)));
            line.connection.close();
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> result(waiting))
                    .withMessage("Nothing can be sent any more: the connection is closed or closing");
        }
    }
}
