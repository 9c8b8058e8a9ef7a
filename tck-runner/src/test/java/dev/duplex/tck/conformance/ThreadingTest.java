package dev.duplex.tck.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Who may be inside an endpoint at once: chapter 5.1. */
@SuppressWarnings("try") // some connections are only there to be open
class ThreadingTest {
    @ServerEndpoint(value = "/crowded", configurator = Recording.class)
    public static class Crowded {
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        private void visit() {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            LockSupport.parkNanos(200_000); // gives a second visitor, if one is let in, the time to come
            inside.decrementAndGet();
        }

        @OnOpen
        public void open() {
            visit();
        }

        @OnMessage
        public void text(String text, Session session) {
            visit();
            if (text.equals("fail")) {
                throw new IllegalStateException("as you wish");
            }
        }

        @OnMessage
        public void binary(byte[] bytes) {
            visit();
        }

        @OnMessage
        public void pong(PongMessage pong) {
            visit();
        }

        @OnError
        public void error(Session session, Throwable failure) {
            visit();
        }

        @OnClose
        public void close(Session session) {
            visit();
            Events.of(session).add("at most " + most.get());
        }
    }

    @Test
    void noTwoThreadsAreInsideAnEndpointOfOnePeer() throws Exception {
        try (Deployed server = Deployed.of(Crowded.class);
                Caller caller = server.call("/crowded")) {
            List<Meanwhile<Integer>> senders = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int kind = i % 4;
                senders.add(Meanwhile.run(() -> {
                    int sent = 0;
                    for (; sent < 50; sent++) {
                        synchronized (caller) { // the client may be one that refuses concurrent sends
                            switch (kind) {
                                case 0 -> caller.send("text");
                                case 1 -> caller.send(Events.bytes("binary"));
                                case 2 -> caller.session().getBasicRemote().sendPong(Events.bytes("pong"));
                                default -> caller.send("fail");
                            }
                        }
                    }
                    return sent;
                }));
            }
            for (Meanwhile<Integer> sender : senders) {
                assertThat(sender.result()).isEqualTo(50);
            }
            caller.hangUp();
            server.events().expect("at most 1");
        }
    }

    @ServerEndpoint(value = "/slow", configurator = Recording.class)
    public static class Slow {
        @OnOpen
        public void open(Session session) {
            Events.of(session).add(session);
        }

        @OnMessage
        public void text(String text, Session session) {
            Gate gate = new Gate();
            Events.of(session).add(gate);
            gate.pass();
            Events.of(session).add("message done");
        }

        @OnClose
        public void close(Session session, CloseReason reason) {
            Events.of(session).add(Events.close(reason));
        }
    }

    @Test
    void aCloseOfAnotherThreadWaitsForTheCallbackThatIsRunning() throws Exception {
        try (Deployed server = Deployed.of(Slow.class);
                Wire wire = server.wire("/slow")) {
            Session session = server.events().next(Session.class);
            wire.text("hold");
            Gate gate = server.events().next(Gate.class);
            Meanwhile<Boolean> closing = Meanwhile.run(() -> {
                session.close();
                return true;
            });
            // The Close frame is there though the endpoint is busy; from here on a wrong onClose would be possible.
            assertThat(wire.next(Wire.CLOSE).code()).isEqualTo(1000);
            wire.close(1000, "");
            assertThat(closing.result()).isTrue();
            gate.open();
            server.events().expect("message done", "close 1000");
        }
    }

    @Test
    void theLossOfTheConnectionWaitsForTheCallbackThatIsRunning() throws Exception {
        try (Deployed server = Deployed.of(Slow.class)) {
            Wire wire = server.wire("/slow");
            server.events().next(Session.class);
            wire.text("hold");
            Gate gate = server.events().next(Gate.class);
            wire.socket().setSoLinger(true, 0);
            wire.close();
            gate.open();
            server.events().expect("message done");
            assertThat(server.events().until("close")).startsWith("close 1006");
        }
    }

    @Test
    void theNextMessageWaitsForTheCallbackThatIsRunning() throws Exception {
        try (Deployed server = Deployed.of(Slow.class);
                Wire wire = server.wire("/slow")) {
            server.events().next(Session.class);
            wire.text("one");
            wire.text("two");
            server.events().next(Gate.class).open();
            server.events().expect("message done");
            server.events().next(Gate.class).open();
            server.events().expect("message done");
        }
    }

    @ServerEndpoint(value = "/slow-open", configurator = Recording.class)
    public static class SlowOpen {
        @OnOpen
        public void open(Session session) {
            Gate gate = new Gate();
            Events.of(session).add(session);
            Events.of(session).add(gate);
            gate.pass();
            Events.of(session).add("open done");
        }

        @OnMessage
        public void text(String text, Session session) {
            Events.of(session).add("text " + text);
        }

        @OnClose
        public void close(Session session, CloseReason reason) {
            Events.of(session).add(Events.close(reason));
        }
    }

    @Test
    void nothingIsDeliveredBeforeOnOpenHasReturned() throws Exception {
        try (Deployed server = Deployed.of(SlowOpen.class);
                Wire wire = server.wire("/slow-open")) {
            wire.text("early");
            wire.close(1000, "early too");
            server.events().next(Session.class);
            server.events().next(Gate.class).open();
            server.events().expect("open done", "text early", "close 1000 early too");
        }
    }

    @Test
    void aSessionClosedWhileItOpensIsClosedAfterOnOpenHasReturned() throws Exception {
        try (Deployed server = Deployed.of(SlowOpen.class);
                Wire wire = server.wire("/slow-open")) {
            Session session = server.events().next(Session.class);
            Gate gate = server.events().next(Gate.class);
            Meanwhile<Boolean> closing = Meanwhile.run(() -> {
                session.close();
                return true;
            });
            wire.next(Wire.CLOSE);
            wire.close(1000, "");
            assertThat(closing.result()).isTrue();
            gate.open();
            server.events().expect("open done", "close 1000");
        }
    }

    /** Adds handlers for parts that hold at a gate. */
    public static final class InParts extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            Events events = Events.of(session);
            session.addMessageHandler(String.class, (MessageHandler.Partial<String>) (part, last) -> {
                Gate gate = new Gate();
                events.add("text " + part + " " + last);
                events.add(gate);
                gate.pass();
                events.add("done");
            });
            session.addMessageHandler(
                    ByteBuffer.class, (MessageHandler.Whole<ByteBuffer>) bytes -> events.add("binary"));
        }
    }

    @Test
    void thePartsOfAMessageAreDeliveredOneAfterTheOtherAndNothingBetweenThem() throws Exception {
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(InParts.class, "/parts")
                .configurator(new Recording())
                .build();
        try (Deployed server = Deployed.of(config);
                Wire wire = server.wire("/parts")) {
            wire.text("a", false);
            wire.continuation("b", false);
            wire.continuation("c", true);
            wire.send(Wire.BINARY, true, new byte[1]);
            for (String part : List.of("text a false", "text b false", "text c true")) {
                server.events().expect(part);
                server.events().next(Gate.class).open();
                server.events().expect("done");
            }
            server.events().expect("binary");
        }
    }

    @ClientEndpoint
    public static class SlowClient {
        final Events events = new Events();

        @OnMessage
        public void text(String text) {
            Gate gate = new Gate();
            events.add(gate);
            gate.pass();
            events.add("message done");
        }

        @OnClose
        public void close(CloseReason reason) {
            events.add(Events.close(reason));
        }
    }

    @Test
    void aClientsCloseOfAnotherThreadWaitsForTheCallbackThatIsRunning() throws Exception {
        SlowClient client = new SlowClient();
        try (Deployed server = Deployed.of(PathMatchingTest.Deployable.class)) {
            Session session = server.connect(client, "/class");
            session.getBasicRemote().sendText("hold");
            Gate gate = client.events.next(Gate.class);
            Meanwhile<Boolean> closing = Meanwhile.run(() -> {
                session.close();
                return true;
            });
            assertThat(closing.result()).isTrue();
            gate.open();
            client.events.expect("message done", "close 1000");
        }
    }
}
