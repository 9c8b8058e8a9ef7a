package dev.duplex.tck.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How connections end: chapter 2.1.5. */
@SuppressWarnings("try") // some connections are only there to be open
class ClosingTest {
    @ServerEndpoint(value = "/room", configurator = Recording.class)
    public static class Room {
        @OnOpen
        public void open(Session session) {
            Events.of(session).add(session);
        }

        @OnMessage
        public String echo(String text) {
            return text;
        }

        @OnClose
        public void close(Session session, CloseReason reason) {
            Events.of(session).add(Events.close(reason));
        }
    }

    @ParameterizedTest
    @CsvSource({"1000, bye", "1001, ''", "3000, registered", "4999, own"})
    void theCodeAndReasonOfThePeersCloseReachOnClose(int code, String reason) throws Exception {
        try (Deployed server = Deployed.of(Room.class);
                Wire wire = server.wire("/room")) {
            server.events().next(Session.class);
            wire.close(code, reason);
            server.events().expect(("close " + code + " " + reason).strip());
            assertThat(wire.untilClose().code()).isEqualTo(code);
        }
    }

    @Test
    void theCodeAndReasonOfTheServersCloseReachTheClientsOnClose() throws Exception {
        try (WireServer server = new WireServer()) {
            Meanwhile<Caller> connecting = Meanwhile.run(() -> Caller.to(server.uri("/")));
            try (Wire wire = server.accept().upgrade()) {
                Caller caller = connecting.result();
                wire.close(4321, "from the wire");
                caller.events().expect("close 4321 from the wire");
                assertThat(wire.untilClose().code()).isEqualTo(4321);
            }
        }
    }

    @Test
    void aCloseWithoutCodeReachesOnCloseAs1005() throws Exception {
        try (Deployed server = Deployed.of(Room.class);
                Wire wire = server.wire("/room")) {
            server.events().next(Session.class);
            wire.send(Wire.CLOSE, true, new byte[0]);
            server.events().expect("close 1005");
            assertThat(wire.untilClose().payload()).isEmpty();
        }
    }

    @Test
    void aClientIsToldOfALostConnectionWith1006() throws Exception {
        try (WireServer server = new WireServer()) {
            Meanwhile<Caller> connecting = Meanwhile.run(() -> Caller.to(server.uri("/")));
            Wire wire = server.accept().upgrade();
            Caller caller = connecting.result();
            wire.close();
            assertThat(caller.events().until("close")).startsWith("close 1006");
        }
    }

    @Test
    void aTimeoutOfTheContainerSendsACloseAndGivesOnClose1006WithAPhrase() throws Exception {
        try (Deployed server = Deployed.of(Room.class);
                Wire wire = server.wire("/room")) {
            server.events().next(Session.class).setMaxIdleTimeout(50);
            Wire.Frame close = wire.next(Wire.CLOSE);
            assertThat(close.code()).isNotEqualTo(1006);
            wire.close(close.code(), "");
            assertThat(server.events().next(String.class)).matches("close 1006 .+");
        }
    }

    @Test
    void theEndOfTheServerSends1001AndGivesOnClose1006WithAPhrase() throws Exception {
        Events events;
        try (Deployed server = Deployed.of(Room.class);
                Caller caller = server.call("/room")) {
            events = server.events();
            events.next(Session.class);
            Meanwhile<Boolean> stopping = Meanwhile.run(() -> {
                server.stop();
                return true;
            });
            assertThat(caller.events().next(String.class)).startsWith("close 1001");
            assertThat(events.next(String.class)).matches("close 1006 .+");
            assertThat(stopping.result()).isTrue();
        }
    }

    @ServerEndpoint(value = "/held", configurator = Recording.class)
    public static class Held {
        @OnOpen
        public void open(Session session) {
            Events.of(session).add(session);
        }

        @OnClose
        public void close(Session session, CloseReason reason) {
            Gate gate = new Gate();
            Events.of(session).add(gate);
            gate.pass();
            Events.of(session).add(Events.close(reason));
        }
    }

    @Test
    void theCloseFrameOfALocalCloseIsSentBeforeOnCloseIsCalled() throws Exception {
        try (Deployed server = Deployed.of(Held.class);
                Wire wire = server.wire("/held")) {
            Session session = server.events().next(Session.class);
            Meanwhile<Boolean> closing = Meanwhile.run(() -> {
                session.close(new CloseReason(CloseCodes.VIOLATED_POLICY, "enough"));
                return true;
            });
            Wire.Frame close = wire.next(Wire.CLOSE);
            assertThat(close.code()).isEqualTo(1008);
            assertThat(close.reason()).isEqualTo("enough");
            wire.close(1008, "");
            server.events().next(Gate.class).open();
            server.events().expect("close 1008 enough");
            assertThat(closing.result()).isTrue();
        }
    }

