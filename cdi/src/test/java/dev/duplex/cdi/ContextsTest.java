package dev.duplex.cdi;

import static dev.duplex.cdi.Beans.ask;
import static dev.duplex.cdi.Beans.connect;
import static dev.duplex.cdi.Beans.event;
import static dev.duplex.cdi.Beans.eventsUpTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.peer.Frame;
import dev.duplex.peer.WsPeer;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.context.Destroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Named;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.io.Reader;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which contexts are active when, and what they give. */
@Timeout(120)
final class ContextsTest {
    private static void tell(String event) {
        Beans.EVENTS.add(event);
    }

    /** One for each call. */
    @RequestScoped
    public static class PerCall {
        private static final AtomicInteger MADE = new AtomicInteger();

        private int number;

        @PostConstruct
        void begin() {
            number = MADE.incrementAndGet();
        }

        public int number() {
            return number;
        }

        @PreDestroy
        void end() {
            tell("call " + number + " over");
        }
    }

    public record Word(String text) {}

    public static class WordEncoder implements Encoder.Text<Word> {
        @Inject
        PerCall call;

        @Override
        public String encode(Word word) {
            return word.text() + ", encoded in call " + call.number();
        }
    }

    public static class WordDecoder implements Decoder.Text<Word> {
        @Inject
        PerCall call;

        @Override
        public Word decode(String text) {
            if (text.equals("bad")) {
                throw new IllegalStateException("on purpose in call " + call.number());
            }
            return new Word(text + ", decoded in call " + call.number());
        }

        @Override
        public boolean willDecode(String text) {
            return true;
        }
    }

    public static class Calling extends ServerEndpointConfig.Configurator {
        @Inject
        PerCall call;

        @Override
        public void modifyHandshake(
                ServerEndpointConfig config, HandshakeRequest request, jakarta.websocket.HandshakeResponse response) {
            tell("handshake in call " + call.number());
        }
    }

    @ServerEndpoint(
            value = "/calls",
            encoders = WordEncoder.class,
            decoders = WordDecoder.class,
            configurator = Calling.class)
    public static class Calls {
        @Inject
        PerCall call;

        @OnOpen
        public void open() {
            tell("open in call " + call.number());
        }

        @OnMessage
        public Word answer(Word word) {
            return new Word(word.text() + ", taken in call " + call.number());
        }

        @OnMessage
        public void part(byte[] bytes, boolean last, Session session) throws IOException {
            tell("part in call " + call.number());
            if (last) {
                session.getBasicRemote().sendPing(ByteBuffer.allocate(1));
            }
        }

        @OnMessage
        public void pong(PongMessage pong) {
            tell("pong in call " + call.number());
        }

        @OnError
        public void error(Throwable failure) {
            tell(failure.getMessage() + ", told in call " + call.number());
        }

        @OnClose
        public void close() {
            tell("close in call " + call.number());
        }

        @PreDestroy
        void end() {
            tell("ended in call " + call.number());
        }
    }

    @Test
    void eachCallHasARequestContextOfItsOwn() throws Exception {
        PerCall.MADE.set(0);
        try (Beans beans = Beans.of(PerCall.class);
                Server server = beans.serve(Calls.class);
                WsPeer peer = connect(server, "/calls")) {
            assertThat(eventsUpTo("call 2 over"))
                    .containsExactly("handshake in call 1", "call 1 over", "open in call 2", "call 2 over");
            assertThat(ask(peer, "a")).isEqualTo("a, decoded in call 3, taken in call 3, encoded in call 3");
            assertThat(event()).isEqualTo("call 3 over");
            peer.write("bad");
            assertThat(eventsUpTo("call 4 over"))
                    .containsExactly("on purpose in call 4, told in call 4", "call 4 over");
            peer.write(Frame.binary(new byte[] {1}, false));
            peer.write(Frame.continuation(new byte[] {2}, true));
            assertThat(eventsUpTo("call 6 over"))
                    .containsExactly("part in call 5", "call 5 over", "part in call 6", "call 6 over");
            assertThat(ask(peer, "b")).isEqualTo("b, decoded in call 7, taken in call 7, encoded in call 7");
            assertThat(eventsUpTo("call 8 over")).containsExactly("call 7 over", "pong in call 8", "call 8 over");
            peer.shutdown();
            assertThat(eventsUpTo("call 10 over"))
                    .containsExactly("close in call 9", "call 9 over", "ended in call 10", "call 10 over");
        }
        assertThat(Beans.EVENTS).isEmpty();
    }

