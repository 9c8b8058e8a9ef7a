package dev.duplex.cdi;

import static dev.duplex.cdi.Beans.ask;
import static dev.duplex.cdi.Beans.connect;
import static dev.duplex.cdi.Beans.event;
import static dev.duplex.cdi.Beans.eventsUpTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.peer.HandshakeException;
import dev.duplex.peer.WsPeer;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.decorator.Decorator;
import jakarta.decorator.Delegate;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Specializes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InterceptorBinding;
import jakarta.interceptor.InvocationContext;
import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.Decoder;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Encoder;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What CDI makes for an application, how often, and when it ends. */
@Timeout(120)
final class InjectionTest {
    private static void tell(String event) {
        Beans.EVENTS.add(event);
    }

    /** What is injected. */
    @ApplicationScoped
    public static class Greeter {
        private final AtomicInteger greeted = new AtomicInteger();

        public String greet(String name) {
            return "hello " + name + " " + greeted.incrementAndGet();
        }
    }

    /** Ends with what it was injected into. */
    @Dependent
    public static class Helper {
        @PreDestroy
        void end() {
            tell("helper destroyed");
        }
    }

    @ServerEndpoint("/shared")
    @ApplicationScoped
    public static class Shared {
        private static final AtomicInteger MADE = new AtomicInteger();

        @Inject
        Greeter byField;

        private Greeter byMethod;
        private final Greeter byConstructor;

        Shared() {
            this.byConstructor = null;
        }

        @Inject
        public Shared(Greeter byConstructor) {
            this.byConstructor = byConstructor;
            MADE.incrementAndGet();
        }

        @Inject
        void byMethod(Greeter greeter) {
            this.byMethod = greeter;
        }

        @OnMessage
        public String answer(String text) {
            return byField.greet(text) + ", " + byMethod.greet(text) + ", " + byConstructor.greet(text);
        }
    }

    @Test
    void oneInstanceOfANormalScopedEndpointServesEverybodyInjectedByFieldMethodAndConstructor() throws Exception {
        Shared.MADE.set(0);
        try (Beans beans = Beans.of(Greeter.class, Shared.class);
                Server server = beans.serve(Shared.class);
                WsPeer one = connect(server, "/shared");
                WsPeer two = connect(server, "/shared")) {
            assertThat(ask(one, "a")).isEqualTo("hello a 1, hello a 2, hello a 3");
            assertThat(ask(two, "b")).isEqualTo("hello b 4, hello b 5, hello b 6");
        }
        assertThat(Shared.MADE).hasValue(1);
    }

    @ServerEndpoint("/singleton")
    @Singleton
    public static class Single {
        private final AtomicInteger asked = new AtomicInteger();

        @OnMessage
        public String answer(String text) {
            return text + asked.incrementAndGet();
        }

        @PreDestroy
        void end() {
            tell("singleton destroyed");
        }
    }

    @Test
    void aSingletonServesEverybodyAndOutlivesThem() throws Exception {
        try (Beans beans = Beans.of(Single.class)) {
            try (Server server = beans.serve(Single.class);
                    WsPeer one = connect(server, "/singleton");
                    WsPeer two = connect(server, "/singleton")) {
                assertThat(ask(one, "a")).isEqualTo("a1");
                assertThat(ask(two, "b")).isEqualTo("b2");
            }
            assertThat(Beans.EVENTS).isEmpty();
        }
        assertThat(event()).isEqualTo("singleton destroyed");
    }

    /** No bean: it has no scope, and its archive is none of all classes. */
    @ServerEndpoint("/own")
    public static class Own {
        @Inject
        Greeter greeter;

        @Inject
        Helper helper;

        private int asked;

        @PostConstruct
        void begin() {
            tell("own made with " + (greeter != null));
        }

        @OnMessage
        String answer(String text) {
            return text + ++asked;
        }

        @OnClose
        void close() {
            tell("own closed");
        }

        @PreDestroy
        void end() {
            tell("own destroyed");
        }
    }

    @Test
    void aClassWithoutScopeIsInjectedForEachConnectionAndDestroyedBehindItsCloseCallback() throws Exception {
        try (Beans beans = Beans.of(Greeter.class, Helper.class);
                Server server = beans.serve(Own.class)) {
            try (WsPeer one = connect(server, "/own")) {
                assertThat(ask(one, "a")).isEqualTo("a1");
                try (WsPeer two = connect(server, "/own")) {
                    assertThat(ask(two, "b")).isEqualTo("b1");
                }
                assertThat(List.of(event(), event(), event(), event(), event()))
                        .containsExactly(
                                "own made with true",
                                "own made with true",
                                "own closed",
                                "own destroyed",
                                "helper destroyed");
                assertThat(ask(one, "a")).isEqualTo("a2");
            }
            assertThat(eventsUpTo("helper destroyed"))
                    .containsExactly("own closed", "own destroyed", "helper destroyed");
        }
        assertThat(Beans.EVENTS).isEmpty();
    }

