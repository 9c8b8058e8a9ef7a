package dev.duplex.session;

import static dev.duplex.frame.Wiring.frame;
import static dev.duplex.session.Talk.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.duplex.frame.Wiring;
import dev.duplex.transport.Transport;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** However a session ends, its close callback comes once, last, and tells how. Each {@link Talk} asserts that when it is closed. */
@Timeout(120)
class EndsTest {
    private static final CloseReason MINE = new CloseReason(CloseCodes.getCloseCode(4000), "mine");
    private static final String MINE_SHOWN = "88 06 0f a0 6d 69 6e 65";

    @ParameterizedTest
    @EnumSource
    void theRemoteEndsCloseIsTold(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).open()) {
            talk.leave("88 06 0f a1 62 79 65 21");
            talk.assertHears("close 4001 bye!");
            talk.assertReceives("88 02 0f a1");
            talk.assertOver();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseWithoutACodeIs1005(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).open()) {
            talk.leave("88 00");
            talk.assertHears("close 1005");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoClosesFindsTheSessionClosedAndItsCloseCallbackDone(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).open()) {
            talk.session.close(MINE); // nobody has answered
            assertThat(talk.heard).containsExactly("close 4000 mine");
            assertThat(talk.session.isOpen()).isFalse();
            assertThat(talk.openSessions.snapshot()).isEmpty();
            talk.session.close();
            talk.assertReceives(MINE_SHOWN);
            talk.leave("88 02 0f a0");
            talk.assertOver();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseInsideACallbackIsToldBehindIt(Wiring wiring) throws Exception {
        CountDownLatch later = new CountDownLatch(1);
        try (Talk talk = Talk.with(wiring)
                .onText((talking, text) -> {
                    talking.session.close(MINE);
                    talking.heard.add("open " + talking.session.isOpen());
                    talking.heard.add("behind " + text);
                    later.countDown();
                })
                .open()) {
            talk.sendText("a");
            talk.sendText("b"); // is discarded
            talk.assertHears("open false", "behind a", "close 4000 mine");
            talk.assertReceives(MINE_SHOWN);
            talk.leave("88 02 0f a0");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseInsideTheOpenCallbackIsToldBehindIt(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring)
                .onOpen((talking, session) -> {
                    session.close(MINE);
                    talking.heard.add("behind");
                })
                .create()
                .run()) {
            talk.assertHears("open", "behind", "close 4000 mine");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseFromAnotherThreadIsToldBehindTheCallbackThatRuns(Wiring wiring) throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Talk talk = Talk.with(wiring)
                .onText((talking, text) -> {
                    entered.countDown();
                    assertThat(go.await(10, TimeUnit.SECONDS)).isTrue();
                    talking.heard.add("open to itself " + talking.session.isOpen());
                })
                .open()) {
            talk.sendText("a");
            assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
            talk.session.close(MINE); // does not wait for it
            assertThat(talk.heard).isEmpty();
            // The Javadoc of isOpen: open to others until the close callback has returned
            assertThat(talk.session.isOpen()).isTrue();
            talk.assertReceives(MINE_SHOWN);
            go.countDown();
            talk.assertHears("open to itself false", "close 4000 mine");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFailureOfTheCloseCallbackIsToldToTheErrorCallback(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring)
                .onClose((talking, reason) -> {
                    talking.heard.add("open in it " + talking.session.isOpen());
                    assertThatExceptionOfType(IOException.class)
                            .isThrownBy(() -> talking.session.getBasicRemote().sendText("late"));
                    talking.session.close();
                    throw new IllegalStateException("oh");
                })
                .onError((talking, failure) -> {
                    throw new IllegalStateException("worse");
                })
                .open()) {
            talk.session.close();
            talk.assertHears("close 1000", "open in it false", "error IllegalStateException: oh");
            talk.assertReceives("88 02 03 e8");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anErrorCallbackThatThrowsWhatItWasToldEndsNothing(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring)
                .onText((talking, text) -> {
                    throw new IllegalStateException(text);
                })
                .onError((talking, failure) -> {
                    throw (IllegalStateException) failure;
                })
                .open()) {
            talk.sendText("a");
            talk.sendText("b");
            talk.assertHears("error IllegalStateException: a", "error IllegalStateException: b");
            assertThat(talk.session.isOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFailureOfTheOpenCallbackClosesTheSession(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring)
                .onOpen((talking, session) -> {
                    throw new IllegalStateException("oh");
                })
                .create()
                .run()) {
            talk.assertHears("open", "error IllegalStateException: oh");
            assertThat(talk.next()).startsWith("close 1006 the open callback failed: ");
            assertThat(talk.received()).startsWith("88 ").contains("03 f3");
            talk.awaitOpen();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anIdleSessionIsClosed(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).idleMillis(20).open()) {
            talk.assertHears("close 1006 no frame was sent or received for 20 ms");
            assertThat(talk.received()).startsWith("88 ").contains("03 e9");
            talk.leave("88 02 03 e9");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anIdleTimeoutThatIsSetInACallbackCountsWhileThatRuns(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring)
                .onText((talking, text) -> {
                    talking.session.setMaxIdleTimeout(1);
                    assertThat(talking.received()).startsWith("88 "); // the Close comes while this runs
                    talking.heard.add("behind");
                })
                .open()) {
            talk.sendText("a");
            talk.assertHears("behind", "close 1006 no frame was sent or received for 1 ms");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPongThatDoesNotComeEndsTheSession(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).pingMillis(20).shutdownMillis(50).open()) {
            assertThat(talk.next()).startsWith("close 1006 pong timeout: ");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPongThatDoesNotComeWhileAHandlerReadsAStreamIsToldAlike(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring)
                .pingMillis(20)
                .shutdownMillis(50)
                .onOpen((talking, session) -> session.addMessageHandler(
                        InputStream.class, (InputStream stream) -> talking.alone((t, with) -> with.read(), stream)))
                .open()) {
            talk.send("02 00");
            assertThat(talk.next()).startsWith("error IllegalStateException: pong timeout: ");
            assertThat(talk.next()).startsWith("close 1006 pong timeout: ");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMessageThatIsTooBigIsToldWhenTheRemoteEndKnows(Wiring wiring) throws Exception {
        List<String> received = new ArrayList<>();
        try (Talk talk = Talk.with(wiring)
                .onError((talking, failure) -> received.add(talking.received()))
                .open()) {
            talk.send(frame(0x81, new byte[1_001]));
            talk.there.shutdownOutput();
            assertThat(talk.next()).startsWith("error SessionException: Payload size limit reached: ");
            assertThat(talk.next()).startsWith("close 1009 Payload size limit reached: ");
            talk.assertOver();
            assertThat(received.get(0)).startsWith("88 ").contains("03 f1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void fragmentsThatAreTooBigTogetherAreTooBig(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).onText((talking, text) -> {}).open()) {
            talk.send(frame(0x01, new byte[600]));
            talk.send(frame(0x80, new byte[401]));
            talk.there.shutdownOutput();
            assertThat(talk.next()).startsWith("error SessionException: Payload size limit reached: ");
            assertThat(talk.next()).startsWith("close 1009 ");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBrokenRuleIsTold(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).open()) {
            talk.send("83 00");
            talk.there.shutdownOutput();
            talk.assertHears("error SessionException: opcode 0x3 is reserved", "close 1002 opcode 0x3 is reserved");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLostNetworkIsTold(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).open()) {
            talk.here.reset();
            talk.assertHears(
                    "error SessionException: the connection was lost: Connection reset",
                    "close 1006 the connection was lost: Connection reset");
        }
        try (Talk talk = Talk.with(wiring).open()) {
            talk.there.shutdownOutput();
            talk.assertHears(
                    "error SessionException: the stream ended without a Close",
                    "close 1006 the stream ended without a Close");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aNetworkThatSaysMuchWhenItFailsCostsNoCloseCallback(Wiring wiring) throws Exception {
        String much = "ä".repeat(200);
        try (Talk talk = Talk.with(wiring)
                .transport(transport -> new Failing(transport, much))
                .create()
                .run()) {
            talk.assertHears("open");
            assertThat(talk.next()).startsWith("error SessionException: the connection was lost: ää");
            assertThat(talk.next()).startsWith("close 1006 the connection was lost: ää");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCutIsTold(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).open()) {
            talk.session.cutByContainer(talk.connection, "cut");
            talk.assertHears("close 1006 cut");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseOfTheContainerWith1008IsToldAsItIs(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).open()) {
            talk.session.closeByContainer(1008, "gone");
            talk.assertHears("close 1008 gone");
            talk.assertReceives("88 06 03 f0 67 6f 6e 65");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aContainerThatClosesBeforeTheSessionBeginsDoesItWhenItBegins(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).create()) {
            talk.session.closeByContainer(1012, "restart");
            assertThat(talk.heard).isEmpty();
            talk.run();
            talk.assertHears("open", "close 1006 restart");
            talk.assertReceives("88 09 03 f4 72 65 73 74 61 72 74");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aCloseOfTheApplicationThatCameFirstIsTold(Wiring wiring) throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (Talk talk = Talk.with(wiring)
                .onText((talking, text) -> {
                    talking.session.close(MINE);
                    closed.countDown();
                    assertThat(go.await(10, TimeUnit.SECONDS)).isTrue();
                })
                .open()) {
            talk.sendText("a");
            assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
            talk.session.closeByContainer(1001, "stop");
            go.countDown();
            talk.assertHears("close 4000 mine");
        }
    }

    @Test
    void aContainerThatClosesAsTheSessionBeginsDoesNotOvertakeTheOpenCallback() throws Exception {
        for (int round = 0; round < 300; round++) {
            try (Talk talk = Talk.with(Wiring.SERVER).create()) {
                CyclicBarrier go = new CyclicBarrier(2);
                FutureTask<Boolean> closing = talk.start(() -> {
                    go.await(10, TimeUnit.SECONDS);
                    talk.session.closeByContainer(1001, "stop");
                    return true;
                });
                go.await(10, TimeUnit.SECONDS);
                talk.run();
                talk.assertHears("open", "close 1006 stop");
                result(closing);
            }
        }
    }

    @Test
    void howeverThreadsMeetTheCloseCallbackComesOnceAndLast() throws Exception {
        for (int round = 0; round < 200; round++) {
            int seed = round;
            try (Talk talk = Talk.with(round % 2 == 0 ? Wiring.SERVER : Wiring.CLIENT)
                    .shutdownMillis(100)
                    .onText((talking, text) -> talking.session.getAsyncRemote().sendText(text, result -> {}))
                    .open()) {
                CyclicBarrier go = new CyclicBarrier(4);
                List<FutureTask<Boolean>> tasks = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    int what = i;
                    tasks.add(talk.start(() -> {
                        go.await(10, TimeUnit.SECONDS);
                        switch (what) {
                            case 0 -> talk.session.close(MINE);
                            case 1 -> talk.session.closeByContainer(1001, "stop");
                            case 2 -> {
                                talk.sendText("a");
                                talk.leave("88 02 03 e8");
                            }
                            default -> {
                                if (seed % 3 == 0) {
                                    talk.session.cutByContainer(talk.connection, "cut");
                                } else if (seed % 3 == 1) {
                                    talk.here.reset();
                                }
                            }
                        }
                        return true;
                    }));
                }
                for (FutureTask<Boolean> task : tasks) {
                    try {
                        result(task);
                    } catch (IOException e) {
                        assertThat(e).isNotNull(); // the remote end's line was gone
                    }
                }
                talk.assertOver();
                List<String> heard = new ArrayList<>(talk.heard);
                assertThat(heard.get(heard.size() - 1)).startsWith("close ");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER", "CLIENT"})
    void aClosedSessionIsNoLongerValid(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).open()) {
            Session session = talk.session;
            MessageHandler.Whole<String> handler = text -> {};
            session.close();
            for (Runnable call : List.<Runnable>of(
                    session::getBasicRemote,
                    session::getAsyncRemote,
                    session::getContainer,
                    session::getMessageHandlers,
                    session::getMaxIdleTimeout,
                    session::getOpenSessions,
                    session::getRequestURI,
                    session::getProtocolVersion,
                    () -> session.setMaxIdleTimeout(1),
                    () -> session.addMessageHandler(String.class, handler),
                    () -> session.removeMessageHandler(handler))) {
                assertThatIllegalStateException().isThrownBy(call::run).withMessage("The session 7 is closed");
            }
            session.close();
            assertThat(session.isOpen()).isFalse();
            assertThat(session.getId()).isEqualTo("7");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER", "CLIENT"})
    void asynchronousSendsThatAreLeftAreToldWhenTheSessionEnds(Wiring wiring) throws Exception {
        try (Talk talk = Talk.with(wiring).capacity(100).open()) {
            List<Future<Void>> sends = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                sends.add(talk.session.getAsyncRemote().sendBinary(ByteBuffer.allocate(1_000)));
            }
            talk.session.cutByContainer(talk.connection, "cut");
            for (Future<Void> send : sends) {
                assertThat(send).failsWithin(10, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void sessionsAreOpenToOthersUntilTheirCloseCallbackBegins() throws Exception {
        OpenSessions sessions = new OpenSessions();
        try (Talk one = Talk.with(Wiring.SERVER).openSessions(sessions).open();
                Talk other = Talk.with(Wiring.CLIENT)
                        .openSessions(sessions)
                        .onClose((talk, reason) -> talk.heard.add(
                                "open then: " + talk.session.getOpenSessions().size()))
                        .open()) {
            assertThat(one.session.getOpenSessions()).containsExactlyInAnyOrder(one.session, other.session);
            other.session.close();
            other.assertHears("close 1000", "open then: 1");
            assertThat(one.session.getOpenSessions()).containsExactly(one.session);
        }
    }

    /** A network that fails at the first read. */
    private record Failing(Transport transport, String message) implements Transport {
        @Override
        public InputStream input() {
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    throw new IOException(message);
                }

                @Override
                public int read(byte[] bytes, int offset, int length) throws IOException {
                    throw new IOException(message);
                }
            };
        }

        @Override
        public OutputStream output() {
            return transport.output();
        }

        @Override
        public void readTimeout(int millis) throws IOException {
            transport.readTimeout(millis);
        }

        @Override
        public void shutdownOutput() throws IOException {
            transport.shutdownOutput();
        }

        @Override
        public void close() {
            transport.close();
        }

        @Override
        public SocketAddress remoteAddress() {
            return transport.remoteAddress();
        }

        @Override
        public SocketAddress localAddress() {
            return transport.localAddress();
        }
    }
}
