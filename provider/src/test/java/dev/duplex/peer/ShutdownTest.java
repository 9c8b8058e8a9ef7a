package dev.duplex.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
final class ShutdownTest {
    private static final Duration SOON = Duration.ofMillis(200);

    @ParameterizedTest
    @CsvSource({"CLIENT, false", "CLIENT, true", "SERVER, false", "SERVER, true"})
    void isTrueWhenTheOtherEndAnswers(Role role, boolean bytewise) throws Exception {
        try (Wire wire = Wire.of(role)) {
            wire.raw().bytewise(bytewise);
            Future<Boolean> shutdown = Wire.start(() -> wire.peer().shutdown(4001, "bÿe"));
            assertThat(wire.raw().expectClose(4001)).isEqualTo("bÿe");
            assertThat(wire.peer().isOpen()).isFalse();
            assertThat(wire.peer().closeReason()).isNull();
            wire.raw().frame(RawPeer.CLOSE, concat("0fa2", "so long"));
            if (role == Role.CLIENT) {
                wire.raw().close();
            }
            assertThat(Wire.result(shutdown)).isTrue();
            assertThat(wire.peer().closeReason()).isEqualTo(new CloseReason(4002, "so long"));
            assertThat(wire.peer().read()).isNull();
            assertThat(wire.peer().shutdown()).as("the result again").isTrue();
            if (role == Role.SERVER) {
                wire.raw().expectEnd();
            }
        }
    }