    @ServerEndpoint("/stream")
    public static class Stream {
        @Inject
        PerCall call;

        @OnMessage
        public String read(Reader reader) throws IOException {
            int before = call.number();
            StringBuilder text = new StringBuilder();
            for (int c = reader.read(); c >= 0; c = reader.read()) {
                text.append((char) c);
            }
            return text + " in one call " + (before == call.number());
        }
    }

    @Test
    void aMessageThatIsAStreamIsOneCall() throws Exception {
        try (Beans beans = Beans.of(PerCall.class);
                Server server = beans.serve(Stream.class);
                WsPeer peer = connect(server, "/stream")) {
            peer.write(Frame.text("a", false));
            peer.write(Frame.continuation(new byte[] {'b'}, true));
            assertThat(Beans.read(peer)).isEqualTo("ab in one call true");
        }
    }

    @ServerEndpoint("/sent")
    public static class Sent {
        @Inject
        PerCall call;

        @Inject
        PerSession scope;

        @OnMessage
        public void answer(String text, Session session) {
            String name = scope.name();
            session.getAsyncRemote()
                    .sendText(
                            text,
                            result -> tell("sent in call " + (call.number() > 0) + " of the same session "
                                    + name.equals(scope.name())));
        }
    }

    @Test
    void theHandlerOfAMessageThatWasSentHasTheContextsOfItsSession() throws Exception {
        try (Beans beans = Beans.of(PerCall.class, PerSession.class);
                Server server = beans.serve(Sent.class);
                WsPeer peer = connect(server, "/sent")) {
            assertThat(ask(peer, "a")).isEqualTo("a");
            String event = event();
            while (!event.startsWith("sent")) { // the call of the message is over before, or behind
                event = event();
            }
            assertThat(event).isEqualTo("sent in call true of the same session true");
        }
    }

    /** One for each session. */
    @WebSocketSessionScoped
    public static class PerSession {
        @Inject
        Session session;

        private String name = "";
        private int asked;

        @PostConstruct
        void begin() {
            name = session.getId();
            tell("begins");
        }

        public String name() {
            return name;
        }

        public int ask() {
            return ++asked;
        }

        @PreDestroy
        void end() {
            tell("ends after " + asked);
        }
    }

    @ServerEndpoint("/session")
    @ApplicationScoped
    public static class Sessions {
        @Inject
        PerSession scope;

        @Inject
        Session current;

        @OnOpen
        public void open(Session session) {
            tell("open " + scope.name().equals(session.getId()));
        }

        @OnMessage
        public String answer(String text, Session session) {
            return text + scope.ask() + " " + current.getId().equals(session.getId());
        }

        @OnClose
        public void close(Session session) {
            tell("close " + scope.ask() + " " + scope.name().equals(session.getId()));
        }
    }

    @Test
    void theScopeOfASessionHoldsOneInstanceForItFromOpenToBehindClose() throws Exception {
        try (Beans beans = Beans.of(PerSession.class, Sessions.class);
                Server server = beans.serve(Sessions.class);
                WsPeer one = connect(server, "/session")) {
            assertThat(List.of(event(), event())).containsExactly("begins", "open true");
            assertThat(ask(one, "a")).isEqualTo("a1 true");
            assertThat(ask(one, "a")).isEqualTo("a2 true");
            try (WsPeer two = connect(server, "/session")) {
                assertThat(List.of(event(), event())).containsExactly("begins", "open true");
                assertThat(ask(two, "b")).isEqualTo("b1 true");
            }
            assertThat(List.of(event(), event())).containsExactly("close 2 true", "ends after 2");
            assertThat(ask(one, "a")).isEqualTo("a3 true");
        }
        assertThat(List.of(event(), event())).containsExactly("close 4 true", "ends after 4");
    }

    @WebSocketSessionScoped
    @ServerEndpoint("/scoped")
    public static class Scoped {
        private int asked;

        @OnMessage
        public String answer(String text) {
            return text + ++asked;
        }
    }

