package dev.duplex.engine;

import static dev.duplex.engine.Line.close;
import static dev.duplex.engine.Line.result;
import static dev.duplex.frame.Wiring.bytes;
import static dev.duplex.frame.Wiring.frame;
import static dev.duplex.frame.Wiring.hex;
import static dev.duplex.frame.Wiring.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.duplex.frame.CloseFrame;
import dev.duplex.frame.ProtocolFailure;
import dev.duplex.frame.Wiring;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class ReceivingTest {
    private static final Duration SHORT = Duration.ofMillis(5);

    @ParameterizedTest
    @EnumSource
    void dataComesFrameByFrameAsItWasSent(Wiring wiring) throws Exception {
        String[] frames = {"81 02 68 69", "82 00", "01 01 c3", "00 00", "80 01 a4", "82 03 ff fe fd"};
        try (Line line = Line.open(wiring)) {
            line.send(frames);
            for (String frame : frames) {
                assertThat(line.read()).isEqualTo(frame);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatCameBehindTheOpeningHandshakeComesFirst(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).leftOver("81 01 61 82 01").open()) {
            byte[] wire = wiring.fromRemote(bytes("82 01 62"));
            int sent = wiring.client() ? 2 : 6;
            line.there.output().write(wire, sent, wire.length - sent);
            assertThat(line.read()).isEqualTo("81 01 61");
            assertThat(line.read()).isEqualTo("82 01 62");
        }
    }

    @ParameterizedTest
    @EnumSource
    void afterATimeoutAFrameThatIsHalfReadGoesOn(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            byte[] wire = wiring.fromRemote(bytes("81 05 48 65 6c 6c 6f"));
            for (byte one : wire) {
                assertThatExceptionOfType(SocketTimeoutException.class)
                        .isThrownBy(() -> line.read(SHORT))
                        .withMessage("No frame came within PT0.005S; the connection stays usable");
                line.there.output().write(one);
            }
            assertThat(line.read()).isEqualTo("81 05 48 65 6c 6c 6f");
            assertThat(line.connection.open()).isTrue();
            assertThat(line.write("81 01 61")).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneDeadlineHoldsOverAllThatComes(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            FutureTask<String> pinging = line.start(() -> {
                for (; ; ) {
                    line.send("89 00"); // answered inside, again and again
                    line.received();
                }
            });
            assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> line.read(Duration.ofMillis(50)));
            assertThat(pinging).isNotDone();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReadWithoutALimitFollowsOneWithALimit(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> line.read(SHORT));
            FutureTask<String> reading = line.start(line::read);
            line.here.awaitBlockedReader();
            line.send("81 01 61");
            assertThat(result(reading)).isEqualTo("81 01 61");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aStreamThatEndsWithoutACloseIs1006(Wiring wiring) throws Exception {
        for (int cut = 0; cut < 7; cut++) {
            try (Line line = Line.open(wiring)) {
                line.there.output().write(wiring.fromRemote(bytes("82 0a 01 02 03 04 05")), 0, cut);
                line.there.shutdownOutput();
                assertThat(line.read()).isEqualTo("end");
                assertThat(line.read()).isEqualTo("end");
                assertThat(line.connection.result())
                        .isEqualTo(new CloseFrame(1006, "the stream ended without a Close"));
                assertThat(line.connection.error()).isNull();
                assertThat(line.connection.open()).isFalse();
                line.assertReceives("end");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNetworkThatFailsIs1006AndSaysWhy(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send("81 01 61");
            assertThat(line.read()).isEqualTo("81 01 61");
            FutureTask<String> reading = line.start(line::read);
            line.here.awaitBlockedReader();
            line.here.reset();
            assertThat(result(reading)).isEqualTo("end");
            assertThat(line.connection.error()).isEqualTo("Connection reset");
            assertThat(line.connection.result())
                    .isEqualTo(new CloseFrame(1006, "the connection was lost: Connection reset"));
        }
    }

    /** One for each kind of rule; all of them are in the tests of the frame's room. */
    static Stream<Arguments> brokenRules() {
        List<Arguments> rows = new ArrayList<>();
        for (Wiring wiring : Wiring.values()) {
            rows.add(Arguments.of("83 00", 1002, "opcode 0x3 is reserved", wiring));
            rows.add(Arguments.of("c1 00", 1002, "a reserved bit is set that no agreed extension uses", wiring));
            rows.add(Arguments.of("09 00", 1002, "a control frame is fragmented", wiring));
            rows.add(Arguments.of("80 00", 1002, "a continuation frame has no message to continue", wiring));
            rows.add(Arguments.of("01 00 81 00", 1002, "a new message begins inside another", wiring));
            rows.add(Arguments.of("81 7e 00 01", 1002, "a frame's length 1 is not in its shortest form", wiring));
            rows.add(Arguments.of("81 04 61 ff", 1007, "a text message is not UTF-8", wiring));
            rows.add(Arguments.of("01 01 c3 80 01 41", 1007, "a text message is not UTF-8", wiring));
            rows.add(Arguments.of(
                    "82 7e 03 e9",
                    1009,
                    "Payload size limit reached: a frame of 1001 bytes after 0, the limit is 1000",
                    wiring));
            rows.add(Arguments.of(
                    "88 01 03", 1002, "Close payload has 1 byte; it has none, or two for the code", wiring));
            rows.add(Arguments.of("88 02 03 ed", 1002, "Close code 1005 must not be sent", wiring));
            rows.add(Arguments.of("88 02 03 e7", 1002, "Close code 999 must not be sent", wiring));
            rows.add(Arguments.of("88 03 03 e8 ff", 1007, "Close reason is not UTF-8", wiring));
        }
        return rows.stream();
    }

    @ParameterizedTest
    @MethodSource("brokenRules")
    void aBrokenRuleIsToldWithOneCloseAndEndsTheConnection(String frames, int code, String rule, Wiring wiring)
            throws Exception {
        try (Line line = Line.with(wiring).maxPayload(1_000).open()) {
            line.send("82 01 01 89 00");
            line.send(frames);
            assertThat(line.read()).isEqualTo("82 01 01");
            FutureTask<String> reading = line.start(() -> {
                String frame;
                do {
                    frame = line.read(); // the first fragments of a message
                } while (!frame.equals("end"));
                return frame;
            });
            line.assertReceives("8a 00", close(code, rule), "end");
            line.there.close();
            assertThatExceptionOfType(ProtocolFailure.class)
                    .isThrownBy(() -> result(reading))
                    .withMessage(rule)
                    .satisfies(failure -> assertThat(failure.code()).isEqualTo(code));
            line.assertEnded();
            assertThat(line.read()).isEqualTo("end");
            assertThat(line.connection.result()).isEqualTo(new CloseFrame(1006, rule));
            assertThat(line.connection.shutdown(CloseFrame.EMPTY, Line.DEADLINE))
                    .isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "CLIENT.*")
    void aServerTellsAClientThatDoesNotMask(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.there.output().write(bytes("81 01 61"));
            FutureTask<String> reading = line.start(line::read);
            line.assertReceives(close(1002, "a client's frame is not masked"), "end");
            line.there.close();
            assertThatExceptionOfType(ProtocolFailure.class).isThrownBy(() -> result(reading));
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "SERVER.*")
    void aClientTellsAServerThatMasks(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.there.output().write(bytes("81 81 37 fa 21 3d 56"));
            FutureTask<String> reading = line.start(line::read);
            line.assertReceives(close(1002, "a server's frame is masked"), "end");
            line.there.close();
            assertThatExceptionOfType(ProtocolFailure.class).isThrownBy(() -> result(reading));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theCloseArrivesAlsoWhenMoreBytesAreUnderWay(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            line.send(join(bytes("83 00"), frame(0x82, new byte[50_000])));
            FutureTask<String> reading = line.start(line::read);
            line.send(frame(0x82, new byte[50_000]));
            line.assertReceives(close(1002, "opcode 0x3 is reserved"), "end");
            line.there.close();
            assertThatExceptionOfType(ProtocolFailure.class).isThrownBy(() -> result(reading));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRemoteEndThatGoesOnAfterItWasToldIsCutOff(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).shutdownMillis(30).open()) {
            line.send("83 00");
            assertThatExceptionOfType(ProtocolFailure.class).isThrownBy(line::read);
            line.assertReceives(close(1002, "opcode 0x3 is reserved"), "end");
            assertThat(line.here.closed()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRemoteEndThatDoesNotReadCannotKeepABrokenConnection(Wiring wiring) throws Exception {
        try (Line line = Line.with(wiring).shutdownMillis(30).capacity(100).open()) {
            FutureTask<Integer> writing = line.start(() -> line.write(0x82, new byte[1_000], Duration.ofSeconds(10)));
            line.here.awaitBlockedWriter();
            line.send("83 00");
            assertThatExceptionOfType(ProtocolFailure.class).isThrownBy(line::read);
            line.assertEnded();
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> result(writing))
                    .withMessage("The connection was closed while this was being written");
        }
    }

    @ParameterizedTest
    @EnumSource
    void fragmentsMayBeManyAndLong(Wiring wiring) throws Exception {
        try (Line line = Line.open(wiring)) {
            byte[] part = new byte[20_000];
            FutureTask<Boolean> sending = line.start(() -> {
                line.send(frame(0x02, part));
                for (int i = 0; i < 20; i++) {
                    line.send(frame(0x00, part));
                }
                line.send("80 00");
                return true;
            });
            assertThat(line.read()).isEqualTo(hex(frame(0x02, part)));
            for (int i = 0; i < 20; i++) {
                assertThat(line.read()).isEqualTo(hex(frame(0x00, part)));
            }
            assertThat(line.read()).isEqualTo("80 00");
            assertThat(result(sending)).isTrue();
        }
    }
}