    @Test
    void clientLetsTheServerCloseTcpFirst() throws Exception {
        try (Wire wire = Wire.of(Role.CLIENT)) {
            Future<Boolean> shutdown = Wire.start(() -> wire.peer().shutdown());
            wire.raw().expectClose(1000);
            wire.raw().close(1000);
            // A client that closed with its Close received would end the stream here, RFC 6455 §7.1.1
            wire.raw().socket().setSoTimeout(100);
            assertThatThrownBy(() -> wire.raw().expectEnd()).isInstanceOf(SocketTimeoutException.class);
            wire.raw().close();
            assertThat(Wire.result(shutdown)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void discardsWhatArrivesUntilTheClose(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            Future<Frame> reading = Wire.start(() -> wire.peer().read());
            Future<Boolean> shutdown = Wire.start(() -> wire.peer().shutdown());
            wire.raw().expectClose(1000);
            for (int i = 0; i < 100; i++) {
                wire.raw().frame(RawPeer.TEXT, "late");
                wire.raw().frame(0x02, new byte[10_000]);
                wire.raw().frame(RawPeer.PING, "not answered any more");
                wire.raw().frame(RawPeer.CONTINUATION, "");
            }
            wire.raw().close(1000);
            wire.raw().endOfStream();
            assertThat(Wire.result(shutdown)).isTrue();
            assertThat(Wire.result(reading)).isNull();
            wire.raw().expectEnd();
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void isFalseWhenTheOtherEndDoesNotAnswer(Role role) throws Exception {
        PeerOptions options = PeerOptions.builder().shutdownTimeout(SOON).build();
        try (Wire wire = Wire.of(role, options)) {
            assertThat(wire.peer().shutdown()).isFalse();
            assertThat(wire.peer().closeReason()).isEqualTo(new CloseReason(1006, "no Close came within PT0.2S"));
            assertThat(wire.peer().shutdown(1001, "again")).isFalse();
            wire.raw().expectClose(1000);
            wire.raw().expectEnd();
        }
        try (Wire wire = Wire.of(role)) {
            Future<Frame> reading = Wire.start(() -> wire.peer().read());
            assertThat(wire.peer().shutdown(1000, "", SOON)).isFalse();
            assertThat(Wire.result(reading)).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void isFalseWhenTheConnectionIsLost(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            Future<Boolean> shutdown = Wire.start(() -> wire.peer().shutdown());
            wire.raw().expectClose(1000);
            wire.raw().reset();
            assertThat(Wire.result(shutdown)).isFalse();
            assertThat(wire.peer().error()).isNotEmpty();
        }
        try (Wire wire = Wire.of(role)) {
            Future<Boolean> shutdown = Wire.start(() -> wire.peer().shutdown());
            wire.raw().expectClose(1000);
            wire.raw().endOfStream();
            assertThat(Wire.result(shutdown)).isFalse();
            assertThat(wire.peer().closeReason().code()).isEqualTo(1006);
        }
        try (Wire wire = Wire.of(role)) {
            wire.peer().close();
            assertThat(wire.peer().shutdown()).isFalse();
            assertThat(wire.raw().rest()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void isFalseWhenNothingCanBeWritten(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            Future<Integer> blocked = Wire.start(() -> wire.peer().write(new byte[64 << 20]));
            assertThat(wire.raw().socket().getInputStream().read()).isEqualTo(RawPeer.BINARY);
            assertThat(wire.peer().shutdown(1000, "", SOON)).isFalse();
            assertThat(Wire.failure(blocked)).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void secondCallWaitsForTheFirstAndReturnsItsResult(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            Future<Boolean> first = Wire.start(() -> wire.peer().shutdown(1000, "first"));
            assertThat(wire.raw().expectClose(1000)).isEqualTo("first");
            Future<Boolean> second = Wire.start(() -> wire.peer().shutdown(1001, "second"));
            Future<Boolean> third = Wire.start(() -> wire.peer().shutdown(1001, "third", RawPeer.LIMIT));
            assertThat(second.isDone()).isFalse();
            wire.raw().close(1000);
            wire.raw().endOfStream();
            assertThat(Wire.result(first)).isTrue();
            assertThat(Wire.result(second)).isTrue();
            assertThat(Wire.result(third)).isTrue();
            wire.raw().expectEnd();
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void isTrueAfterTheCloseOfTheOtherEndWasAnswered(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            wire.raw().close(1001);
            wire.raw().endOfStream();
            assertThat(wire.peer().read()).isNull();
            assertThat(wire.peer().shutdown()).isTrue();
            assertThat(wire.raw().expectClose(1001)).isEmpty();
            wire.raw().expectEnd(); // one Close only
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void isTrueWhenBothEndsCloseAtOnce(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            wire.raw().close(4001);
            wire.raw().endOfStream();
            assertThat(wire.peer().shutdown(4002, "")).isTrue();
            wire.raw().expectClose(4002);
            wire.raw().expectEnd();
            assertThat(wire.peer().closeReason().code()).isEqualTo(4001);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65536 + 1000})
    void refusesCodesThatMustNotBeSent(int code) throws Exception {
        for (Role role : Role.values()) {
            try (Wire wire = Wire.of(role)) {
                String rule = "Close code " + code
                        + " must not be sent; RFC 6455 §7.4 allows 1000-1003, 1007-1014 and 3000-4999";
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> wire.peer().shutdown(code, ""))
                        .withMessage(rule);
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> wire.peer().shutdown(code, "", SOON))
                        .withMessage(rule);
                assertNothingWasSent(wire);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1003, 1007, 1014, 3000, 4999})
    void sendsCodesThatMayBeSent(int code) throws Exception {
        for (Role role : Role.values()) {
            try (Wire wire = Wire.of(role)) {
                Future<Boolean> shutdown = Wire.start(() -> wire.peer().shutdown(code, "é".repeat(61) + "e"));
                assertThat(wire.raw().expectClose(code).getBytes(UTF_8)).hasSize(123);
                wire.raw().close(code);
                wire.raw().endOfStream();
                assertThat(Wire.result(shutdown)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void refusesAReasonOfMoreThan123Bytes(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> wire.peer().shutdown(1000, "é".repeat(62)))
                    .withMessage("Close reason has 124 bytes of UTF-8; RFC 6455 §5.5 allows 123");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> wire.peer().shutdown(1000, "", Duration.ofMillis(-1)))
                    .withMessage("timeout must not be negative, but is PT-0.001S");
            assertNothingWasSent(wire);
        }
    }

    private static void assertNothingWasSent(Wire wire) throws IOException {
        assertThat(wire.peer().isOpen()).isTrue();
        wire.peer().write("still here");
        wire.raw().expectText("still here");
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void nothingCanBeWrittenWhileClosing(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            Future<Boolean> shutdown = Wire.start(() -> wire.peer().shutdown());
            wire.raw().expectClose(1000);
            assertThatThrownBy(() -> wire.peer().write("late"))
                    .isInstanceOf(IOException.class)
                    .hasMessage("Nothing can be sent any more: the connection is closed or closing");
            wire.raw().close(1000);
            wire.raw().endOfStream();
            assertThat(Wire.result(shutdown)).isTrue();
            wire.raw().expectEnd();
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void closeEndsAShutdownThatWaits(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            Future<Boolean> shutdown = Wire.start(() -> wire.peer().shutdown(1000, "", Duration.ofDays(1)));
            wire.raw().expectClose(1000);
            wire.peer().close();
            assertThat(Wire.result(shutdown)).isFalse();
        }
    }

    /** A keep-alive that finds nothing to ping because a Close was sent must not end the wait for the answer. */
    @ParameterizedTest
    @EnumSource(Role.class)
    void keepAliveDoesNotCutAShutdownShort(Role role) throws Exception {
        Duration period = Duration.ofMillis(50);
        PeerOptions options = PeerOptions.builder().pingFrequency(period).build();
        try (Wire wire = Wire.of(role, options)) {
            int b0 = wire.raw().frame().b0();
            assertThat(b0).as("the keep-alive runs").isEqualTo(RawPeer.PING);
            wire.raw().frame(RawPeer.TEXT, "alive");
            assertThat(wire.peer().read().text()).isEqualTo("alive");
            Future<Boolean> shutdown = Wire.start(() -> wire.peer().shutdown());
            for (b0 = RawPeer.PING; b0 == RawPeer.PING; ) {
                b0 = wire.raw().frame().b0();
            }
            assertThat(b0).isEqualTo(RawPeer.CLOSE);
            // Were it cut, it would be after one period
            assertThatThrownBy(() -> shutdown.get(10 * period.toMillis(), TimeUnit.MILLISECONDS))
                    .isInstanceOf(TimeoutException.class);
            wire.raw().close(1000);
            wire.raw().endOfStream();
            assertThat(Wire.result(shutdown)).isTrue();
        }
    }

    private static byte[] concat(String hex, String text) {
        byte[] code = HexFormat.of().parseHex(hex);
        byte[] reason = text.getBytes(UTF_8);
        byte[] payload = Arrays.copyOf(code, code.length + reason.length);
        System.arraycopy(reason, 0, payload, code.length, reason.length);
        return payload;
    }
}
