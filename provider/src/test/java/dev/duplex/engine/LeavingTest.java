package dev.duplex.engine;

import static dev.duplex.engine.Line.awaitMillis;
import static dev.duplex.engine.Line.result;
import static dev.duplex.frame.Wiring.bytes;
import static dev.duplex.frame.Wiring.frame;
import static dev.duplex.frame.Wiring.hex;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.frame.CloseFrame;
import dev.duplex.frame.Wiring;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that are left to be sent. */
@Timeout(60)
class LeavingTest {
    private static final long NO_LIMIT = 0;
    private static final long LONG = Duration.ofSeconds(10).toNanos();
    private static final long SHORT = Duration.ofMillis(20).toNanos();
    private static final int MANY = 1 << 20;

    /** What a message that was left came to; told once. */
    private static final class Outcome {
        private final CompletableFuture<String> told = new CompletableFuture<>();
        private final AtomicInteger times = new AtomicInteger();
        private volatile @Nullable Throwable failure;

        void tell(@Nullable Throwable why) {
            times.incrementAndGet();
            failure = why;
            told.complete(why == null ? "sent" : why.getClass().getSimpleName());
        }

        String get() throws Exception {
            String what = told.get(10, TimeUnit.SECONDS);
            assertThat(times).as("times that it was told").hasValue(1);
            return what;
        }

        @Nullable
        Throwable failure() throws Exception {
            get();
            return failure;
        }
    }