    @Test
    void anEndpointCanBeOfTheScopeItself() throws Exception {
        try (Beans beans = Beans.of(Scoped.class);
                Server server = beans.serve(Scoped.class);
                WsPeer one = connect(server, "/scoped");
                WsPeer two = connect(server, "/scoped")) {
            assertThat(ask(one, "a")).isEqualTo("a1");
            assertThat(ask(two, "b")).isEqualTo("b1");
            assertThat(ask(one, "a")).isEqualTo("a2");
        }
    }

    @ApplicationScoped
    public static class Watching {
        @Inject
        PerSession scope;

        void begin(@Observes @Initialized(WebSocketSessionScoped.class) Session session) {
            tell("initialized " + scope.name().equals(session.getId()));
        }

        void open(@Observes @Opened Session session) {
            tell("opened " + session.isOpen());
        }

        void close(@Observes @Closed Session session) {
            tell("closed " + scope.name().equals(session.getId()) + " "
                    + session.getRequestURI().getPath());
        }

        void ending(@Observes @BeforeDestroyed(WebSocketSessionScoped.class) Session session) {
            tell("ending " + scope.name().equals(session.getId()));
        }

        void end(@Observes @Destroyed(WebSocketSessionScoped.class) Session session) {
            tell("destroyed");
        }
    }

    @Test
    void observersAreToldOfSessionsAndTheirScopeInOrder() throws Exception {
        try (Beans beans = Beans.of(PerSession.class, Sessions.class, Watching.class);
                Server server = beans.serve(Sessions.class);
                WsPeer peer = connect(server, "/session")) {
            peer.shutdown();
            assertThat(eventsUpTo("destroyed"))
                    .containsExactly(
                            "begins",
                            "initialized true",
                            "opened true",
                            "open true",
                            "close 1 true",
                            "closed true /session",
                            "ending true",
                            "ends after 1",
                            "destroyed");
        }
    }

    @ApplicationScoped
    public static class Refusing {
        void open(@Observes @Opened Session session) {
            throw new IllegalStateException("no");
        }
    }

    @Test
    void anObserverThatThrowsClosesTheSessionAsItsOpenCallbackWould() throws Exception {
        try (Beans beans = Beans.of(PerCall.class, Refusing.class);
                Server server = beans.serve(Calls.class);
                WsPeer peer = connect(server, "/calls")) {
            assertThat(peer.readMessage(Beans.LIMIT)).isNull();
            assertThat(peer.closeReason()).isNotNull();
            assertThat(peer.closeReason().code()).isEqualTo(1011);
            assertThat(Beans.EVENTS).noneMatch(event -> event.startsWith("open in call"));
        }
    }

    @ApplicationScoped
    public static class Counting {
        @Inject
        @SessionsOf(Sessions.class)
        Set<Session> sessions;

        @Inject
        @SessionsOf(Scoped.class)
        Set<Session> others;

        public Set<Session> sessions() {
            return sessions;
        }

        public Set<Session> others() {
            return others;
        }
    }

    @Test
    void openSessionsOfAnEndpointAreALiveView() throws Exception {
        try (Beans beans = Beans.of(PerSession.class, Sessions.class, Counting.class);
                Server server = beans.serve(Sessions.class, Scoped.class)) {
            Counting counting = beans.container().select(Counting.class).get();
            Set<Session> sessions = counting.sessions();
            assertThat(sessions).isEmpty();
            try (WsPeer one = connect(server, "/session");
                    WsPeer two = connect(server, "/session")) {
                assertThat(ask(one, "a")).isEqualTo("a1 true");
                assertThat(ask(two, "a")).isEqualTo("a1 true");
                assertThat(sessions).hasSize(2).allMatch(Session::isOpen);
                assertThat(counting.others()).isEmpty();
                assertThatThrownBy(sessions::clear).isInstanceOf(UnsupportedOperationException.class);
                one.shutdown();
                eventsUpTo("ends after 2");
                assertThat(sessions).hasSize(1);
            }
            eventsUpTo("ends after 2");
            assertThat(sessions).isEmpty();
        }
    }