    @InterceptorBinding
    @Retention(RetentionPolicy.RUNTIME)
    @Target({ElementType.TYPE, ElementType.METHOD})
    @interface Traced {}

    @Traced
    @Interceptor
    public static class Tracer {
        @AroundInvoke
        Object trace(InvocationContext context) throws Exception {
            tell("before " + context.getMethod().getName());
            try {
                return context.proceed();
            } finally {
                tell("after " + context.getMethod().getName());
            }
        }
    }

    /** Its private method can be called, as there is no proxy between; but nobody can come between either. */
    @ServerEndpoint("/intercepted")
    @Dependent
    @Traced
    public static class Intercepted {
        @Inject
        Greeter greeter;

        @OnOpen
        void open(Session session) {
            tell("open");
        }

        @OnMessage
        public String answer(String text) {
            return greeter.greet(text);
        }

        @OnClose
        @SuppressWarnings("UnusedMethod")
        private void close() {
            tell("close " + (greeter != null));
        }
    }

    @ServerEndpoint("/intercepted-shared")
    @ApplicationScoped
    @Traced
    public static class InterceptedShared {
        @Inject
        Greeter greeter;

        @OnOpen
        void open(Session session) {
            tell("open " + (greeter != null));
        }

        @OnMessage
        public String answer(String text) {
            return greeter.greet(text);
        }

        @OnClose
        protected void close() {
            tell("close");
        }
    }

    private static Beans intercepted(Class<?>... more) {
        Beans.EVENTS.clear();
        return Beans.of(
                initializer -> initializer.addBeanClasses(more).enableInterceptors(Tracer.class),
                Greeter.class,
                Tracer.class);
    }

    @Test
    void interceptorsRunAroundTheCallbacksOfADependentEndpoint() throws Exception {
        try (Beans beans = intercepted(Intercepted.class);
                Server server = beans.serve(Intercepted.class)) {
            try (WsPeer peer = connect(server, "/intercepted")) {
                assertThat(ask(peer, "you")).isEqualTo("hello you 1");
            }
            assertThat(eventsUpTo("close true"))
                    .containsExactly(
                            "before open", "open", "after open", "before answer", "after answer", "close true");
        }
    }

    @Test
    void interceptorsRunAroundTheCallbacksOfANormalScopedEndpointWhateverTheirAccess() throws Exception {
        try (Beans beans = intercepted(InterceptedShared.class);
                Server server = beans.serve(InterceptedShared.class)) {
            try (WsPeer peer = connect(server, "/intercepted-shared")) {
                assertThat(ask(peer, "you")).isEqualTo("hello you 1");
            }
            assertThat(eventsUpTo("after close"))
                    .containsExactly(
                            "before open",
                            "open true",
                            "after open",
                            "before answer",
                            "after answer",
                            "before close",
                            "close",
                            "after close");
        }
    }

    @ServerEndpoint("/private")
    @ApplicationScoped
    public static class PrivateCallback {
        @OnMessage
        @SuppressWarnings("UnusedMethod")
        private void take(String text) {
            tell(text);
        }
    }

    @Test
    void aPrivateCallbackBehindAProxyIsRefusedAtDeployment() {
        try (Beans beans = Beans.of(PrivateCallback.class)) {
            assertThatThrownBy(() -> beans.serve(PrivateCallback.class))
                    .isInstanceOf(DeploymentException.class)
                    .hasMessageContaining(PrivateCallback.class.getName() + ".take must not be private")
                    .hasMessageContaining("@ApplicationScoped");
        }
    }

    interface Answering {
        String answer(String text);
    }

    @ServerEndpoint("/decorated")
    @ApplicationScoped
    public static class Decorated implements Answering {
        @Override
        @OnMessage
        public String answer(String text) {
            return text;
        }
    }

    @Decorator
    public abstract static class Twice implements Answering {
        @Inject
        @Delegate
        Answering plain;

        @Override
        public String answer(String text) {
            return plain.answer(text) + plain.answer(text);
        }
    }