    @ParameterizedTest
    @EnumSource
    void messagesAreSentInTheOrderInWhichTheyWereLeft(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).capacity(20).open()) {
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                outcomes.add(leave(line, i, LONG, MANY));
            }
            for (int i = 0; i < 100; i++) {
                line.assertReceives(shown(i));
            }
            for (Outcome outcome : outcomes) {
                assertThat(outcome.get()).isEqualTo("sent");
            }
            assertThat(line.connection.leftBytes()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAThreadSendsComesBehindWhatItLeftBefore(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            FutureTask<Boolean> sending = line.start(() -> {
                for (int i = 0; i < 200; i += 2) {
                    leave(line, i, NO_LIMIT, MANY);
                    line.write(hex(frame(0x82, new byte[] {(byte) (i + 1)})));
                }
                return true;
            });
            for (int i = 0; i < 200; i++) {
                line.assertReceives(shown(i));
            }
            assertThat(result(sending)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseComesBehindWhatWasLeftBefore(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            List<Outcome> outcomes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                outcomes.add(leave(line, i, NO_LIMIT, MANY));
            }
            line.connection.startClose(new CloseFrame(CloseFrame.NORMAL, ""));
            for (int i = 0; i < 20; i++) {
                line.assertReceives(shown(i));
            }
            line.assertReceives("88 02 03 e8");
            for (Outcome outcome : outcomes) {
                assertThat(outcome.get()).isEqualTo("sent");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMessageWaitsForTheFragmentsOfAnother(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.write("01 01 61");
            Outcome outcome = leave(line, 7, LONG, MANY);
            assertThat(line.connection.leftBytes()).isGreaterThan(0);
            line.write("00 01 62");
            line.write("80 01 63");
            line.assertReceives("01 01 61", "00 01 62", "80 01 63", shown(7));
            assertThat(outcome.get()).isEqualTo("sent");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMessageWhoseTimeIsOverBeforeItsTurnIsNotSentAndTheConnectionLives(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.write("01 01 61");
            Outcome before = leave(line, 1, NO_LIMIT, MANY);
            Outcome late = leave(line, 2, SHORT, MANY);
            Outcome behind = leave(line, 3, LONG, MANY);
            assertThat(late.failure())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("The send timeout passed while other messages were being sent; nothing was sent and the"
                            + " connection stays usable");
            line.write("80 00");
            line.assertReceives("01 01 61", "80 00", shown(1), shown(3));
            assertThat(before.get()).isEqualTo("sent");
            assertThat(behind.get()).isEqualTo("sent");
            assertThat(late.get()).isEqualTo("SocketTimeoutException");
            assertThat(line.connection.open()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMessageThatHasItsTurnIsGivenAMomentHoweverShortItsTime(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).capacity(10).open()) {
            Outcome outcome = new Outcome();
            line.connection.leave(2, new byte[100], 0, 100, 1, MANY, outcome::tell);
            line.here.awaitBlockedWriter();
            awaitMillis(10); // its time is long over
            line.assertReceives(hex(frame(0x82, new byte[100])));
            assertThat(outcome.get()).isEqualTo("sent");
            assertThat(line.connection.open()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoLeavesMoreThanTheBoundWaitsAndSendsItHimself(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.write("01 01 61");
            Outcome first = leave(line, 1, LONG, 1);
            FutureTask<Outcome> full = line.start(() -> leave(line, 2, LONG, 1));
            FutureTask<Outcome> late = line.start(() -> leave(line, 3, SHORT, 1));
            assertThat(result(late).failure())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("nothing was sent and the connection stays usable");
            assertThat(full).isNotDone();
            line.write("80 00");
            line.assertReceives("01 01 61", "80 00", shown(1), shown(2));
            assertThat(first.get()).isEqualTo("sent");
            assertThat(result(full).get()).isEqualTo("sent");
            assertThat(line.connection.open()).isTrue();
        }
    }

    /** A send timeout of the application's must not cost the connection because the line was full. */
    @ParameterizedTest
    @EnumSource
    void whoWaitedForHisTurnIsGivenAMomentToo(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).capacity(10).open()) {
            line.write("01 01 61");
            leave(line, 1, LONG, 1);
            Outcome outcome = new Outcome();
            FutureTask<Boolean> full = line.start(() -> {
                line.connection.leave(
                        2, new byte[100], 0, 100, Duration.ofMillis(300).toNanos(), 1, outcome::tell);
                return true;
            });
            awaitMillis(150);
            FutureTask<Integer> last = line.start(() -> line.write("80 00"));
            line.assertReceives("01 01 61", "80 00", shown(1));
            result(last);
            line.here.awaitBlockedWriter();
            awaitMillis(250); // its time is over, but it has the turn
            line.assertReceives(hex(frame(0x82, new byte[100])));
            assertThat(result(full)).isTrue();
            assertThat(outcome.get()).isEqualTo("sent");
            assertThat(line.connection.open()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoIsInterruptedWhileTheLineIsFullHasSentNothing(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.write("01 01 61");
            leave(line, 1, LONG, 1);
            FutureTask<Outcome> full = line.start(() -> {
                Thread.currentThread().interrupt();
                Outcome outcome = leave(line, 2, LONG, 1);
                assertThat(Thread.interrupted()).isTrue();
                return outcome;
            });
            assertThat(result(full).failure()).isInstanceOf(InterruptedIOException.class);
            line.write("80 00");
            line.write("81 00");
            line.assertReceives("01 01 61", "80 00", shown(1), "81 00");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "reset", "end of stream", "remote close", "close", "broken rule"})
    void whateverEndsTheConnectionEachOutcomeIsToldOnce(String end) throws Exception {
        for (Wiring wiring : Wiring.values()) {
            try (Line line = Line.with(wiring).shutdownMillis(50).open()) {
                FutureTask<String> reading = line.start(line::read);
                line.write("01 01 61"); // its end never comes
                List<Outcome> outcomes = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    outcomes.add(leave(line, i, i % 2 == 0 ? NO_LIMIT : LONG, MANY));
                }
                FutureTask<Outcome> full = line.start(() -> leave(line, 20, LONG, 1));
                FutureTask<Integer> waiting = line.start(() -> line.write("81 00"));
                line.assertReceives("01 01 61");
                switch (end) {
                    case "cut" -> line.connection.close();
                    case "reset" -> line.here.reset();
                    case "end of stream" -> line.there.close();
                    case "remote close" -> line.send("88 02 03 e8");
                    case "close" -> line.connection.startClose(new CloseFrame(1000, ""));
                    default -> line.send("83 00");
                }
                outcomes.add(result(full));
                for (Outcome outcome : outcomes) {
                    assertThat(outcome.failure()).as(end).isInstanceOf(IOException.class);
                }
                assertThat(endOf(waiting)).isInstanceOf(IOException.class);
                endOf(reading);
                line.assertEnded();
                assertThat(leave(line, 21, NO_LIMIT, MANY).failure())
                        .isInstanceOf(IOException.class)
                        .hasMessageStartingWith("Nothing can be sent any more: ");
                assertThat(line.connection.leftBytes()).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingThatWasLeftComesBehindAClose(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.write("01 00");
            Outcome outcome = leave(line, 1, LONG, MANY);
            line.connection.startClose(new CloseFrame(1000, ""));
            FutureTask<String> reading = line.start(line::read);
            line.assertReceives("01 00", "88 02 03 e8");
            line.send("88 02 03 e8");
            if (wiring.client()) {
                line.there.close();
            } else {
                line.assertReceives("end");
            }
            assertThat(result(reading)).isEqualTo("end");
            assertThat(outcome.get()).isEqualTo("IOException");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSlowRemoteEndSlowsDownWhoLeavesMessages(Wiring wiring) throws Exception {
        int bound = 5_000;
        try (Line line = Line.with(wiring).capacity(100).open()) {
            FutureTask<Long> leaving = line.start(() -> {
                long most = 0;
                for (int i = 0; i < 500; i++) {
                    line.connection.leave(2, new byte[100], 0, 100, NO_LIMIT, bound, failure -> {});
                    most = Math.max(most, line.connection.leftBytes());
                }
                return most;
            });
            line.here.awaitBlockedWriter();
            assertThat(leaving).isNotDone();
            for (int i = 0; i < 500; i++) {
                line.assertReceives(hex(frame(0x82, new byte[100])));
            }
            assertThat(result(leaving)).isBetween(1L, (long) bound);
        }
    }

    private static Outcome leave(Line line, int number, long timeout, int mostBytes) {
        Outcome outcome = new Outcome();
        line.connection.leave(2, bytes(String.format("%02x", number)), 0, 1, timeout, mostBytes, outcome::tell);
        return outcome;
    }

    private static String shown(int number) {
        return "82 01 " + String.format("%02x", number);
    }

    private static @Nullable Throwable endOf(FutureTask<?> task) {
        try {
            result(task);
            return null;
        } catch (Exception e) {
            return e;
        }
    }
}
