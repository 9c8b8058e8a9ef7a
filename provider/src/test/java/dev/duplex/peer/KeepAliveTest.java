package dev.duplex.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.peer.RawPeer.RawFrame;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
final class KeepAliveTest {
    private static final PeerOptions OFTEN =
            PeerOptions.builder().pingFrequency(Duration.ofMillis(100)).build();
    /** Where a test must answer in time, it has that much time. */
    private static final PeerOptions SELDOM =
            PeerOptions.builder().pingFrequency(Duration.ofMillis(500)).build();

    private static final String TIMEOUT = "pong timeout: nothing was heard for PT0.1S after a Ping";

    @ParameterizedTest
    @EnumSource(Role.class)
    void blockedReadThrowsWhenTheOtherEndStaysSilent(Role role) throws Exception {
        try (Wire wire = Wire.of(role, OFTEN)) {
            Future<Frame> read = Wire.start(() -> wire.peer().read());
            expectPongTimeout(wire);
            assertThat(Wire.failure(read))
                    .isInstanceOf(PongTimeoutException.class)
                    .hasMessage(TIMEOUT);
            assertEnded(wire.peer());
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void blockedReadMessageThrowsInsideAMessage(Role role) throws Exception {
        try (Wire wire = Wire.of(role, OFTEN)) {
            wire.raw().frame(0x01, "begun");
            Future<Message> read = Wire.start(() -> wire.peer().readMessage());
            expectPongTimeout(wire);
            assertThat(Wire.failure(read)).isInstanceOf(PongTimeoutException.class);
            assertEnded(wire.peer());
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void peerThatOnlyComputesIsShutDownAndHearsOfItAtItsNextRead(Role role) throws Exception {
        try (Wire wire = Wire.of(role, OFTEN)) {
            wire.raw().frame(RawPeer.TEXT, "unread"); // a sign of life, and kept
            expectPongTimeout(wire);
            wire.raw().expectEnd();
            assertThat(wire.peer().isOpen()).isFalse();
            assertThat(wire.peer().read().text()).isEqualTo("unread");
            assertThatThrownBy(() -> wire.peer().read(RawPeer.LIMIT))
                    .isInstanceOf(PongTimeoutException.class)
                    .hasMessage(TIMEOUT);
            assertEnded(wire.peer());
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void peerThatOnlyWritesIsShutDown(Role role) throws Exception {
        try (Wire wire = Wire.of(role, OFTEN)) {
            Future<Void> writer = Wire.start(() -> {
                while (true) {
                    wire.peer().write("still talking");
                    Thread.sleep(5);
                }
            });
            RawFrame frame = wire.raw().frame();
            while (frame.b0() != RawPeer.CLOSE) {
                frame = wire.raw().frame();
            }
            assertThat(frame.text()).endsWith("pong timeout");
            assertThat(Wire.failure(writer)).isInstanceOf(IOException.class);
            assertThat(wire.peer().isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void pongsKeepAPeerThatOnlyComputesAlive(Role role) throws Exception {
        try (Wire wire = Wire.of(role, SELDOM)) {
            for (int i = 0; i < 3; i++) {
                answerPing(wire);
            }
            assertThat(wire.peer().isOpen()).isTrue();
            assertThat(wire.peer().latency()).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void anyByteCountsAsLife(Role role) throws Exception {
        byte[] frame = RawPeer.encode(RawPeer.TEXT, new byte[0], role == Role.SERVER);
        try (Wire wire = Wire.of(role, SELDOM)) {
            Future<Frame> read = Wire.start(() -> wire.peer().read());
            for (byte b : frame) { // a byte for each Ping, and never a Pong
                assertThat(wire.raw().frame().b0()).isEqualTo(RawPeer.PING);
                wire.raw().bytes(new byte[] {b});
                if (read.isDone()) {
                    break;
                }
            }
            assertThat(Wire.result(read)).isEqualTo(new Frame(Opcode.TEXT, true, new byte[0]));
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void readAheadGivesTheApplicationEveryFrameInOrder(Role role) throws Exception {
        try (Wire wire = Wire.of(role, SELDOM)) {
            int count = 3000;
            Future<Void> sent = Wire.start(() -> {
                for (int i = 0; i < count; i++) {
                    wire.raw().frame(i % 3 == 0 ? 0x01 : i % 3 == 1 ? 0x00 : RawPeer.CONTINUATION, "frame " + i);
                }
                return null;
            });
            for (int i = 0; i < 2; i++) { // nobody reads meanwhile
                assertThat(wire.raw().frame().b0()).isEqualTo(RawPeer.PING);
                wire.raw().frame(RawPeer.PONG, "");
                Wire.result(sent);
            }
            for (int i = 0; i < count; i++) {
                Frame frame = wire.peer().read(RawPeer.LIMIT);
                assertThat(frame.text()).isEqualTo("frame " + i);
                assertThat(frame.opcode()).isEqualTo(i % 3 == 0 ? Opcode.TEXT : Opcode.CONTINUATION);
                assertThat(frame.fin()).isEqualTo(i % 3 == 2);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void protocolErrorFoundWhileNobodyReadsIsThrownByTheNextRead(Role role) throws Exception {
        try (Wire wire = Wire.of(role, OFTEN)) {
            wire.raw().frame(RawPeer.TEXT, "before");
            wire.raw().hexFrame(0x83, "");
            RawFrame frame = wire.raw().frame();
            while (frame.b0() == RawPeer.PING) {
                frame = wire.raw().frame();
            }
            assertThat(frame.hex()).startsWith("03ea");
            wire.raw().endOfStream();
            wire.raw().expectEnd();
            assertThat(wire.peer().read().text()).isEqualTo("before");
            assertThatThrownBy(() -> wire.peer().read())
                    .isInstanceOfSatisfying(
                            ProtocolException.class, e -> assertThat(e.code()).isEqualTo(1002));
            assertThat(wire.peer().read()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void closeIsAnsweredWhileNobodyReads(Role role) throws Exception {
        try (Wire wire = Wire.of(role, OFTEN)) {
            wire.raw().close(1001);
            wire.raw().endOfStream();
            int b0 = RawPeer.PING;
            while (b0 == RawPeer.PING) {
                b0 = wire.raw().frame().b0();
            }
            assertThat(b0).isEqualTo(RawPeer.CLOSE);
            wire.raw().expectEnd();
            assertThat(wire.peer().read()).isNull();
            assertThat(wire.peer().closeReason().code()).isEqualTo(1001);
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void readTimeoutsDoNotHideASilentEnd(Role role) throws Exception {
        try (Wire wire = Wire.of(role, OFTEN)) {
            Future<Frame> reads = Wire.start(() -> {
                while (true) {
                    try {
                        return wire.peer().read(Duration.ofMillis(1));
                    } catch (SocketTimeoutException e) {
                        assertThat(wire.peer()).isNotNull(); // and again
                    }
                }
            });
            expectPongTimeout(wire);
            assertThat(Wire.failure(reads)).isInstanceOf(PongTimeoutException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void zeroIsOff(Role role) throws Exception {
        PeerOptions never = PeerOptions.builder().pingFrequency(Duration.ZERO).build();
        AtomicBoolean pinged = new AtomicBoolean();
        try (Wire silent = Wire.of(role, never);
                Wire beside = Wire.of(role, SELDOM)) {
            for (int i = 0; i < 2; i++) {
                answerPing(beside);
            }
            pinged.set(silent.raw().socket().getInputStream().available() > 0);
        }
        assertThat(pinged).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void looksAfterManyPeersAtOnce(Role role) throws Exception {
        int peers = 50;
        CountDownLatch ended = new CountDownLatch(peers);
        for (int i = 0; i < peers; i++) {
            Wire wire = Wire.of(role, OFTEN);
            Thread.ofVirtual().start(() -> {
                try (wire) {
                    wire.peer().read();
                } catch (PongTimeoutException e) {
                    ended.countDown();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
        }
        assertThat(ended.await(RawPeer.LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    private static void answerPing(Wire wire) throws IOException {
        RawFrame ping = wire.raw().frame();
        assertThat(ping.b0()).isEqualTo(RawPeer.PING);
        wire.raw().frame(RawPeer.PONG, ping.payload());
    }

    /** Pings come, none is answered, then the Close. */
    private static void expectPongTimeout(Wire wire) throws IOException {
        assertThat(wire.raw().frame().b0()).isEqualTo(RawPeer.PING);
        RawFrame frame = wire.raw().frame();
        while (frame.b0() == RawPeer.PING) {
            frame = wire.raw().frame();
        }
        assertThat(frame.b0()).isEqualTo(RawPeer.CLOSE);
        assertThat(frame.hex()).startsWith("03e8");
        assertThat(frame.text()).endsWith("pong timeout");
    }

    private static void assertEnded(WsPeer peer) throws IOException {
        assertThat(peer.read()).isNull();
        assertThat(peer.readMessage()).isNull();
        assertThat(peer.isOpen()).isFalse();
        assertThat(peer.closeReason().code()).isEqualTo(1006);
    }
}