    @Test
    void theCloseFrameOfATimeoutIsSentBeforeOnCloseIsCalled() throws Exception {
        try (Deployed server = Deployed.of(Held.class);
                Wire wire = server.wire("/held")) {
            server.events().next(Session.class).setMaxIdleTimeout(50);
            Gate gate = server.events().next(Gate.class);
            // onClose is running and is held: the frame is there nevertheless.
            wire.next(Wire.CLOSE);
            gate.open();
            assertThat(server.events().next(String.class)).startsWith("close 1006");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = CloseCodes.class,
            names = {"NO_STATUS_CODE", "CLOSED_ABNORMALLY", "TLS_HANDSHAKE_FAILURE"})
    void codesThatAreNotForTheWireAreNeverOnIt(CloseCodes code) throws Exception {
        try (Deployed server = Deployed.of(Room.class);
                Wire wire = server.wire("/room")) {
            Session session = server.events().next(Session.class);
            try {
                session.close(new CloseReason(code, ""));
            } catch (IllegalArgumentException refused) {
                session.close();
            }
            Wire.Frame close = wire.next(Wire.CLOSE);
            assertThat(close.payload().length == 0 || !List.of(1005, 1006, 1015).contains(close.code()))
                    .as("%s", close)
                    .isTrue();
        }
    }

    @Test
    void noStatusCodeIsAnEmptyCloseAndWhatOnCloseGets() throws Exception {
        try (Deployed server = Deployed.of(Room.class);
                Wire wire = server.wire("/room")) {
            Session session = server.events().next(Session.class);
            session.close(new CloseReason(CloseCodes.NO_STATUS_CODE, ""));
            assertThat(wire.next(Wire.CLOSE).payload()).isEmpty();
            wire.send(Wire.CLOSE, true, new byte[0]);
            server.events().expect("close 1005");
        }
    }

    @Test
    void theMethodsOfAClosedSessionThrow() throws Exception {
        try (Deployed server = Deployed.of(Room.class)) {
            Caller caller = server.call("/room");
            Session onServer = server.events().next(Session.class);
            caller.hangUp();
            caller.events().expect("close 1000");
            server.events().expect("close 1000");
            Eventually.holds(() -> !onServer.isOpen(), "the server's session is closed");
            for (Session session : List.of(caller.session(), onServer)) {
                guarded(session)
                        .forEach((name, call) ->
                                assertThatThrownBy(call).as(name).isInstanceOf(IllegalStateException.class));
            }
        }
    }

    private static Map<String, ThrowingCallable> guarded(Session session) {
        Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
        MessageHandler.Whole<String> handler = text -> {};
        calls.put("getContainer", session::getContainer);
        calls.put("addMessageHandler", () -> session.addMessageHandler(handler));
        calls.put("addMessageHandler whole", () -> session.addMessageHandler(String.class, handler));
        calls.put(
                "addMessageHandler partial",
                () -> session.addMessageHandler(String.class, (MessageHandler.Partial<String>) (part, last) -> {}));
        calls.put("getMessageHandlers", session::getMessageHandlers);
        calls.put("removeMessageHandler", () -> session.removeMessageHandler(handler));
        calls.put("getProtocolVersion", session::getProtocolVersion);
        calls.put("getNegotiatedSubprotocol", session::getNegotiatedSubprotocol);
        calls.put("getNegotiatedExtensions", session::getNegotiatedExtensions);
        calls.put("isSecure", session::isSecure);
        calls.put("getMaxIdleTimeout", session::getMaxIdleTimeout);
        calls.put("setMaxIdleTimeout", () -> session.setMaxIdleTimeout(1));
        calls.put("setMaxBinaryMessageBufferSize", () -> session.setMaxBinaryMessageBufferSize(1));
        calls.put("getMaxBinaryMessageBufferSize", session::getMaxBinaryMessageBufferSize);
        calls.put("setMaxTextMessageBufferSize", () -> session.setMaxTextMessageBufferSize(1));
        calls.put("getMaxTextMessageBufferSize", session::getMaxTextMessageBufferSize);
        calls.put("getAsyncRemote", session::getAsyncRemote);
        calls.put("getBasicRemote", session::getBasicRemote);
        calls.put("getRequestURI", session::getRequestURI);
        calls.put("getRequestParameterMap", session::getRequestParameterMap);
        calls.put("getQueryString", session::getQueryString);
        calls.put("getPathParameters", session::getPathParameters);
        calls.put("getUserPrincipal", session::getUserPrincipal);
        calls.put("getOpenSessions", session::getOpenSessions);
        return calls;
    }

    @Test
    void aClosedSessionStillSaysWhichItWasAndASecondCloseHasNoEffect() throws Exception {
        try (Deployed server = Deployed.of(Room.class)) {
            Caller caller = server.call("/room");
            String id = caller.session().getId();
            server.events().next(Session.class);
            caller.hangUp();
            caller.events().expect("close 1000");
            server.events().expect("close 1000");

            assertThat(caller.session().isOpen()).isFalse();
            assertThat(caller.session().getId()).isEqualTo(id);
            assertThatCode(() -> caller.session().getUserProperties()).doesNotThrowAnyException();
            caller.session().close();
            caller.session().close(new CloseReason(CloseCodes.GOING_AWAY, "again"));
            server.stop();
            assertThat(caller.events().rest()).isEmpty();
            assertThat(server.events().rest()).isEmpty();
        }
    }

    @Test
    void theRemoteOfAClosedSessionFailsAsItsJavadocSays() throws Exception {
        try (Deployed server = Deployed.of(Room.class)) {
            Caller caller = server.call("/room");
            RemoteEndpoint.Basic basic = caller.session().getBasicRemote();
            RemoteEndpoint.Async async = caller.session().getAsyncRemote();
            caller.hangUp();
            caller.events().expect("close 1000");

            assertThatThrownBy(() -> basic.sendText("x")).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> basic.sendText("x", false)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> basic.sendBinary(Events.bytes("x"))).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> basic.sendObject(1)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> basic.sendPing(Events.bytes("x"))).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> basic.sendPong(Events.bytes("x"))).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> {
                        try (var out = basic.getSendStream()) {
                            out.write(1);
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> {
                        try (var out = basic.getSendWriter()) {
                            out.write("x");
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> async.sendText("x").get()).hasCauseInstanceOf(IOException.class);
            assertThatThrownBy(() -> async.setSendTimeout(1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> basic.setBatchingAllowed(true)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
