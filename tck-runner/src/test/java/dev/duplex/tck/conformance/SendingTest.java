package dev.duplex.tck.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.ContainerProvider;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import jakarta.websocket.WebSocketContainer;
import jakarta.websocket.server.ServerEndpoint;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The two remote endpoints: chapter 2.1.4 and what their Javadoc leaves to decide. */
@SuppressWarnings("try") // some connections are only there to be open
class SendingTest {
    /** More than the buffers of a connection hold on both sides together. */
    private static final int MORE_THAN_BUFFERS = 32 << 20;

    @ServerEndpoint(value = "/send", configurator = Recording.class)
    public static class Sender {
        @OnOpen
        public void open(Session session) {
            Events.of(session).add(session);
        }

        @OnMessage
        public void text(String text, Session session) {
            Events.of(session).add("text " + text);
        }
    }

    @Test
    void aStreamClosedWithoutAWriteSendsNothing() throws Exception {
        try (Deployed server = Deployed.of(Sender.class);
                Wire wire = server.wire("/send")) {
            RemoteEndpoint.Basic remote = server.events().next(Session.class).getBasicRemote();
            remote.getSendStream().close();
            remote.getSendWriter().close();
            remote.sendText("first");
            assertThat(wire.next(Wire.TEXT).text()).isEqualTo("first");
        }
    }

    @Test
    void aStreamWithAWriteSendsAMessageThoughNothingWasInIt() throws Exception {
        try (Deployed server = Deployed.of(Sender.class);
                Wire wire = server.wire("/send")) {
            RemoteEndpoint.Basic remote = server.events().next(Session.class).getBasicRemote();
            try (OutputStream out = remote.getSendStream()) {
                out.write(new byte[0]);
            }
            assertThat(message(wire, Wire.BINARY)).isEmpty();
            try (Writer out = remote.getSendWriter()) {
                out.write("");
            }
            assertThat(message(wire, Wire.TEXT)).isEmpty();
            try (Writer out = remote.getSendWriter()) {
                out.write("one ");
                out.flush();
                out.write("two");
            }
            assertThat(message(wire, Wire.TEXT)).isEqualTo("one two");
        }
    }

    /** Puts the frames of one message together. */
    private static String message(Wire wire, int opcode) throws Exception {
        Wire.Frame frame = wire.next(opcode);
        StringBuilder text = new StringBuilder(frame.text());
        while (!frame.fin()) {
            frame = wire.next(Wire.CONTINUATION);
            text.append(frame.text());
        }
        return text.toString();
    }

    @Test
    void partsOfAMessageAreSentAsOneMessage() throws Exception {
        try (Deployed server = Deployed.of(Sender.class);
                Wire wire = server.wire("/send")) {
            RemoteEndpoint.Basic remote = server.events().next(Session.class).getBasicRemote();
            remote.sendText("one ", false);
            remote.sendText("", false);
            remote.sendText("two", true);
            assertThat(message(wire, Wire.TEXT)).isEqualTo("one two");
            remote.sendBinary(Events.bytes("1"), false);
            remote.sendBinary(Events.bytes("2"), true);
            assertThat(message(wire, Wire.BINARY)).isEqualTo("12");
        }
    }

    @Test
    void afterASendTheBufferIsAtItsLimit() throws Exception {
        try (Deployed server = Deployed.of(Sender.class);
                Wire wire = server.wire("/send")) {
            Session session = server.events().next(Session.class);
            List<ByteBuffer> buffers = List.of(
                    ByteBuffer.allocate(10).position(2).limit(7),
                    ByteBuffer.allocateDirect(10).position(2).limit(7),
                    ByteBuffer.allocate(10).position(2).limit(7).slice(),
                    ByteBuffer.allocate(7).asReadOnlyBuffer().position(2));
            for (ByteBuffer buffer : buffers) {
                int length = buffer.remaining();
                int limit = buffer.limit();
                session.getBasicRemote().sendBinary(buffer);
                assertThat(wire.next(Wire.BINARY).payload()).hasSize(length);
                assertThat(buffer.position()).isEqualTo(limit);
                assertThat(buffer.limit()).isEqualTo(limit);

                buffer.position(limit - length);
                session.getAsyncRemote().sendBinary(buffer).get(Events.DEADLINE_SECONDS, TimeUnit.SECONDS);
                assertThat(wire.next(Wire.BINARY).payload()).hasSize(length);
                assertThat(buffer.position()).isEqualTo(limit);

                buffer.position(limit - length);
                session.getBasicRemote().sendPing(buffer);
                assertThat(wire.next(Wire.PING).payload()).hasSize(length);
                assertThat(buffer.position()).isEqualTo(limit);
            }
        }
    }