    @Test
    void decoratorsOfAnEndpointDecorateItsCallbacks() throws Exception {
        try (Beans beans = Beans.of(
                        initializer -> initializer.enableDecorators(Twice.class), Decorated.class, Twice.class);
                Server server = beans.serve(Decorated.class);
                WsPeer peer = connect(server, "/decorated")) {
            assertThat(ask(peer, "a")).isEqualTo("aa");
        }
    }

    @ServerEndpoint("/base")
    @Dependent
    public static class Base {
        @OnMessage
        public String answer(String text) {
            return "base " + text;
        }
    }

    @ServerEndpoint("/heir")
    @Dependent
    public static class Heir extends Base {
        @Override
        @OnMessage
        public String answer(String text) {
            return "heir " + text;
        }
    }

    @Specializes
    public static class Special extends Base {
        @Override
        @OnMessage
        public String answer(String text) {
            return "special " + text;
        }
    }

    @Test
    void anotherEndpointThatExtendsItDoesNotTakeItsPlace() throws Exception {
        try (Beans beans = Beans.of(Base.class, Heir.class);
                Server server = beans.serve(Base.class, Heir.class);
                WsPeer base = connect(server, "/base");
                WsPeer heir = connect(server, "/heir")) {
            assertThat(ask(base, "a")).isEqualTo("base a");
            assertThat(ask(heir, "a")).isEqualTo("heir a");
        }
    }

    @Test
    void aBeanThatSpecializesItDoes() throws Exception {
        try (Beans beans = Beans.of(Base.class, Special.class);
                Server server = beans.serve(Base.class);
                WsPeer base = connect(server, "/base")) {
            assertThat(ask(base, "a")).isEqualTo("special a");
        }
    }

    /** What its coders make of text. */
    public record Word(String text) {}

    public static class WordEncoder implements Encoder.Text<Word> {
        @Inject
        Greeter greeter;

        @Override
        public String encode(Word word) {
            return greeter.greet(word.text());
        }

        @Override
        public void destroy() {
            tell("encoder ends");
        }

        @PreDestroy
        void end() {
            tell("encoder destroyed");
        }
    }

    @Dependent
    public static class WordDecoder implements Decoder.Text<Word> {
        @Inject
        Greeter greeter;

        @Override
        public Word decode(String text) {
            return new Word(greeter.greet(text));
        }

        @Override
        public boolean willDecode(String text) {
            return true;
        }

        @PreDestroy
        void end() {
            tell("decoder destroyed");
        }
    }

    public static class WordConfigurator extends ServerEndpointConfig.Configurator {
        @Inject
        Greeter greeter;

        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            config.getUserProperties().put("greeting", greeter.greet("handshake"));
        }