    @Test
    void anotherThreadCanBeInTheContextOfASession() throws Exception {
        try (Beans beans = Beans.of(PerCall.class, PerSession.class, Sessions.class, Counting.class);
                Server server = beans.serve(Sessions.class);
                WsPeer peer = connect(server, "/session")) {
            assertThat(ask(peer, "a")).isEqualTo("a1 true");
            Session session = beans.container()
                    .select(Counting.class)
                    .get()
                    .sessions()
                    .iterator()
                    .next();
            SessionContextController controller =
                    beans.container().select(SessionContextController.class).get();
            PerSession scope = beans.container().select(PerSession.class).get();
            PerCall call = beans.container().select(PerCall.class).get();
            assertThat(controller.call(session, scope::ask)).isEqualTo(2);
            controller.run(session, () -> assertThat(call.number()).isPositive());
            assertThatThrownBy(scope::ask).isInstanceOf(ContextNotActiveException.class);
            peer.shutdown();
            eventsUpTo("ends after 3");
            assertThatIllegalStateException()
                    .isThrownBy(() -> controller.run(session, scope::ask))
                    .withMessageContaining(session.getId() + " has ended");
        }
    }

    @Test
    void outsideOfASessionTheInjectedOneSaysSo() {
        try (Beans beans = Beans.of(PerSession.class)) {
            Session session = beans.container().select(Session.class).get();
            assertThatThrownBy(session::getId)
                    .isInstanceOf(ContextNotActiveException.class)
                    .hasMessage("No WebSocket session is current on this thread: @WebSocketSessionScoped and @Inject"
                            + " Session are there in the callbacks of a session, and in what SessionContextController"
                            + " runs");
            assertThat(session).hasToString("no current Session");
            assertThat(Proxy.isProxyClass(session.getClass())).isTrue();
        }
    }

    @ServerEndpoint("/current")
    @Dependent
    public static class Current {
        @Inject
        Session current;

        @OnMessage
        public String answer(String text, Session session) throws IOException {
            assertThatThrownBy(() -> current.getBasicRemote().sendText(null))
                    .isInstanceOf(IllegalArgumentException.class);
            WsPeer.of(current).write("by the peer of it");
            Object another = current;
            return current.equals(session) + " " + current.equals(another) + " "
                    + current.equals((Object) text) + " " + (current.hashCode() == session.hashCode()) + " "
                    + session.getOpenSessions().contains(session);
        }
    }

    @Test
    void theInjectedSessionBehavesAsTheSessionItStandsFor() throws Exception {
        try (Beans beans = Beans.of(Current.class);
                Server server = beans.serve(Current.class);
                WsPeer peer = connect(server, "/current")) {
            assertThat(ask(peer, "a")).isEqualTo("by the peer of it");
            assertThat(Beans.read(peer)).isEqualTo("true true false true true");
        }
    }

    /** An application that has got used to injecting a session of its own. */
    @ApplicationScoped
    public static class Producing {
        private static final AtomicReference<Session> SESSION = new AtomicReference<>();

        @Produces
        @Dependent
        Session session() {
            return SESSION.get();
        }
    }

    @Test
    void anApplicationsOwnProducerOfSessionsIsLeftAlone() {
        Session own = (Session) Proxy.newProxyInstance(
                Session.class.getClassLoader(), new Class<?>[] {Session.class}, (proxy, method, arguments) -> "own");
        Producing.SESSION.set(own);
        try (Beans beans = Beans.of(Producing.class)) {
            Instance<Session> session = beans.container().select(Session.class);
            assertThat(session.isResolvable()).isTrue();
            assertThat(session.get().getId()).isEqualTo("own");
        }
    }

    /** The same, under a name. */
    @ApplicationScoped
    public static class Naming {
        @Produces
        @Named("of the application")
        @Dependent
        Session session() {
            return Objects.requireNonNull(Producing.SESSION.get());
        }
    }

    @Test
    void anApplicationsOwnProducerOfNamedSessionsIsLeftAlone() {
        Session own = (Session) Proxy.newProxyInstance(
                Session.class.getClassLoader(), new Class<?>[] {Session.class}, (proxy, method, arguments) -> "own");
        Producing.SESSION.set(own);
        try (Beans beans = Beans.of(Naming.class)) {
            Instance<Session> session = beans.container().select(Session.class);
            assertThat(session.isResolvable()).isTrue();
            assertThat(session.get().getId()).isEqualTo("own");
        }
    }