    @Test
    void anAsynchronousSendThatTakesTooLongFailsWithItsSession() throws Exception {
        try (Deployed server = Deployed.of(Sender.class);
                Wire wire = server.wire("/send")) {
            Session session = server.events().next(Session.class);
            RemoteEndpoint.Async remote = session.getAsyncRemote();
            remote.setSendTimeout(200);
            assertThat(remote.getSendTimeout()).isEqualTo(200);
            Events results = new Events();
            remote.sendBinary(ByteBuffer.allocate(MORE_THAN_BUFFERS), results::add);
            SendResult result = results.next(SendResult.class);
            assertThat(result.isOK()).isFalse();
            assertThat(result.getException()).isNotNull();
            assertThat(result.getSession()).isSameAs(session);
            assertThat(wire.status()).isEqualTo(101);
        }
    }

    @Test
    void anAsynchronousSendThatTakesTooLongFailsItsFuture() throws Exception {
        try (Deployed server = Deployed.of(Sender.class);
                Wire wire = server.wire("/send")) {
            RemoteEndpoint.Async remote = server.events().next(Session.class).getAsyncRemote();
            remote.setSendTimeout(200);
            Future<Void> sending = remote.sendBinary(ByteBuffer.allocate(MORE_THAN_BUFFERS));
            assertThatThrownBy(() -> sending.get(Events.DEADLINE_SECONDS, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class);
            assertThat(wire.status()).isEqualTo(101);
        }
    }

    /** The time of a message that waits for its turn runs from the moment when it was asked for. */
    @Test
    void theTimeOfAnAsynchronousSendCountsFromWhenItWasAsked() throws Exception {
        try (Deployed server = Deployed.of(Sender.class);
                Wire wire = server.wire("/send")) {
            RemoteEndpoint.Async remote = server.events().next(Session.class).getAsyncRemote();
            remote.setSendTimeout(0);
            Events results = new Events();
            remote.sendBinary(ByteBuffer.allocate(MORE_THAN_BUFFERS), results::add);
            remote.setSendTimeout(200);
            // The first has no timeout and hangs; the second must not wait for it.
            remote.sendText("second", result -> results.add("second " + result.isOK()));
            assertThat(results.until("second")).isEqualTo("second false");
            assertThat(wire.status()).isEqualTo(101);
        }
    }

    @Test
    void theResultOfASendThatSucceedsHasItsSessionToo() throws Exception {
        try (Deployed server = Deployed.of(Sender.class);
                Wire wire = server.wire("/send")) {
            Session session = server.events().next(Session.class);
            Events results = new Events();
            session.getAsyncRemote().sendText("hello", results::add);
            SendResult result = results.next(SendResult.class);
            assertThat(result.isOK()).isTrue();
            assertThat(result.getException()).isNull();
            assertThat(result.getSession()).isSameAs(session);
            assertThat(wire.next(Wire.TEXT).text()).isEqualTo("hello");
        }
    }

    @Test
    void theContainersTimeoutIsTheDefaultOfARemote() throws Exception {
        WebSocketContainer container = ContainerProvider.getWebSocketContainer();
        container.setAsyncSendTimeout(12_345);
        assertThat(container.getDefaultAsyncSendTimeout()).isEqualTo(12_345);
        try (Deployed server = Deployed.of(PathMatchingTest.Deployable.class);
                Session session = container.connectToServer(new ThreadingTest.SlowClient(), server.uri("/class"))) {
            assertThat(session.getAsyncRemote().getSendTimeout()).isEqualTo(12_345);
        }
    }

    @Test
    void batchingIsOffUntilItIsAllowedAndThenMessagesWaitForTheFlush() throws Exception {
        try (Deployed server = Deployed.of(Sender.class);
                Wire wire = server.wire("/send")) {
            RemoteEndpoint.Basic remote = server.events().next(Session.class).getBasicRemote();
            assertThat(remote.getBatchingAllowed()).isFalse();
            remote.sendText("at once");
            assertThat(wire.next(Wire.TEXT).text()).isEqualTo("at once");

            remote.setBatchingAllowed(true);
            assertThat(remote.getBatchingAllowed()).isTrue();
            remote.sendText("one");
            remote.sendText("two");
            assertThat(wire.speaksWithin(Duration.ofMillis(200))).isFalse();
            remote.flushBatch();
            assertThat(wire.next(Wire.TEXT).text()).isEqualTo("one");
            assertThat(wire.next(Wire.TEXT).text()).isEqualTo("two");
        }
    }

    @Test
    void turningBatchingOffFlushes() throws Exception {
        try (Deployed server = Deployed.of(Sender.class);
                Wire wire = server.wire("/send")) {
            RemoteEndpoint.Basic remote = server.events().next(Session.class).getBasicRemote();
            remote.setBatchingAllowed(true);
            remote.sendText("one");
            remote.sendText("two");
            assertThat(wire.speaksWithin(Duration.ofMillis(200))).isFalse();
            remote.setBatchingAllowed(false);
            assertThat(wire.next(Wire.TEXT).text()).isEqualTo("one");
            assertThat(wire.next(Wire.TEXT).text()).isEqualTo("two");
        }
    }

    @Test
    void aCloseSendsTheBatchFirst() throws Exception {
        try (Deployed server = Deployed.of(Sender.class);
                Wire wire = server.wire("/send")) {
            Session session = server.events().next(Session.class);
            session.getBasicRemote().setBatchingAllowed(true);
            session.getBasicRemote().sendText("one");
            session.close();
            assertThat(wire.next(Wire.TEXT).text()).isEqualTo("one");
            wire.next(Wire.CLOSE);
        }
    }

    @Test
    void pingsAndPongsHaveAPayloadOfAtMost125Bytes() throws Exception {
        try (Deployed server = Deployed.of(Sender.class);
                Wire wire = server.wire("/send")) {
            Session session = server.events().next(Session.class);
            for (RemoteEndpoint remote : List.of(session.getBasicRemote(), session.getAsyncRemote())) {
                assertThatThrownBy(() -> remote.sendPing(ByteBuffer.allocate(126)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("126");
                assertThatThrownBy(() -> remote.sendPong(ByteBuffer.allocate(126)))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> remote.sendPing(null)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> remote.sendPong(null)).isInstanceOf(IllegalArgumentException.class);
                remote.sendPing(ByteBuffer.allocate(125));
                assertThat(wire.next(Wire.PING).payload()).hasSize(125);
                remote.sendPong(ByteBuffer.allocate(0));
                assertThat(wire.next(Wire.PONG).payload()).isEmpty();
            }
        }
    }

    @Test
    void nullIsNoMessage() throws Exception {
        try (Deployed server = Deployed.of(Sender.class);
                Wire wire = server.wire("/send")) {
            Session session = server.events().next(Session.class);
            RemoteEndpoint.Basic basic = session.getBasicRemote();
            RemoteEndpoint.Async async = session.getAsyncRemote();
            SendHandler nothing = result -> {};
            assertThatThrownBy(() -> basic.sendText(null)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> basic.sendText(null, true)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> basic.sendBinary(null)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> basic.sendBinary(null, true)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> basic.sendObject(null)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> async.sendText(null)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> async.sendText(null, nothing)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> async.sendText("x", null)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> async.sendBinary(null)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> async.sendBinary(Events.bytes("x"), null))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> async.sendObject(null)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> async.sendObject("x", null)).isInstanceOf(IllegalArgumentException.class);
            basic.sendText("still open");
            assertThat(wire.next(Wire.TEXT).text()).isEqualTo("still open");
        }
    }

    @Test
    void pingsBehindABlockedSendAreReadAndOnlyTheNewestIsAnswered() throws Exception {
        try (Deployed server = Deployed.of(Sender.class);
                Wire wire = server.wire("/send")) {
            Session session = server.events().next(Session.class);
            int pings = 1000;
            session.getAsyncRemote().setSendTimeout(0);
            Events results = new Events();
            session.getAsyncRemote()
                    .sendBinary(ByteBuffer.allocate(MORE_THAN_BUFFERS), result -> results.add("sent " + result.isOK()));
            // Waits until the message fills the buffers, so that no Pong can overtake it.
            assertThat(wire.speaksWithin(Duration.ofSeconds(Events.DEADLINE_SECONDS)))
                    .isTrue();
            for (int i = 0; i < pings; i++) {
                wire.send(Wire.PING, true, Integer.toString(i).getBytes(UTF_8));
            }
            wire.text("after the pings");
            server.events().expect("text after the pings"); // the reader waits for no Pong to be written
            assertThat(results.rest())
                    .as("the send ended, so it was not blocked")
                    .isEmpty();

            int answered = 0;
            Wire.Frame frame = wire.next();
            int received = 0;
            while (received < MORE_THAN_BUFFERS) {
                assertThat(frame).isNotNull();
                if (frame.opcode() == Wire.PONG) {
                    answered++;
                } else {
                    received += frame.payload().length;
                }
                frame = received < MORE_THAN_BUFFERS ? wire.next() : null;
            }
            results.expect("sent true");
            session.getBasicRemote().sendText("end");
            Wire.Frame last = null;
            for (Wire.Frame next = wire.next(); next != null && next.opcode() == Wire.PONG; next = wire.next()) {
                answered++;
                last = next;
            }
            assertThat(answered).isBetween(1, pings / 2);
            if (last != null) {
                assertThat(last.text()).isEqualTo(Integer.toString(pings - 1));
            }
        }
    }
}
