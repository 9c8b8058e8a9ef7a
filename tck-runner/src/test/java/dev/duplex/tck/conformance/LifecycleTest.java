package dev.duplex.tck.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.Serializable;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The life of an endpoint and its session: chapters 2.1 and 2.2, {@code @OnOpen}, {@code @OnClose}, {@code @OnError}. */
@SuppressWarnings("try") // some connections are only there to be open
class LifecycleTest {
    public static final class Programmatic extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            Events events = Events.of(session);
            events.add(this);
            events.add(session);
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> {
                events.add(this);
                events.add(session);
            });
        }

        @Override
        public void onClose(Session session, CloseReason reason) {
            Events.of(session).add(this);
            Events.of(session).add(session);
        }
    }

    private static ServerEndpointConfig programmatic() {
        return ServerEndpointConfig.Builder.create(Programmatic.class, "/programmatic")
                .configurator(new Recording())
                .build();
    }

    @Test
    void eachPeerHasItsOwnInstanceOfAProgrammaticEndpoint() throws Exception {
        try (Deployed server = Deployed.of(programmatic());
                Caller first = server.call("/programmatic")) {
            Programmatic ofFirst = server.events().next(Programmatic.class);
            server.events().next(Session.class);
            try (Caller second = server.call("/programmatic")) {
                Programmatic ofSecond = server.events().next(Programmatic.class);
                server.events().next(Session.class);
                assertThat(ofSecond).isNotSameAs(ofFirst);

                second.send("to the second");
                assertThat(server.events().next()).isSameAs(ofSecond);
                server.events().next(Session.class);
                first.send("to the first");
                assertThat(server.events().next()).isSameAs(ofFirst);
            }
        }
    }

    @Test
    void oneSessionStandsForAPeerFromOpenToClose() throws Exception {
        try (Deployed server = Deployed.of(programmatic());
                Caller other = server.call("/programmatic")) {
            server.events().next(Programmatic.class);
            Session ofOther = server.events().next(Session.class);
            Caller caller = server.call("/programmatic");
            server.events().next(Programmatic.class);
            Session opened = server.events().next(Session.class);
            caller.send("a message");
            server.events().next(Programmatic.class);
            Session messaged = server.events().next(Session.class);
            caller.hangUp();
            server.events().next(Programmatic.class);
            Session closed = server.events().next(Session.class);

            assertThat(messaged).isSameAs(opened);
            assertThat(closed).isSameAs(opened);
            assertThat(opened).isNotSameAs(ofOther);
        }
    }

    record Basket(List<String> items) implements Serializable {}

    @ServerEndpoint(value = "/properties", configurator = Recording.class)
    public static class Properties {
        @OnOpen
        public void open(Session session) {
            session.getUserProperties().put("basket", new Basket(List.of("apple")));
            Events.of(session).add(session.getUserProperties().get("basket"));
        }

        @OnMessage
        public void message(String text, Session session) {
            Events.of(session).add(session.getUserProperties().get("basket"));
        }

        @OnClose
        public void close(Session session) {
            Events.of(session).add(session.getUserProperties().get("basket"));
            Events.of(session).add(session);
        }
    }

    @Test
    void userPropertiesAreKeptUntilOnCloseReturns() throws Exception {
        try (Deployed server = Deployed.of(Properties.class);
                Caller caller = server.call("/properties")) {
            caller.send("look");
            caller.hangUp();
            Basket basket = new Basket(List.of("apple"));
            server.events().expect(basket, basket, basket);
        }
    }

    /** There is no failover between machines, and so nothing that would write a property down or make a copy of it. */
    @Test
    void serializablePropertiesStayTheSameObjectWhateverHappensToTheSession() throws Exception {
        try (Deployed server = Deployed.of(Properties.class);
                Caller caller = server.call("/properties")) {
            Object put = server.events().next();
            caller.send("look");
            assertThat(server.events().next()).isSameAs(put);
            caller.hangUp();
            assertThat(server.events().next()).isSameAs(put);
        }
    }

    @Test
    void userPropertiesAreClearedAfterOnClose() throws Exception {
        try (Deployed server = Deployed.of(Properties.class)) {
            server.call("/properties").hangUp();
            server.events().next(Basket.class);
            server.events().next(Basket.class);
            Session session = server.events().next(Session.class);
            Eventually.holds(() -> session.getUserProperties().isEmpty(), "the user properties are cleared");
        }
    }

    @Test
    void noTwoSessionsOfAContainerHaveTheSameId() throws Exception {
        try (Deployed server = Deployed.of(Properties.class)) {
            Set<String> server100 = new HashSet<>();
            Set<String> client100 = new HashSet<>();
            for (int i = 0; i < 100; i++) {
                try (Caller caller = server.call("/properties")) {
                    client100.add(caller.session().getId());
                }
                server.events().next(Basket.class);
                server.events().next(Basket.class);
                server100.add(server.events().next(Session.class).getId());
            }
            assertThat(server100).hasSize(100);
            assertThat(client100).hasSize(100);
        }
    }

    @ServerEndpoint(value = "/annotated/{name}", configurator = Recording.class)
    public static class Annotated {
        @OnOpen
        public void open(Session session, EndpointConfig config, @PathParam("name") String name) {
            Events.of(session).add("open " + name + " " + (config instanceof ServerEndpointConfig));
            Events.of(session).add(session);
        }

        @OnMessage
        public String message(String text) {
            if (text.equals("fail")) {
                throw new IllegalArgumentException("as you wish");
            }
            return "got " + text;
        }

        @OnError
        public void error(Throwable failure, Session session, @PathParam("name") String name) {
            Events.of(session).add("error " + name + " " + failure);
            Events.of(session).add(session);
        }

        @OnClose
        public void close(CloseReason reason, Session session, @PathParam("name") String name) {
            Events.of(session).add(name + " " + Events.close(reason));
            Events.of(session).add(session);
        }
    }

    @Test
    void onOpenIsCalledForEveryNewConnection() throws Exception {
        try (Deployed server = Deployed.of(Annotated.class);
                Caller first = server.call("/annotated/a");
                Caller second = server.call("/annotated/b")) {
            Set<Object> sessions = new HashSet<>();
            Set<Object> opened = new HashSet<>();
            for (int i = 0; i < 2; i++) {
                opened.add(server.events().next(String.class));
                sessions.add(server.events().next(Session.class));
            }
            assertThat(opened).containsExactlyInAnyOrder("open a true", "open b true");
            assertThat(sessions).hasSize(2);
            assertThat(first.session().isOpen()).isTrue();
            assertThat(second.session().isOpen()).isTrue();
        }
    }

    @Test
    void onOpenCanUseTheConnection() throws Exception {
        try (Deployed server = Deployed.of(Greeting.class);
                Caller caller = server.call("/greeting")) {
            assertThat(caller.text()).isEqualTo("welcome, open: true");
        }
    }

    @ServerEndpoint("/greeting")
    public static class Greeting {
        @OnOpen
        public void open(Session session) throws Exception {
            session.getBasicRemote().sendText("welcome, open: " + session.isOpen());
        }
    }

    @Test
    void onOpenGetsTheSessionOfTheNewConnection() throws Exception {
        try (Deployed server = Deployed.of(Annotated.class);
                Caller caller = server.call("/annotated/a")) {
            server.events().expect("open a true");
            Session opened = server.events().next(Session.class);
            opened.getBasicRemote().sendText("through the session of onOpen");
            assertThat(caller.text()).isEqualTo("through the session of onOpen");
        }
    }

    @Test
    void onCloseIsCalledWhenThePeerCloses() throws Exception {
        try (Deployed server = Deployed.of(Annotated.class)) {
            Caller caller = server.call("/annotated/a");
            caller.session().close(new CloseReason(CloseCodes.GOING_AWAY, "see you"));
            server.events().expect("open a true");
            Session opened = server.events().next(Session.class);
            server.events().expect("a close 1001 see you");
            assertThat(server.events().next()).isSameAs(opened);
            assertThat(caller.events().next()).isEqualTo("close 1001 see you");
        }
    }

    @Test
    void onCloseIsCalledWhenTheEndpointItselfCloses() throws Exception {
        try (Deployed server = Deployed.of(Annotated.class);
                Caller caller = server.call("/annotated/a")) {
            server.events().expect("open a true");
            Session opened = server.events().next(Session.class);
            opened.close(new CloseReason(CloseCodes.VIOLATED_POLICY, "enough"));
            server.events().expect("a close 1008 enough");
            assertThat(caller.events().next()).isEqualTo("close 1008 enough");
        }
    }

    @Test
    void onCloseIsCalledWhenTheConnectionIsLost() throws Exception {
        try (Deployed server = Deployed.of(Annotated.class)) {
            Wire wire = server.wire("/annotated/a");
            server.events().expect("open a true");
            Session opened = server.events().next(Session.class);
            wire.close();
            assertThat(server.events().until("a close")).startsWith("a close 1006");
            assertThat(server.events().next()).isSameAs(opened);
        }
    }

    @Test
    void onCloseIsCalledBeforeTheConnectionIsBroughtDown() throws Exception {
        try (Deployed server = Deployed.of(Holding.class);
                Wire wire = server.wire("/holding")) {
            wire.close(1000, "");
            Gate gate = server.events().next(Gate.class);
            boolean ended = wire.endsWithin(Duration.ofMillis(300));
            gate.open();
            assertThat(ended)
                    .as("the connection ended while onClose was running")
                    .isFalse();
            wire.untilEnd();
        }
    }

    @ServerEndpoint(value = "/holding", configurator = Recording.class)
    public static class Holding {
        @OnClose
        public void close(Session session) {
            Gate gate = new Gate();
            Events.of(session).add(gate);
            gate.pass();
        }
    }

    @ServerEndpoint(value = "/bad-close", configurator = Recording.class)
    public static class BadClose {
        @OnClose
        public void close() {
            throw new IllegalStateException("from onClose");
        }

        @OnError
        public void error(Session session, Throwable failure) {
            Events.of(session).add(failure.getMessage());
            Events.of(session).add(session);
        }
    }

    @Test
    void whatOnCloseThrowsGoesToOnErrorWithTheSession() throws Exception {
        try (Deployed server = Deployed.of(BadClose.class)) {
            server.call("/bad-close").hangUp();
            server.events().expect("from onClose");
            server.events().next(Session.class);
        }
    }

    @Test
    void onErrorGetsTheSessionInWhichTheErrorOccurred() throws Exception {
        try (Deployed server = Deployed.of(Annotated.class);
                Caller other = server.call("/annotated/other");
                Caller caller = server.call("/annotated/a")) {
            server.events().until("open");
            server.events().next(Session.class);
            server.events().until("open");
            server.events().next(Session.class);
            caller.send("fail");
            server.events().expect("error a java.lang.IllegalArgumentException: as you wish");
            Session failed = server.events().next(Session.class);
            assertThat(failed.getPathParameters()).containsEntry("name", "a");
            assertThat(other.ask("still there")).isEqualTo("got still there");
        }
    }

    @Test
    void onErrorGetsTheErrorThatWasThrown() throws Exception {
        try (Deployed server = Deployed.of(Annotated.class);
                Caller caller = server.call("/annotated/a")) {
            caller.send("fail");
            assertThat(server.events().until("error"))
                    .isEqualTo("error a java.lang.IllegalArgumentException: as you wish");
        }
    }

    @ServerEndpoint("/x")
    public static class OpenWithMessage {
        @OnOpen
        public void open(Session session, String text) {}
    }

    @ServerEndpoint("/x")
    public static class OpenWithReason {
        @OnOpen
        public void open(CloseReason reason) {}
    }

    @ServerEndpoint("/x")
    public static class OpenTwice {
        @OnOpen
        public void one() {}

        @OnOpen
        public void two() {}
    }

    @ParameterizedTest
    @ValueSource(classes = {OpenWithMessage.class, OpenWithReason.class, OpenTwice.class})
    void anEndpointWithABadOnOpenIsNotDeployed(Class<?> endpoint) {
        assertNotDeployed(endpoint);
    }

    @ServerEndpoint("/x")
    public static class CloseWithConfig {
        @OnClose
        public void close(EndpointConfig config) {}
    }

    @ServerEndpoint("/x")
    public static class CloseWithThrowable {
        @OnClose
        public void close(Session session, Throwable failure) {}
    }

    @ServerEndpoint("/x")
    public static class CloseTwice {
        @OnClose
        public void one() {}

        @OnClose
        public void two() {}
    }

    @ParameterizedTest
    @ValueSource(classes = {CloseWithConfig.class, CloseWithThrowable.class, CloseTwice.class})
    void anEndpointWithABadOnCloseIsNotDeployed(Class<?> endpoint) {
        assertNotDeployed(endpoint);
    }

    @ServerEndpoint("/x")
    public static class ErrorWithoutThrowable {
        @OnError
        public void error(Session session) {}
    }

    @ServerEndpoint("/x")
    public static class ErrorWithReason {
        @OnError
        public void error(Throwable failure, CloseReason reason) {}
    }

    @ServerEndpoint("/x")
    public static class ErrorTwice {
        @OnError
        public void one(Throwable failure) {}

        @OnError
        public void two(Throwable failure) {}
    }

    @ParameterizedTest
    @ValueSource(classes = {ErrorWithoutThrowable.class, ErrorWithReason.class, ErrorTwice.class})
    void anEndpointWithABadOnErrorIsNotDeployed(Class<?> endpoint) {
        assertNotDeployed(endpoint);
    }

    private static void assertNotDeployed(Class<?> endpoint) {
        assertThatThrownBy(() -> Deployed.of(endpoint).close())
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining(endpoint.getSimpleName());
    }

    @ClientEndpoint
    public static class BadClient {
        @OnOpen
        public void open(CloseReason reason) {}
    }

    @Test
    void aClientEndpointWithABadCallbackIsNotConnected() throws Exception {
        try (Deployed server = Deployed.of(Greeting.class)) {
            assertThatThrownBy(() -> server.connect(new BadClient(), "/greeting"))
                    .isInstanceOf(DeploymentException.class);
        }
    }
}
