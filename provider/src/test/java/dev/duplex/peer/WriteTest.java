package dev.duplex.peer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.peer.RawPeer.RawFrame;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
final class WriteTest {
    private static final Duration SOON = Duration.ofMillis(200);
    /** More than the network holds while nobody reads. */
    private static final byte[] ENDLESS = new byte[64 << 20];

    @ParameterizedTest
    @CsvSource({
        "0, 2",
        "1, 2",
        "125, 2",
        "126, 4",
        "127, 4",
        "65535, 4",
        "65536, 10",
        "65537, 10",
        "300000, 10",
    })
    void returnsTheBytesPutOnTheWire(int length, int header) throws Exception {
        byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);
        byte[] given = payload.clone();
        for (Role role : Role.values()) {
            int masked = role == Role.CLIENT ? 4 : 0;
            try (Wire wire = Wire.of(role)) {
                Future<Integer> written = Wire.start(() -> wire.peer().write(given));
                RawFrame frame = wire.raw().frame();
                assertThat(frame.b0()).isEqualTo(RawPeer.BINARY);
                assertThat(frame.payload()).isEqualTo(payload);
                assertThat(frame.headerBytes()).isEqualTo(header + masked);
                assertThat(Wire.result(written)).isEqualTo(header + masked + length);
                assertThat(given).as("the array given").isEqualTo(payload);

                String text = "a".repeat(length);
                Future<Integer> timed = Wire.start(() -> wire.peer().write(text, RawPeer.LIMIT));
                wire.raw().expectText(text);
                assertThat(Wire.result(timed)).isEqualTo(header + masked + length);
            }
        }
    }

    @Test
    void bytesOnTheWireAreThoseOfTheRfc() throws Exception {
        try (Wire wire = Wire.of(Role.SERVER)) {
            wire.peer().write("Hello");
            wire.peer().write(Frame.text("Hel", false));
            wire.peer().write(Frame.continuation("lo".getBytes(UTF_8), true), RawPeer.LIMIT);
            wire.peer().write(new byte[] {1, 2}, RawPeer.LIMIT);
            wire.peer().write("é");
            wire.peer().write("a\uD800b");
            wire.peer().close();
            // RFC 6455 §5.7
            assertThat(wire.raw().rest().chars().mapToObj("%02x"::formatted).reduce("", String::concat))
                    .isEqualTo("810548656c6c6f" + "010348656c" + "80026c6f" + "82020102" + "8102c3a9" + "8103613f62");
        }
    }

    @Test
    void clientMasksEachFrameWithAnotherKey() throws Exception {
        try (Wire wire = Wire.of(Role.CLIENT)) {
            for (int i = 0; i < 100; i++) {
                wire.peer().write(new byte[4]);
            }
            wire.peer().close();
            String bytes = wire.raw().rest();
            assertThat(bytes).hasSize(100 * 10);
            List<String> keys = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                keys.add(bytes.substring(i * 10 + 2, i * 10 + 6));
                assertThat(bytes.substring(i * 10 + 6, i * 10 + 10)).isEqualTo(keys.get(i));
            }
            assertThat(keys.stream().distinct().count()).isGreaterThan(95);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Opcode.class,
            names = {"CLOSE", "PING", "PONG"})
    void refusesControlFrames(Opcode opcode) throws Exception {
        for (Role role : Role.values()) {
            try (Wire wire = Wire.of(role)) {
                Frame frame = new Frame(opcode, true, new byte[0]);
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> wire.peer().write(frame))
                        .withMessageStartingWith("You can send only text or binary frame");
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> wire.peer().write(frame, RawPeer.LIMIT))
                        .withMessageStartingWith("You can send only text or binary frame");
                wire.peer().close();
                assertThat(wire.raw().rest()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void checksTheSequenceOfFragments(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            WsPeer peer = wire.peer();
            assertThatIllegalStateException()
                    .isThrownBy(() -> peer.write(Frame.continuation(new byte[0], true)))
                    .withMessage("A continuation has no message to continue (RFC 6455 §5.4)");
            peer.write(Frame.text("a", false));
            for (Frame other : List.of(Frame.text("b"), Frame.text("b", false), Frame.binary(new byte[1]))) {
                assertThatIllegalStateException()
                        .isThrownBy(() -> peer.write(other))
                        .withMessage("A new message begins inside another: send its last fragment first (RFC 6455"
                                + " §5.4)");
            }
            assertThatIllegalStateException().isThrownBy(() -> peer.write("b"));
            assertThatIllegalStateException().isThrownBy(() -> peer.write(new byte[1]));
            peer.ping(new byte[] {1}); // RFC 6455 §5.4: control frames go between
            peer.write(Frame.continuation(new byte[] {'c'}, false));
            peer.write(Frame.continuation(new byte[] {'d'}, true));
            assertThatIllegalStateException().isThrownBy(() -> peer.write(Frame.continuation(new byte[0], true)));
            peer.write("e");

            wire.raw().expect(0x01, "61");
            wire.raw().expect(RawPeer.PING, "01");
            wire.raw().expect(0x00, "63");
            wire.raw().expect(RawPeer.CONTINUATION, "64");
            wire.raw().expectText("e");
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void otherThreadsMessageWaitsForTheLastFragment(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            wire.peer().write(Frame.text("a", false));
            assertThat(Wire.failure(Wire.start(() -> wire.peer().write("b", SOON))))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageEndingWith("nothing was sent and the connection stays usable");
            Future<Integer> other = Wire.start(() -> wire.peer().write("b"));
            wire.peer().write(Frame.continuation(new byte[] {'c'}, true));
            Wire.result(other);
            wire.raw().expect(0x01, "61");
            wire.raw().expect(RawPeer.CONTINUATION, "63");
            wire.raw().expectText("b");
        }
    }

    @ParameterizedTest
    @CsvSource({"CLIENT, false", "CLIENT, true", "SERVER, false", "SERVER, true"})
    void messagesOf64ThreadsNeverInterleave(Role role, boolean fragments) throws Exception {
        int threads = 64;
        int each = 30;
        try (Wire wire = Wire.of(role)) {
            CountDownLatch all = new CountDownLatch(threads);
            List<Future<Void>> writers = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                byte id = (byte) thread;
                writers.add(Wire.start(() -> {
                    all.countDown();
                    assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
                    for (int number = 0; number < each; number++) {
                        byte[] payload = new byte[2 + (id * 131 + number * 977) % 5000];
                        Arrays.fill(payload, id);
                        payload[1] = (byte) number;
                        if (fragments && number % 3 == 0) {
                            int half = 2 + (payload.length - 2) / 2;
                            wire.peer().write(Frame.binary(Arrays.copyOf(payload, half), false));
                            wire.peer()
                                    .write(Frame.continuation(Arrays.copyOfRange(payload, half, payload.length), true));
                        } else {
                            wire.peer().write(payload);
                        }
                        if (number % 10 == 0) {
                            wire.peer().ping(new byte[] {id});
                        }
                    }
                    return null;
                }));
            }
            Map<Integer, Integer> next = new HashMap<>();
            byte[] begun = null;
            int pings = 0;
            for (int messages = 0; messages < threads * each || pings < threads * 3; ) {
                RawFrame frame = wire.raw().frame();
                if (frame.b0() == RawPeer.PING) {
                    assertThat(frame.payload()).hasSize(1);
                    pings++;
                    continue;
                }
                byte[] payload = frame.payload();
                if (begun != null) {
                    assertThat(frame.b0()).isEqualTo(RawPeer.CONTINUATION);
                    int length = begun.length;
                    begun = Arrays.copyOf(begun, length + payload.length);
                    System.arraycopy(payload, 0, begun, length, payload.length);
                    payload = begun;
                    begun = null;
                } else if (frame.b0() == 0x02) {
                    begun = payload;
                    continue;
                } else {
                    assertThat(frame.b0()).isEqualTo(RawPeer.BINARY);
                }
                int id = payload[0];
                int number = next.merge(id, 1, Integer::sum) - 1;
                assertThat((int) payload[1])
                        .as("messages of thread %s in order", id)
                        .isEqualTo(number);
                byte[] expected = new byte[2 + (id * 131 + number * 977) % 5000];
                Arrays.fill(expected, (byte) id);
                expected[1] = (byte) number;
                assertThat(payload).isEqualTo(expected);
                messages++;
            }
            for (Future<Void> writer : writers) {
                Wire.result(writer);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void timeoutWhileWritingEndsTheConnectionAndSaysSo(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            assertDead(wire, Wire.start(() -> wire.peer().write(ENDLESS, SOON)), "PT0.2S");
        }
        PeerOptions options = PeerOptions.builder().writeTimeout(SOON).build();
        try (Wire wire = Wire.of(role, options)) {
            assertDead(wire, Wire.start(() -> wire.peer().write(ENDLESS)), "PT0.2S");
        }
    }

    private static void assertDead(Wire wire, Future<Integer> written, String timeout) throws Exception {
        Future<Frame> read = Wire.start(() -> wire.peer().read());
        assertThat(Wire.failure(written))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("Not written within " + timeout
                        + ": the remote end does not read; the connection is dead because a frame is half sent");
        assertThat(Wire.result(read)).isNull();
        assertThat(wire.peer().isOpen()).isFalse();
        assertThat(wire.peer().closeReason().code()).isEqualTo(1006);
        assertThat(wire.peer().error()).isEqualTo("write timeout: the remote end does not read");
        assertThatThrownBy(() -> wire.peer().write("more")).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void readerIsNotHeldUpByAWriterThatIsBlocked(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            Future<Integer> blocked = Wire.start(() -> wire.peer().write(ENDLESS));
            assertThat(wire.raw().socket().getInputStream().read()).isEqualTo(RawPeer.BINARY); // it has begun
            for (int i = 0; i < 100; i++) {
                wire.raw().frame(RawPeer.PING, new byte[] {(byte) i}); // cannot be answered
                wire.raw().frame(RawPeer.TEXT, "message " + i);
                assertThat(wire.peer().read(RawPeer.LIMIT).text()).isEqualTo("message " + i);
            }
            wire.peer().close();
            assertThat(Wire.failure(blocked)).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void closeWakesAWrite(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            Future<Integer> blocked = Wire.start(() -> wire.peer().write(ENDLESS));
            assertThat(wire.raw().socket().getInputStream().read()).isEqualTo(RawPeer.BINARY);
            Future<Integer> queued = Wire.start(() -> wire.peer().write("behind it"));
            wire.peer().close();
            assertThat(Wire.failure(blocked))
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(SocketTimeoutException.class)
                    .hasMessage("The connection was closed while this was being written");
            assertThat(Wire.failure(queued)).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void nothingCanBeWrittenAfterTheEnd(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            wire.peer().close();
            assertRefusesAll(wire.peer());
        }
        try (Wire wire = Wire.of(role)) {
            wire.raw().close(1000);
            wire.raw().endOfStream();
            assertThat(wire.peer().read()).isNull();
            assertRefusesAll(wire.peer());
            wire.raw().expectClose(1000);
            wire.raw().expectEnd();
        }
    }

    private static void assertRefusesAll(WsPeer peer) {
        assertThatThrownBy(() -> peer.write("a"))
                .isInstanceOf(IOException.class)
                .hasMessage("Nothing can be sent any more: the connection is closed or closing");
        assertThatThrownBy(() -> peer.write(new byte[1], SOON)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> peer.write(Frame.text("a", false))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> peer.ping(new byte[0])).isInstanceOf(IOException.class);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> peer.write("a", Duration.ofNanos(-1)))
                .withMessage("timeout must not be negative, but is PT-0.000000001S");
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void pingCarriesUpTo125BytesAndItsPongGivesTheLatency(Role role) throws Exception {
        try (Wire wire = Wire.of(role)) {
            WsPeer peer = wire.peer();
            assertThat(peer.latency()).isNull();
            byte[] payload = new byte[125];
            payload[124] = 9;
            peer.ping(payload);
            payload[124] = 1; // the caller's array is the caller's
            RawFrame ping = wire.raw().frame();
            assertThat(ping.b0()).isEqualTo(RawPeer.PING);
            assertThat(ping.payload()).hasSize(125).endsWith(9);

            wire.raw().frame(RawPeer.PONG, new byte[] {4}); // of no ping
            wire.raw().frame(RawPeer.TEXT, "one");
            assertThat(peer.read().text()).isEqualTo("one");
            assertThat(peer.latency()).isNull();
            wire.raw().frame(RawPeer.PONG, ping.payload());
            wire.raw().frame(RawPeer.TEXT, "two");
            assertThat(peer.read().text()).isEqualTo("two");
            assertThat(peer.latency()).isPositive();

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> peer.ping(new byte[126]))
                    .withMessage("a Ping has 126 bytes; RFC 6455 §5.5 allows 125");
            peer.ping(new byte[0]);
            wire.raw().expect(RawPeer.PING, "");
        }
    }
}