    /** Looks into a scope that has ended. */
    @ApplicationScoped
    public static class TooLate {
        @Inject
        PerSession scope;

        void destroyed(@Observes @Destroyed(WebSocketSessionScoped.class) Session session) {
            try {
                tell("made again " + scope.ask());
            } catch (ContextNotActiveException e) {
                tell("scope is over");
            }
        }
    }

    @Test
    void aScopeThatHasEndedMakesNothing() throws Exception {
        try (Beans beans = Beans.of(PerSession.class, Sessions.class, TooLate.class);
                Server server = beans.serve(Sessions.class);
                WsPeer peer = connect(server, "/session")) {
            assertThat(ask(peer, "a")).isEqualTo("a1 true");
            peer.shutdown();
            assertThat(eventsUpTo("scope is over")).endsWith("ends after 2", "scope is over");
        }
    }

    /** Ends a scope once more while it ends. */
    @ApplicationScoped
    public static class EndingTwice {
        private static final AtomicReference<SessionLife> LIFE = new AtomicReference<>();

        void before(@Observes @BeforeDestroyed(WebSocketSessionScoped.class) Session session)
                throws InterruptedException {
            tell("before the end");
            SessionLife life = LIFE.getAndSet(null);
            if (life != null) {
                Thread other = Thread.ofVirtual().start(life::ended);
                other.join();
            }
        }
    }

    @Test
    void aScopeThatTwoThreadsEndEndsOnce() {
        Session session = (Session) Proxy.newProxyInstance(
                Session.class.getClassLoader(),
                new Class<?>[] {Session.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getId" -> "1";
                    case "hashCode" -> 1;
                    default -> true;
                });
        try (Beans beans = Beans.of(EndingTwice.class)) {
            SessionLife life = new SessionLife(Cdi.of(beans.container().getBeanManager()), Sessions.class);
            life.opened(session);
            EndingTwice.LIFE.set(life);
            life.ended();
            assertThat(Beans.EVENTS).containsExactly("before the end");
        }
    }

    @ServerEndpoint("/closer")
    public static class Closer {
        @Inject
        @SessionsOf(Sessions.class)
        Set<Session> sessions;

        @Inject
        Session current;

        @OnMessage
        public String close(ByteBuffer none) throws IOException {
            String before = current.getId();
            for (Session session : sessions) {
                session.close(new CloseReason(CloseReason.CloseCodes.NORMAL_CLOSURE, "by another one"));
            }
            return "still the same " + before.equals(current.getId());
        }
    }

    @Test
    void theCloseCallbackThatAnotherSessionCausesHasItsOwnSessionAndThatOneHasItsBack() throws Exception {
        try (Beans beans = Beans.of(PerSession.class, Sessions.class);
                Server server = beans.serve(Sessions.class, Closer.class);
                WsPeer closed = connect(server, "/session");
                WsPeer closer = connect(server, "/closer")) {
            assertThat(ask(closed, "a")).isEqualTo("a1 true");
            closer.write(new byte[] {1});
            assertThat(Beans.read(closer)).isEqualTo("still the same true");
            assertThat(closed.readMessage(Beans.LIMIT)).isNull();
            assertThat(eventsUpTo("ends after 2")).endsWith("close 2 true", "ends after 2");
        }
    }

    @Test
    void cutConnectionsEndTheirScopesToo() throws Exception {
        try (Beans beans = Beans.of(PerSession.class, Sessions.class);
                Server server = beans.serve(Sessions.class)) {
            WsPeer peer = connect(server, "/session");
            assertThat(ask(peer, "a")).isEqualTo("a1 true");
            peer.close();
            assertThat(eventsUpTo("ends after 2")).endsWith("close 2 true", "ends after 2");
        }
    }

    @Test
    void aContainerThatHasNotLoadedTheExtensionIsRefused() {
        try (var container = jakarta.enterprise.inject.se.SeContainerInitializer.newInstance()
                .disableDiscovery()
                .addBeanClasses(Refusing.class)
                .addProperty("org.jboss.weld.se.shutdownHook", false)
                .initialize()) {
            assertThatThrownBy(() -> Cdi.of(container.getBeanManager()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(WebSocketExtension.class.getName());
            assertThatCode(container::getBeanManager).doesNotThrowAnyException();
        }
    }
}
