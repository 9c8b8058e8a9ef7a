package dev.duplex.engine;

import static dev.duplex.engine.Line.awaitMillis;
import static dev.duplex.engine.Line.result;
import static dev.duplex.frame.Wiring.bytes;
import static dev.duplex.frame.Wiring.frame;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.deflate.ByteBuilder;
import dev.duplex.deflate.Compressor;
import dev.duplex.deflate.DeflateParameters;
import dev.duplex.frame.CloseFrame;
import dev.duplex.frame.FrameReader;
import dev.duplex.frame.Wiring;
import java.io.ByteArrayOutputStream;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The idle timeout, closing without a wait, Pongs for the owner, and large frames in pieces: what a session asks of a connection. */
@Timeout(60)
class IdleTest {
    // ---- idle

    @ParameterizedTest
    @EnumSource
    void theOwnerIsToldWhenNothingWasSentOrReceived(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            long before = System.nanoTime();
            line.connection.idleTimeout(MILLISECONDS.toNanos(20));
            assertThat(line.idleAt.poll(10, SECONDS))
                    .isNotNull()
                    .satisfies(at -> assertThat(at - before).isGreaterThanOrEqualTo(MILLISECONDS.toNanos(20)));
            assertThat(line.connection.open()).isTrue(); // what to do is the owner's
        }
    }

    @ParameterizedTest
    @EnumSource
    void theLongestTimeoutIsNoTimeout(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.connection.idleTimeout(Long.MAX_VALUE);
            line.connection.leave(2, new byte[1], 0, 1, Long.MAX_VALUE, 100, failure -> {});
            line.assertReceives("82 01 00");
            awaitMillis(20);
            assertThat(line.idleAt).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER", "CLIENT"})
    void theKeepAliveDoesNotKeepAConnectionFromBeingIdle(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).pingMillis(10).open()) {
            FutureTask<String> reading = line.start(line::read);
            FutureTask<Boolean> answering = line.start(() -> {
                for (String ping = line.received(); ping.startsWith("89"); ping = line.received()) {
                    line.send(ping.replaceFirst("89", "8a"));
                }
                return true;
            });
            line.connection.idleTimeout(MILLISECONDS.toNanos(200));
            assertThat(line.idleAt.poll(10, SECONDS)).isNotNull();
            line.connection.close();
            result(reading);
            result(answering);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER", "CLIENT"})
    void whatHasComeButNobodyReadCounts(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            int timeout = 400;
            line.connection.idleTimeout(MILLISECONDS.toNanos(timeout));
            awaitMillis(timeout / 2);
            line.send("81 01 61", "81 01 62");
            long sent = System.nanoTime();
            assertThat(line.idleAt.poll(10, SECONDS))
                    .isNotNull()
                    .satisfies(at -> assertThat(at - sent).isGreaterThanOrEqualTo(MILLISECONDS.toNanos(timeout)));
            assertThat(line.read()).isEqualTo("81 01 61");
            assertThat(line.read()).isEqualTo("81 01 62");
        }
    }

    /** Messages that came at once and are worked off slowly. */
    @ParameterizedTest
    @EnumSource(names = {"SERVER", "CLIENT"})
    void whoWorksOffWhatHasComeIsNotIdle(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            int timeout = 1_000;
            line.send("81 01 61", "81 01 62", "81 01 63", "81 01 64");
            line.connection.idleTimeout(MILLISECONDS.toNanos(timeout));
            for (String message : new String[] {"81 01 61", "81 01 62", "81 01 63", "81 01 64"}) {
                assertThat(line.idleAt).as("told before " + message).isEmpty();
                assertThat(line.read()).isEqualTo(message);
                awaitMillis(timeout / 2);
            }
            assertThat(line.idleAt.poll(10, SECONDS)).isNotNull();
        }
    }

    /** A message that waited long for its turn was sent when it had it. */
    @ParameterizedTest
    @EnumSource(names = {"SERVER", "CLIENT"})
    void aMessageCountsWhenItIsSentNotWhenItWasAsked(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            int timeout = 800;
            line.write("01 00");
            FutureTask<Integer> waiting = line.start(() -> line.write("81 00"));
            awaitMillis(timeout + 100);
            line.connection.idleTimeout(MILLISECONDS.toNanos(timeout));
            awaitMillis(timeout / 2);
            long sent = System.nanoTime();
            line.write("80 00");
            result(waiting);
            assertThat(line.idleAt.poll(10, SECONDS))
                    .isNotNull()
                    .satisfies(at -> assertThat(at - sent).isGreaterThanOrEqualTo(MILLISECONDS.toNanos(timeout)));
        }
    }

    // ---- closing without a wait

    @ParameterizedTest
    @EnumSource
    void aCloseDoesNotWaitForItsAnswerWhichTheReaderFinds(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            CloseFrame close = new CloseFrame(4000, "mine");
            line.connection.startClose(close);
            line.connection.startClose(new CloseFrame(4001, "another"));
            assertThat(line.connection.open()).isFalse();
            assertThat(line.connection.initiated()).isEqualTo(close);
            assertThat(line.connection.result()).isNull();
            line.assertReceives(Line.close(4000, "mine"));
            line.send("81 01 61", "88 02 03 e9");
            FutureTask<String> reading = line.start(line::read);
            if (!wiring.client()) {
                line.assertReceives("end");
            }
            line.there.close();
            assertThat(result(reading)).isEqualTo("end"); // what comes behind a Close is discarded
            assertThat(line.connection.result()).isEqualTo(new CloseFrame(1001, ""));
            assertThat(line.connection.initiated()).isEqualTo(close);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoClosesBehindTheRemoteEndHasNotInitiatedIt(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send("88 02 03 e9");
            FutureTask<String> reading = line.start(line::read);
            line.assertReceives("88 02 03 e9");
            line.connection.startClose(new CloseFrame(4000, ""));
            assertThat(line.connection.initiated()).isNull();
            line.there.close();
            result(reading);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER", "CLIENT"})
    void aCloseThatIsNeverAnsweredEndsInTimeHoweverOftenItIsAsked(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).shutdownMillis(50).open()) {
            FutureTask<String> reading = line.start(line::read);
            FutureTask<Boolean> closing = line.start(() -> {
                while (!reading.isDone()) {
                    line.connection.startClose(new CloseFrame(1000, ""));
                    awaitMillis(20);
                }
                return true;
            });
            assertThat(result(reading)).isEqualTo("end");
            assertThat(result(closing)).isTrue();
            line.assertReceives("88 02 03 e8", "end");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseThatFindsNoWayToTheWireEndsTheConnection(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).capacity(10).shutdownMillis(50).open()) {
            FutureTask<Integer> writing = line.start(() -> line.write(0x82, new byte[100], Urgency.NOW));
            line.here.awaitBlockedWriter();
            line.connection.startClose(new CloseFrame(1000, ""));
            line.assertEnded();
            assertThat(line.connection.result()).isEqualTo(new CloseFrame(1006, "the Close could not be sent"));
            assertThat(line.connection.initiated()).isNull();
            assertThat(writing).failsWithin(10, SECONDS);
        }
    }

    // ---- Pongs for the owner

    @ParameterizedTest
    @EnumSource
    void pongsAreForAnOwnerThatTakesThem(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).takesPongs().open()) {
            line.send("8a 00", "01 01 61", "8a 01 62", "80 00", "89 00");
            for (String frame : new String[] {"8a 00", "01 01 61", "8a 01 62", "80 00"}) {
                assertThat(line.read()).isEqualTo(frame);
            }
            line.connection.ping(bytes("07"));
            line.assertReceives("89 01 07");
            line.send("8a 01 07");
            assertThat(line.read()).isEqualTo("8a 01 07"); // its own Ping was the owner's
            assertThat(line.connection.latency()).isNotNegative();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theAnswerToTheKeepAliveIsNotForTheOwnerAlsoBehindAPingOfItsOwn(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).takesPongs().pingMillis(100).open()) {
            String ping = line.received();
            assertThat(ping).startsWith("89 08 ");
            line.connection.ping(bytes("07"));
            line.assertReceives("89 01 07");
            line.send(ping.replaceFirst("89", "8a"), "8a 01 07");
            assertThat(line.read()).isEqualTo("8a 01 07");
        }
    }

    @ParameterizedTest
    @EnumSource
    void noPongComesBehindOurClose(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).takesPongs().open()) {
            line.connection.startClose(new CloseFrame(1000, ""));
            line.send("8a 00", "88 02 03 e8");
            line.there.shutdownOutput();
            assertThat(line.read()).isEqualTo("end");
        }
    }

    // ---- pieces

    @ParameterizedTest
    @EnumSource
    void aMessageWithoutALimitComesInPiecesThoughTheKeepAliveReadsAhead(Wiring wiring) throws Exception {
        byte[] payload = new byte[300_000];
        new Random(1).nextBytes(payload);
        try (Line line = Line.with(wiring)
                .limits(opcode -> FrameReader.UNLIMITED)
                .capacity(1 << 20)
                .open()) {
            line.connection.readAhead();
            line.send(frame(0x02, payload));
            line.send(frame(0x80, payload));
            ByteArrayOutputStream joined = new ByteArrayOutputStream();
            assertThat(line.connection.frameIsThere()).isFalse();
            line.connection.readAhead();
            assertThat(line.connection.frameIsThere()).isTrue();
            boolean fin = false;
            while (!fin) {
                assertThat(line.connection.lockReading(Line.DEADLINE)).isTrue();
                assertThat(line.connection.receive(0)).isTrue();
                assertThat(line.connection.payloadLength()).isLessThanOrEqualTo(64 << 10);
                joined.write(
                        line.connection.payload(), line.connection.payloadOffset(), line.connection.payloadLength());
                fin = line.connection.fin();
                line.connection.unlockReading();
                line.connection.readAhead();
            }
            byte[] twice = new byte[2 * payload.length];
            System.arraycopy(payload, 0, twice, 0, payload.length);
            System.arraycopy(payload, 0, twice, payload.length, payload.length);
            assertThat(joined.toByteArray()).isEqualTo(twice);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER", "CLIENT"})
    void aBombInAMessageWithoutALimitGoesOffInSmallPieces(Wiring wiring) throws Exception {
        byte[] zeros = new byte[32 << 20];
        ByteBuilder bomb = new ByteBuilder(0);
        new Compressor(true, 15).compress(zeros, 0, zeros.length, true, bomb);
        try (Line line = Line.with(wiring)
                .limits(opcode -> FrameReader.UNLIMITED)
                .compressed(DeflateParameters.DEFAULT)
                .open()) {
            line.send(frame(0xC2, bomb.toByteArray()));
            long all = 0;
            boolean fin = false;
            while (!fin) {
                assertThat(line.connection.lockReading(Line.DEADLINE)).isTrue();
                assertThat(line.connection.receive(0)).isTrue();
                assertThat(line.connection.payloadLength()).isLessThan(1100 << 10);
                all += line.connection.payloadLength();
                fin = line.connection.fin();
                line.connection.unlockReading();
            }
            assertThat(all).isEqualTo(zeros.length);
        }
    }
}
