package dev.duplex.tck.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors while endpoints are at work: chapters 5.2.2 and 5.2.3. */
@SuppressWarnings("try") // some connections are only there to be open
class ErrorHandlingTest {
    /** A failure of the kind that the text names. */
    static void fail(String kind) throws Exception {
        switch (kind) {
            case "runtime exception" -> throw new IllegalStateException(kind);
            case "checked exception" -> throw new IOException(kind);
            case "error" -> throw new AssertionError(kind);
            default -> {}
        }
    }

    @ServerEndpoint(value = "/annotated", configurator = Recording.class)
    public static class Annotated {
        @OnMessage
        public String message(String text) throws Exception {
            fail(text);
            return "got " + text;
        }

        @OnError
        public void error(Session session, Throwable failure) {
            Events.of(session).add(failure);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"runtime exception", "checked exception", "error"})
    void whateverAnEndpointThrowsIsCaughtAndTheConnectionGoesOn(String kind) throws Exception {
        try (Deployed server = Deployed.of(Annotated.class);
                Caller caller = server.call("/annotated");
                Caller other = server.call("/annotated")) {
            caller.send(kind);
            assertThat(server.events().next(Throwable.class)).hasMessage(kind);
            assertThat(caller.ask("next")).isEqualTo("got next");
            assertThat(other.ask("next")).isEqualTo("got next");
        }
    }

    public static final class Programmatic extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> {
                throw new IllegalArgumentException(text);
            });
        }

        @Override
        public void onError(Session session, Throwable failure) {
            Events.of(session).add(failure);
        }
    }

    @Test
    void theErrorMethodOfAProgrammaticEndpointIsCalledToo() throws Exception {
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(Programmatic.class, "/programmatic")
                .configurator(new Recording())
                .build();
        try (Deployed server = Deployed.of(config);
                Caller caller = server.call("/programmatic")) {
            caller.send("because");
            assertThat(server.events().next(IllegalArgumentException.class)).hasMessage("because");
        }
    }

    @ServerEndpoint(value = "/failing-open", configurator = Recording.class)
    public static class FailingOpen {
        @OnOpen
        public void open() {
            throw new IllegalStateException("from onOpen");
        }

        @OnError
        public void error(Session session, Throwable failure) {
            Events.of(session).add(failure.getMessage());
        }

        @OnClose
        public void close(Session session, CloseReason reason) {
            Events.of(session).add(Events.close(reason));
        }
    }

    @Test
    void aFailureInOnOpenLeavesNoSessionBehind() throws Exception {
        try (Deployed server = Deployed.of(FailingOpen.class);
                Wire wire = server.wire("/failing-open")) {
            server.events().expect("from onOpen");
            assertThat(wire.untilClose().code()).isEqualTo(1011);
            wire.close(1011, "");
            assertThat(server.events().next(String.class)).startsWith("close 1006");
        }
    }

    @ServerEndpoint("/silent")
    public static class Silent {
        @OnMessage
        public void message(String text) {
            throw new IllegalStateException(text);
        }
    }

    @Test
    void whatAnEndpointWithoutErrorMethodThrowsIsLogged() throws Exception {
        String text = "to be found in the log: " + UUID.randomUUID();
        try (Log log = new Log();
                Deployed server = Deployed.of(Silent.class);
                Caller caller = server.call("/silent")) {
            caller.send(text);
            log.awaitEntryWith(text);
        }
    }

    @ServerEndpoint("/failing-error")
    public static class FailingError {
        @OnMessage
        public String message(String text) {
            if (text.startsWith("fail ")) {
                throw new IllegalStateException(text);
            }
            return "got " + text;
        }

        @OnError
        public void error(Throwable failure) {
            throw new IllegalStateException("worse: " + failure.getMessage());
        }
    }

    @Test
    void whatTheErrorMethodThrowsIsLoggedAndTheConnectionGoesOn() throws Exception {
        String text = "fail " + UUID.randomUUID();
        try (Log log = new Log();
                Deployed server = Deployed.of(FailingError.class);
                Caller caller = server.call("/failing-error")) {
            caller.send(text);
            log.awaitEntryWith("worse: " + text);
            assertThat(caller.ask("next")).isEqualTo("got next");
        }
    }

    /** Keeps what a session gives, so that it can be used when the session is closed. */
    @ServerEndpoint(value = "/kept", configurator = Recording.class)
    public static class Kept {
        @OnOpen
        public void open(Session session) {
            Events.of(session).add(session.getBasicRemote());
            Events.of(session).add(session.getAsyncRemote());
        }

        @OnClose
        public void close(Session session) {
            Events.of(session).add("closed");
        }
    }

    @Test
    void aSendThatFailsThrowsAnIoExceptionOrGivesItAsItsResult() throws Exception {
        try (Deployed server = Deployed.of(Kept.class)) {
            Wire wire = server.wire("/kept");
            var basic = server.events().next(RemoteEndpoint.Basic.class);
            var async = server.events().next(RemoteEndpoint.Async.class);
            wire.close();
            server.events().expect("closed");

            assertThatThrownBy(() -> basic.sendText("too late")).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> async.sendText("too late").get()).hasCauseInstanceOf(IOException.class);
            Events results = new Events();
            async.sendText("too late", results::add);
            SendResult result = results.next(SendResult.class);
            assertThat(result.isOK()).isFalse();
            assertThat(result.getException()).isInstanceOf(IOException.class);
        }
    }

    @ServerEndpoint(value = "/closing", configurator = Recording.class)
    public static class ClosingWhileAnswering {
        @OnMessage
        public String message(String text, Session session) throws IOException {
            session.close(new CloseReason(CloseReason.CloseCodes.NORMAL_CLOSURE, "before the answer"));
            return "an answer that comes too late";
        }

        @OnError
        public void error(Session session, Throwable failure) {
            Events.of(session).add("error");
        }

        @OnClose
        public void close(Session session, CloseReason reason) {
            Events.of(session).add(Events.close(reason));
        }
    }

    @Test
    void aValueReturnedAfterTheCloseIsNotSentAndItsFailureGoesToOnError() throws Exception {
        try (Deployed server = Deployed.of(ClosingWhileAnswering.class);
                Wire wire = server.wire("/closing")) {
            wire.text("question");
            assertThat(wire.next(Wire.CLOSE).reason()).isEqualTo("before the answer");
            wire.close(1000, "");
            assertThat(wire.untilEnd()).isEmpty();
            assertThat(List.of(server.events().next(), server.events().next()))
                    .containsExactlyInAnyOrder("error", "close 1000 before the answer");
        }
    }
}
