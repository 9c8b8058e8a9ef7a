package dev.duplex.tck.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.tck.conformance.Scripted.Connection;
import dev.duplex.tck.conformance.Scripted.Moment;
import dev.duplex.tck.conformance.Scripted.Side;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What applications do to a session, all at once or at the wrong time, on both sides: no failure but those that the
 * specification names, nobody waits for ever, and onClose is called exactly once.
 */
@Timeout(60)
class SessionStressTest {
    private static final int THREADS = 64;
    private static final int MESSAGES = 25;
    private static final int MORE_THAN_BUFFERS = 32 << 20;

    static Stream<Arguments> sidesAndMoments() {
        return Stream.of(Side.values())
                .flatMap(side -> Stream.of(Moment.values()).map(moment -> Arguments.of(side, moment)));
    }

    /** Sends as the thread's number says, so that all ways to send a text meet. */
    private static void send(Session session, int thread, String text) throws Exception {
        switch (thread % 4) {
            case 0 -> session.getBasicRemote().sendText(text);
            case 1 -> session.getAsyncRemote().sendText(text).get(Events.DEADLINE_SECONDS, TimeUnit.SECONDS);
            case 2 -> session.getBasicRemote().sendObject(text);
            default -> {
                Events results = new Events();
                session.getAsyncRemote().sendText(text, results::add);
                SendResult result = results.next(SendResult.class);
                if (!result.isOK()) {
                    throw new IOException("the result is a failure", result.getException());
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void sendsOf64ThreadsAllArriveWholeAndInTheOrderOfEachThread(Side side) throws Exception {
        Scripted endpoint = new Scripted();
        try (Connection connection = endpoint.connect(side)) {
            CountDownLatch start = new CountDownLatch(1);
            List<Meanwhile<Boolean>> senders = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                senders.add(Meanwhile.run(() -> {
                    start.await();
                    for (int message = 0; message < MESSAGES; message++) {
                        send(connection.session(), thread, thread + " " + message + " " + "x".repeat(37 * thread));
                    }
                    return true;
                }));
            }
            start.countDown();
            Map<Integer, Integer> next = new HashMap<>();
            for (int i = 0; i < THREADS * MESSAGES; i++) {
                Wire.Frame frame = connection.wire().next(Wire.TEXT);
                assertThat(frame.fin()).isTrue();
                String[] parts = frame.text().split(" ", 3);
                int thread = Integer.parseInt(parts[0]);
                assertThat(Integer.parseInt(parts[1])).isEqualTo(next.getOrDefault(thread, 0));
                assertThat(parts[2]).isEqualTo("x".repeat(37 * thread));
                next.merge(thread, 1, Integer::sum);
            }
            for (Meanwhile<Boolean> sender : senders) {
                assertThat(sender.result()).isTrue();
            }
            connection.wire().close(1000, "");
            connection.wire().finish();
            endpoint.events().expect("open", "close 1000");
        }
        assertThat(endpoint.closes()).isEqualTo(1);
    }

    /** Makes the peer do what leads to a callback. */
    private static void provoke(Moment moment, Wire wire) throws IOException {
        switch (moment) {
            case OPEN -> {}
            case MESSAGE, ERROR -> wire.text("go");
            case CLOSE -> wire.close(1000, "");
        }
    }

    @ParameterizedTest
    @MethodSource("sidesAndMoments")
    void anotherThreadMayCloseTheSessionWhileACallbackWaitsForIt(Side side, Moment moment) throws Exception {
        Events results = new Events();
        Scripted endpoint = new Scripted();
        if (moment == Moment.ERROR) {
            endpoint.at(Moment.MESSAGE, session -> {
                throw new IllegalStateException("to come to onError");
            });
        }
        endpoint.at(moment, session -> {
            Meanwhile<Boolean> closing = Meanwhile.run(() -> {
                session.close(new CloseReason(CloseCodes.GOING_AWAY, "by another thread"));
                return true;
            });
            results.add(closing.result());
        });
        try (Connection connection = endpoint.connect(side)) {
            provoke(moment, connection.wire());
            results.expect(true);
            connection.wire().finish();
            String expected = moment == Moment.CLOSE ? "close 1000" : "close 1001 by another thread";
            assertThat(endpoint.events().until("close")).isEqualTo(expected);
        }
        assertThat(endpoint.closes()).isEqualTo(1);
        assertThat(results.rest()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("sidesAndMoments")
    void aCallbackMayCloseItsOwnSession(Side side, Moment moment) throws Exception {
        Scripted endpoint = new Scripted();
        if (moment == Moment.ERROR) {
            endpoint.at(Moment.MESSAGE, session -> {
                throw new IllegalStateException("to come to onError");
            });
        }
        endpoint.at(moment, session -> session.close(new CloseReason(CloseCodes.GOING_AWAY, "by itself")));
        try (Connection connection = endpoint.connect(side)) {
            provoke(moment, connection.wire());
            connection.wire().finish();
            String expected = moment == Moment.CLOSE ? "close 1000" : "close 1001 by itself";
            assertThat(endpoint.events().until("close")).isEqualTo(expected);
        }
        assertThat(endpoint.closes()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void onOpenThatClosesGetsOnCloseAndNothingElse(Side side) throws Exception {
        Scripted endpoint = new Scripted().at(Moment.OPEN, Session::close);
        try (Connection connection = endpoint.connect(side)) {
            List<Wire.Frame> frames = connection.wire().finish();
            assertThat(frames).hasSize(1);
            assertThat(frames.get(0).code()).isEqualTo(1000);
            endpoint.events().expect("open", "close 1000");
            assertThat(connection.session().isOpen()).isFalse();
        }
        assertThat(endpoint.events().rest()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("sidesAndMoments")
    void anExceptionOfACallbackGoesToOnErrorAndOnCloseIsCalledOnce(Side side, Moment moment) throws Exception {
        Scripted endpoint = new Scripted();
        if (moment == Moment.ERROR) {
            endpoint.at(Moment.MESSAGE, session -> {
                throw new IllegalStateException("to come to onError");
            });
        }
        endpoint.at(moment, session -> {
            throw new IllegalStateException("from " + moment);
        });
        try (Connection connection = endpoint.connect(side)) {
            provoke(moment, connection.wire());
            switch (moment) {
                case OPEN -> {
                    connection.wire().finish();
                    assertThat(endpoint.events().until("error")).isEqualTo("error from OPEN");
                    endpoint.events().until("close");
                }
                case MESSAGE -> {
                    assertThat(endpoint.events().until("error")).isEqualTo("error from MESSAGE");
                    connection.wire().close(1000, "");
                    connection.wire().finish();
                    assertThat(endpoint.events().until("close")).isEqualTo("close 1000");
                }
                case ERROR -> {
                    assertThat(endpoint.events().until("error")).isEqualTo("error to come to onError");
                    connection.wire().close(1000, "");
                    connection.wire().finish();
                    assertThat(endpoint.events().until("close")).isEqualTo("close 1000");
                }
                case CLOSE -> {
                    connection.wire().finish();
                    assertThat(endpoint.events().until("close")).isEqualTo("close 1000");
                    assertThat(endpoint.events().until("error")).isEqualTo("error from CLOSE");
                }
            }
        }
        assertThat(endpoint.closes()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void sendsToAPeerThatReadsNothingEndWithAFailureAndTheSessionWithThem(Side side) throws Exception {
        Scripted endpoint = new Scripted();
        try (Connection connection = endpoint.connect(side)) {
            RemoteEndpoint.Async remote = connection.session().getAsyncRemote();
            remote.setSendTimeout(500);
            Events results = new Events();
            List<Future<Void>> sends = new ArrayList<>();
            sends.add(remote.sendBinary(ByteBuffer.allocate(MORE_THAN_BUFFERS)));
            Meanwhile<Boolean> blocked = Meanwhile.run(() -> {
                connection.session().getBasicRemote().sendText("behind the others");
                return true;
            });
            for (int i = 0; i < THREADS; i++) {
                try {
                    sends.add(remote.sendText("number " + i));
                } catch (IllegalArgumentException | IllegalStateException failure) {
                    results.add(failure); // the first has already failed, and with it the session
                }
            }
            for (Future<Void> send : sends) {
                assertThatThrownBy(() -> send.get(Events.DEADLINE_SECONDS, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class);
            }
            assertThatThrownBy(blocked::result).isInstanceOf(IOException.class);
            assertThat(endpoint.events().until("close")).startsWith("close 1006");
        }
        assertThat(endpoint.closes()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void aSendThatIsBlockedEndsWhenThePeerGoesAway(Side side) throws Exception {
        Scripted endpoint = new Scripted();
        try (Connection connection = endpoint.connect(side)) {
            Meanwhile<Boolean> blocked = Meanwhile.run(() -> {
                connection.session().getBasicRemote().sendBinary(ByteBuffer.allocate(MORE_THAN_BUFFERS));
                return true;
            });
            connection.wire().speaksWithin(Duration.ofSeconds(Events.DEADLINE_SECONDS));
            connection.wire().socket().setSoLinger(true, 0);
            connection.wire().close();
            assertThatThrownBy(blocked::result).isInstanceOf(IOException.class);
            assertThat(endpoint.events().until("close")).startsWith("close 1006");
        }
        assertThat(endpoint.closes()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void sendsAfterTheCloseFailAndNothingOfThemIsOnTheWire(Side side) throws Exception {
        Scripted endpoint = new Scripted();
        try (Connection connection = endpoint.connect(side)) {
            RemoteEndpoint.Basic basic = connection.session().getBasicRemote();
            RemoteEndpoint.Async async = connection.session().getAsyncRemote();
            connection.session().close();
            assertThatThrownBy(() -> basic.sendText("late")).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> basic.sendBinary(Events.bytes("late"))).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> basic.sendPing(Events.bytes("late"))).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> basic.sendText("la", false)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> async.sendText("late").get(Events.DEADLINE_SECONDS, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(IOException.class);
            assertThat(connection.wire().finish()).hasSize(1);
            endpoint.events().expect("open", "close 1000");
        }
        assertThat(endpoint.events().rest()).isEmpty();
    }

    /** Each result asks for the next send, as loops over asynchronous sends do. */
    private static final class Chain implements SendHandler {
        private final Session session;
        private final int length;
        private final Events results;
        private int sent;

        Chain(Session session, int length, Events results) {
            this.session = session;
            this.length = length;
            this.results = results;
        }

        void start() {
            session.getAsyncRemote().sendText("number " + sent++, this);
        }

        @Override
        public void onResult(SendResult result) {
            if (!result.isOK()) {
                results.add(String.valueOf(result.getException()));
            } else if (sent < length) {
                start();
            } else {
                results.add("done");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSendHandlerMaySendTheNextMessageTenThousandTimes(Side side) throws Exception {
        int length = 10_000;
        Events results = new Events();
        try (Connection connection = new Scripted().connect(side)) {
            new Chain(connection.session(), length, results).start();
            for (int i = 0; i < length; i++) {
                assertThat(connection.wire().next(Wire.TEXT).text()).isEqualTo("number " + i);
            }
            results.expect("done");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSendHandlerMayBlockInASendAndMayClose(Side side) throws Exception {
        Scripted endpoint = new Scripted();
        Events results = new Events();
        try (Connection connection = endpoint.connect(side)) {
            Session session = connection.session();
            session.getAsyncRemote().sendText("one", first -> {
                try {
                    session.getBasicRemote().sendText("two");
                    session.close();
                    results.add("done");
                } catch (IOException failure) {
                    results.add(failure);
                }
            });
            assertThat(connection.wire().next(Wire.TEXT).text()).isEqualTo("one");
            assertThat(connection.wire().next(Wire.TEXT).text()).isEqualTo("two");
            connection.wire().finish();
            results.expect("done");
            endpoint.events().expect("open", "close 1000");
        }
        assertThat(endpoint.closes()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void closesOfManyThreadsAndOfThePeerAtOnceAreOneClose(Side side) throws Exception {
        for (int round = 0; round < 20; round++) {
            Scripted endpoint = new Scripted();
            try (Connection connection = endpoint.connect(side)) {
                CountDownLatch start = new CountDownLatch(1);
                List<Meanwhile<Boolean>> closers = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    int code = 3000 + i;
                    closers.add(Meanwhile.run(() -> {
                        start.await();
                        connection.session().close(new CloseReason(CloseCodes.getCloseCode(code), "by " + code));
                        return true;
                    }));
                }
                start.countDown();
                connection.wire().close(1000, "by the peer");
                long closeFrames = connection.wire().finish().stream()
                        .filter(frame -> frame.opcode() == Wire.CLOSE)
                        .count();
                for (Meanwhile<Boolean> closer : closers) {
                    assertThat(closer.result()).isTrue();
                }
                assertThat(closeFrames).isEqualTo(1);
                endpoint.events().until("close");
            }
            assertThat(endpoint.closes()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void sendsWhileTheSessionClosesSucceedOrFailWithAnIoException(Side side) throws Exception {
        Scripted endpoint = new Scripted();
        try (Connection connection = endpoint.connect(side)) {
            Session session = connection.session();
            RemoteEndpoint.Basic remote = session.getBasicRemote();
            CountDownLatch begun = new CountDownLatch(THREADS);
            List<Meanwhile<Boolean>> senders = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                boolean closes = i == 0;
                senders.add(Meanwhile.runOnPlatformThread(() -> {
                    try {
                        remote.sendText("the first");
                        begun.countDown();
                        while (!closes) {
                            remote.sendText("until it is closed");
                        }
                        assertThat(begun.await(Events.DEADLINE_SECONDS, TimeUnit.SECONDS))
                                .isTrue();
                        session.close();
                        return false;
                    } catch (IOException closed) {
                        return true;
                    }
                }));
            }
            connection.wire().finish();
            for (Meanwhile<Boolean> sender : senders) {
                assertThat(sender.result()).isEqualTo(!sender.equals(senders.get(0)));
            }
            endpoint.events().expect("open", "close 1000");
        }
        assertThat(endpoint.closes()).isEqualTo(1);
    }
}