        @PreDestroy
        void end() {
            tell("configurator destroyed");
        }
    }

    @ServerEndpoint(
            value = "/words",
            encoders = WordEncoder.class,
            decoders = WordDecoder.class,
            configurator = WordConfigurator.class)
    public static class Words {
        @OnMessage
        public Word answer(Word word, Session session) {
            return new Word(session.getUserProperties().get("greeting") + ", " + word.text());
        }
    }

    @Test
    void codersAndConfiguratorsAreInjectedAndDestroyed() throws Exception {
        try (Beans beans = Beans.of(Greeter.class, WordDecoder.class)) {
            try (Server server = beans.serve(Words.class);
                    WsPeer peer = connect(server, "/words")) {
                assertThat(ask(peer, "a")).isEqualTo("hello hello handshake 1, hello a 2 3");
                peer.shutdown();
                assertThat(eventsUpTo("decoder destroyed"))
                        .containsExactly("encoder ends", "encoder destroyed", "decoder destroyed");
            }
            assertThat(event()).isEqualTo("configurator destroyed");
        }
        assertThat(Beans.EVENTS).isEmpty();
    }

    public static class Programmatic extends Endpoint {
        @Inject
        Greeter greeter;

        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> {
                try {
                    session.getBasicRemote().sendText(greeter.greet(text));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }

        @PreDestroy
        void end() {
            tell("programmatic destroyed");
        }
    }

    public static class Choosing implements ServerApplicationConfig {
        @Inject
        Greeter greeter;

        @Override
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> found) {
            return Set.of(ServerEndpointConfig.Builder.create(
                            Programmatic.class, "/" + greeter.greet("all").replace(' ', '-'))
                    .build());
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> found) {
            return Set.of();
        }

        @PreDestroy
        void end() {
            tell("chosen");
        }
    }

    @Test
    void applicationConfigsAndProgrammaticEndpointsAreInjectedAndDestroyed() throws Exception {
        try (Beans beans = Beans.of(Greeter.class);
                Server server = Server.ofScanned(beans.cdi(), Choosing.class)) {
            assertThat(event()).isEqualTo("chosen");
            try (WsPeer peer = connect(server, "/hello-all-1")) {
                assertThat(ask(peer, "a")).isEqualTo("hello a 2");
            }
            assertThat(event()).isEqualTo("programmatic destroyed");
        }
        assertThat(Beans.EVENTS).isEmpty();
    }

    /** A programmatic endpoint without an error callback, of which there are proxies that have every method. */
    @ApplicationScoped
    public static class Failing extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            throw new IllegalStateException("on purpose");
        }
    }

    @Test
    void whatNobodyHandlesIsLoggedAlsoBehindAProxy() throws Exception {
        java.util.concurrent.BlockingQueue<LogRecord> logged = new java.util.concurrent.LinkedBlockingQueue<>();
        Logger logger = Logger.getLogger("dev.duplex.session.WebSocketSession");
        java.util.logging.Handler handler = new java.util.logging.Handler() {
            @Override
            public void publish(LogRecord found) {
                logged.add(found);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        try (Beans beans = Beans.of(Failing.class);
                Server server = Server.of(
                        beans.cdi(),
                        ServerEndpointConfig.Builder.create(Failing.class, "/failing")
                                .build());
                WsPeer peer = connect(server, "/failing")) {
            assertThat(peer.readMessage(Beans.LIMIT)).isNull();
            LogRecord found = logged.poll(20, java.util.concurrent.TimeUnit.SECONDS);
            assertThat(found).isNotNull();
            assertThat(found.getThrown()).hasMessage("on purpose");
        } finally {
            logger.removeHandler(handler);
        }
    }

    @Dependent
    public static class BadEncoder implements Encoder.Text<Word> {
        @Override
        public void init(EndpointConfig config) {
            throw new IllegalStateException("on purpose");
        }

        @Override
        public String encode(Word word) {
            return word.text();
        }

        @PreDestroy
        void end() {
            tell("bad encoder destroyed");
        }
    }

    @ServerEndpoint(
            value = "/bad",
            decoders = WordDecoder.class,
            encoders = {WordEncoder.class, BadEncoder.class})
    public static class Bad extends Own {}

    @Test
    void whatWasMadeForAHandshakeThatFailsIsDestroyedOnce() throws Exception {
        try (Beans beans = Beans.of(Greeter.class, Helper.class, BadEncoder.class)) {
            try (Server server = beans.serve(Bad.class)) {
                assertThatThrownBy(() -> connect(server, "/bad"))
                        .isInstanceOf(HandshakeException.class)
                        .hasMessageContaining("500");
            }
            assertThat(Beans.EVENTS)
                    .containsExactly(
                            "own made with true",
                            "bad encoder destroyed",
                            "encoder ends",
                            "encoder destroyed",
                            "own destroyed",
                            "helper destroyed");
        }
    }

    @ServerEndpoint("/half")
    public static class Half {
        @Inject
        Helper helper;

        @PostConstruct
        void begin() {
            throw new IllegalStateException("on purpose");
        }

        @PreDestroy
        void end() {
            tell("half destroyed");
        }
    }

    @Test
    void whatAnEndpointThatCannotBeMadeDependsOnIsDestroyed() throws Exception {
        try (Beans beans = Beans.of(Helper.class);
                Server server = beans.serve(Half.class)) {
            assertThatThrownBy(() -> connect(server, "/half")).isInstanceOf(HandshakeException.class);
            assertThat(Beans.EVENTS).containsExactly("helper destroyed");
        }
    }

    /** Asks for an instance, and then has none. */
    public static class Losing extends ServerEndpointConfig.Configurator {
        @Override
        public <T> T getEndpointInstance(Class<T> type) throws InstantiationException {
            super.getEndpointInstance(type);
            throw new InstantiationException("on purpose");
        }
    }

    @ServerEndpoint(value = "/lost", configurator = Losing.class)
    public static class Lost extends Own {}

    @Test
    void whatAConfiguratorAskedForAndLostIsDestroyed() throws Exception {
        try (Beans beans = Beans.of(Greeter.class, Helper.class);
                Server server = beans.serve(Lost.class)) {
            assertThatThrownBy(() -> connect(server, "/lost")).isInstanceOf(HandshakeException.class);
            assertThat(Beans.EVENTS).containsExactly("own made with true", "own destroyed", "helper destroyed");
        }
    }

    /** Puts another instance before the one that it asked for. */
    public static class Wrapping extends ServerEndpointConfig.Configurator {
        @Override
        @SuppressWarnings("unchecked")
        public <T> T getEndpointInstance(Class<T> type) throws InstantiationException {
            T asked = super.getEndpointInstance(type);
            assertThat(asked).isNotNull();
            return (T) new Wrapped();
        }
    }

    @ServerEndpoint(value = "/wrapped", configurator = Wrapping.class)
    public static class Wrapped extends Own {}

    @Test
    void whatAConfiguratorAskedForLivesAsLongAsTheSession() throws Exception {
        try (Beans beans = Beans.of(Greeter.class, Helper.class);
                Server server = beans.serve(Wrapped.class)) {
            try (WsPeer peer = connect(server, "/wrapped")) {
                assertThat(ask(peer, "a")).isEqualTo("a1");
            }
            assertThat(eventsUpTo("helper destroyed"))
                    .containsExactly("own made with true", "own closed", "own destroyed", "helper destroyed");
        }
    }

    @ServerEndpoint("/unsatisfied")
    public static class Unsatisfied {
        @Inject
        Runnable nothing;
    }

    @Test
    void whatCannotBeInjectedIsRefusedAtDeployment() {
        try (Beans beans = Beans.of(Greeter.class)) {
            assertThatThrownBy(() -> beans.serve(Unsatisfied.class))
                    .isInstanceOf(DeploymentException.class)
                    .hasMessageContaining(Unsatisfied.class.getName() + " cannot be injected: ")
                    .hasMessageContaining("Runnable");
        }
    }

    @ServerEndpoint("/arguments")
    public static class Arguments {
        public Arguments(String text) {}
    }

    @Test
    void whatHasNoConstructorToInjectIsRefusedAtDeployment() {
        try (Beans beans = Beans.of(Greeter.class)) {
            assertThatThrownBy(() -> beans.serve(Arguments.class))
                    .isInstanceOf(DeploymentException.class)
                    .hasMessageContaining(Arguments.class.getName()
                            + " must have a constructor without arguments or one with @Inject");
        }
    }

    @ServerEndpoint("/echo")
    public static class Echo {
        @OnMessage
        public String answer(String text) {
            return text;
        }
    }

    public static class ClientConfigurator extends ClientEndpointConfig.Configurator {
        @Inject
        Greeter greeter;

        @Override
        public void beforeRequest(Map<String, List<String>> headers) {
            tell(greeter.greet("configurator"));
        }

        @PreDestroy
        void end() {
            tell("client configurator destroyed");
        }
    }

    @ClientEndpoint(configurator = ClientConfigurator.class)
    public static class Client {
        @Inject
        Greeter greeter;

        @OnOpen
        public void open(Session session) throws IOException {
            session.getBasicRemote().sendText(greeter.greet("server"));
        }

        @OnMessage
        public void message(String text) {
            tell(text);
        }

        @OnError
        public void error(Throwable failure) {
            tell("failed: " + failure);
        }

        @OnClose
        public void close(CloseReason reason) {
            tell("client closed");
        }

        @PreDestroy
        void end() {
            tell("client destroyed");
        }
    }

    @Test
    void clientsOfAProgramWithCdiAreInjectedAndDestroyed() throws Exception {
        try (Beans beans = Beans.of(Greeter.class);
                Server server = beans.serve(Echo.class)) {
            Session session =
                    ContainerProvider.getWebSocketContainer().connectToServer(Client.class, server.uri("/echo"));
            assertThat(List.of(event(), event())).containsExactly("hello configurator 1", "hello server 2");
            session.close();
            assertThat(List.of(event(), event(), event()))
                    .containsExactlyInAnyOrder("client closed", "client configurator destroyed", "client destroyed");
        }
        assertThat(Beans.EVENTS).isEmpty();
    }

    @Test
    void whatWasMadeForAClientThatDoesNotConnectIsDestroyedOnce() throws Exception {
        try (Beans beans = Beans.of(Greeter.class);
                Server server = beans.serve(Echo.class)) {
            assertThatThrownBy(() -> ContainerProvider.getWebSocketContainer()
                            .connectToServer(Client.class, server.uri("/nowhere")))
                    .isInstanceOf(DeploymentException.class);
            assertThat(Beans.EVENTS)
                    .containsExactlyInAnyOrder(
                            "hello configurator 1", "client configurator destroyed", "client destroyed");
        }
    }
}
