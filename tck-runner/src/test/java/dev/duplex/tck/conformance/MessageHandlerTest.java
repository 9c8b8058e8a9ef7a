package dev.duplex.tck.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.OnMessage;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Message handlers of a session and methods with {@code @OnMessage}: chapters 2.1.3, 2.2.3 and 2.2.5. */
@SuppressWarnings("try") // some connections are only there to be open
class MessageHandlerTest {
    /** Records its session and has no handler until the test adds one. */
    public static final class Bare extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            Events.of(session).add(session);
        }
    }

    private static Deployed bare() throws Exception {
        return Deployed.of(ServerEndpointConfig.Builder.create(Bare.class, "/bare")
                .configurator(new Recording())
                .build());
    }

    @Test
    void aSessionTakesOneHandlerOfEachNativeType() throws Exception {
        try (Deployed server = bare();
                Caller caller = server.call("/bare")) {
            Session session = server.events().next(Session.class);
            Events events = server.events();
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> events.add("text " + text));
            session.addMessageHandler(ByteBuffer.class, (MessageHandler.Whole<ByteBuffer>)
                    bytes -> events.add("binary " + bytes.remaining()));
            session.addMessageHandler(PongMessage.class, (MessageHandler.Whole<PongMessage>)
                    pong -> events.add("pong " + pong.getApplicationData().remaining()));
            assertThat(session.getMessageHandlers()).hasSize(3);

            caller.send("a");
            caller.send(Events.bytes("ab"));
            caller.session().getBasicRemote().sendPong(Events.bytes("abc"));
            events.expect("text a", "binary 2", "pong 3");
        }
    }

    @Test
    void aSecondHandlerOfANativeTypeIsRefused() throws Exception {
        try (Deployed server = bare();
                Caller caller = server.call("/bare")) {
            Session session = server.events().next(Session.class);
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> {});
            session.addMessageHandler(byte[].class, (MessageHandler.Whole<byte[]>) bytes -> {});
            session.addMessageHandler(PongMessage.class, (MessageHandler.Whole<PongMessage>) pong -> {});

            assertThatThrownBy(() -> session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> {}))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(
                            () -> session.addMessageHandler(Reader.class, (MessageHandler.Whole<Reader>) reader -> {}))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> session.addMessageHandler(
                            String.class, (MessageHandler.Partial<String>) (part, last) -> {}))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> session.addMessageHandler(
                            ByteBuffer.class, (MessageHandler.Partial<ByteBuffer>) (part, last) -> {}))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> session.addMessageHandler(
                            InputStream.class, (MessageHandler.Whole<InputStream>) stream -> {}))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> session.addMessageHandler(
                            PongMessage.class, (MessageHandler.Whole<PongMessage>) pong -> {}))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(session.getMessageHandlers()).hasSize(3);
            assertThat(caller.session().isOpen()).isTrue();
        }
    }

    @Test
    void aSecondHandlerIsRefusedToAClientToo() throws Exception {
        try (Deployed server = bare();
                Caller caller = server.call("/bare")) {
            assertThatThrownBy(() ->
                            caller.session().addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> {}))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void theTypeOfAnAnonymousHandlerIsFound() throws Exception {
        try (Deployed server = bare();
                Caller caller = server.call("/bare")) {
            Session session = server.events().next(Session.class);
            session.addMessageHandler(new MessageHandler.Whole<String>() {
                @Override
                public void onMessage(String text) {
                    server.events().add("text " + text);
                }
            });
            session.addMessageHandler(new MessageHandler.Partial<byte[]>() {
                @Override
                public void onMessage(byte[] part, boolean last) {
                    server.events().add("binary " + part.length + " " + last);
                }
            });
            caller.send("a");
            caller.send(Events.bytes("ab"));
            server.events().expect("text a", "binary 2 true");
        }
    }

    @Test
    void theHandlersOfASessionAreASnapshot() throws Exception {
        try (Deployed server = bare();
                Caller caller = server.call("/bare")) {
            var before = caller.session().getMessageHandlers();
            assertThat(before).hasSize(3);
            assertThatThrownBy(before::clear).isInstanceOf(UnsupportedOperationException.class);
            caller.session().removeMessageHandler(before.iterator().next());
            assertThat(before).hasSize(3);
            assertThat(caller.session().getMessageHandlers()).hasSize(2);
        }
    }

    @Test
    void theHandlerFoundForAMessageServesAllOfItThoughItIsRemovedMeanwhile() throws Exception {
        try (Deployed server = bare();
                Wire wire = server.wire("/bare")) {
            Session session = server.events().next(Session.class);
            MessageHandler.Whole<String> old = text -> server.events().add("old " + text);
            session.addMessageHandler(String.class, old);
            wire.text("be", false);
            wire.send(Wire.PING, true, new byte[0]);
            wire.next(Wire.PONG); // the first fragment was read
            session.removeMessageHandler(old);
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>)
                    text -> server.events().add("new " + text));
            wire.continuation("gun", true);
            wire.text("next");
            server.events().expect("old begun", "new next");
        }
    }

    @Test
    void thePartialHandlerOfTheFirstPartGetsTheOthersToo() throws Exception {
        try (Deployed server = bare();
                Wire wire = server.wire("/bare")) {
            Session session = server.events().next(Session.class);
            Events events = server.events();
            MessageHandler.Partial<String> old = (part, last) -> events.add("old " + part + " " + last);
            session.addMessageHandler(String.class, old);
            wire.text("be", false);
            events.expect("old be false");
            session.removeMessageHandler(old);
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> events.add("new " + text));
            wire.continuation("gun", true);
            wire.text("next");
            assertThat(events.until("new")).isEqualTo("new next");
        }
    }

    @Test
    void anEmptyLastPartIsDeliveredToo() throws Exception {
        try (Deployed server = bare();
                Wire wire = server.wire("/bare")) {
            Session session = server.events().next(Session.class);
            Events events = server.events();
            session.addMessageHandler(
                    String.class, (MessageHandler.Partial<String>) (part, last) -> events.add(part + " " + last));
            wire.text("a", false);
            wire.continuation("", true);
            wire.text("next");
            events.expect("a false", " true", "next true");
        }
    }

    @ServerEndpoint(value = "/annotated", configurator = Recording.class)
    public static class Annotated {
        @OnMessage
        public void text(String text, Session session) {
            Events.of(session).add("text " + text);
        }

        @OnMessage
        public void binary(Session session, byte[] bytes) {
            Events.of(session).add("binary " + bytes.length);
        }

        @OnMessage
        public void pong(PongMessage pong, Session session) {
            Events.of(session).add("pong " + Events.text(pong.getApplicationData()));
        }
    }

    @Test
    void theAnnotatedMethodOfTheNativeTypeIsCalledForEachMessage() throws Exception {
        try (Deployed server = Deployed.of(Annotated.class);
                Caller caller = server.call("/annotated")) {
            caller.send("a");
            caller.send(Events.bytes("ab"));
            caller.send("b");
            server.events().expect("text a", "binary 2", "text b");
        }
    }

    @Test
    void pongsReachTheAnnotatedMethodAndTheHandler() throws Exception {
        try (Deployed server = Deployed.of(Annotated.class);
                Caller caller = server.call("/annotated")) {
            caller.session().getBasicRemote().sendPong(Events.bytes("unsolicited"));
            server.events().expect("pong unsolicited");
            caller.session().getBasicRemote().sendPing(Events.bytes("asked"));
            caller.events().expect("pong asked");
        }
    }

    @Test
    void aPingIsAnsweredWithItsPayloadInsideAMessageToo() throws Exception {
        try (Deployed server = Deployed.of(Annotated.class);
                Wire wire = server.wire("/annotated")) {
            byte[] longest = "p".repeat(125).getBytes(UTF_8);
            wire.send(Wire.PING, true, longest);
            assertThat(wire.next(Wire.PONG).payload()).isEqualTo(longest);
            wire.text("in the mid", false);
            wire.send(Wire.PING, true, new byte[] {1, 2, 3});
            assertThat(wire.next(Wire.PONG).payload()).containsExactly(1, 2, 3);
            wire.continuation("dle", true);
            server.events().expect("text in the middle");
        }
    }

    @Test
    void aClientAnswersPingsToo() throws Exception {
        try (WireServer server = new WireServer()) {
            Meanwhile<Caller> connecting = Meanwhile.run(() -> Caller.to(server.uri("/")));
            try (Wire wire = server.accept().upgrade();
                    Caller caller = connecting.result()) {
                wire.send(Wire.PING, true, new byte[] {1, 2, 3});
                assertThat(wire.next(Wire.PONG).payload()).containsExactly(1, 2, 3);
                wire.text("after");
                assertThat(caller.text()).isEqualTo("after");
            }
        }
    }

    @Test
    void aMessageNobodyHandlesIsDroppedAndTheNextOneArrives() throws Exception {
        try (Deployed server = bare();
                Caller caller = server.call("/bare")) {
            Session session = server.events().next(Session.class);
            caller.send("nobody listens");
            session.addMessageHandler(ByteBuffer.class, (MessageHandler.Whole<ByteBuffer>)
                    bytes -> server.events().add("binary " + Events.text(bytes)));
            caller.send(Events.bytes("somebody"));
            server.events().expect("binary somebody");
            assertThat(caller.events().rest()).isEqualTo(List.of());
        }
    }
}
