package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cdi.Closed;
import dev.duplex.cdi.Opened;
import dev.duplex.cdi.SessionContextController;
import dev.duplex.cdi.SessionsOf;
import dev.duplex.cdi.WebSocketSessionScoped;
import dev.duplex.peer.Message;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.context.Destroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.inject.Inject;
import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Weld in each container injects as it does in the embedded server. */
@Timeout(120)
final class CdiTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** What beans tell of their lives, in order: they are made by their classes and have nowhere else to tell it. */
    private static final BlockingQueue<String> EVENTS = new LinkedBlockingQueue<>();

    @TempDir
    private Path folder;

    @BeforeEach
    void forget() {
        EVENTS.clear();
        Presence.telling = false;
    }

    private static void tell(String event) {
        EVENTS.add(event);
    }

    /** What is told up to and with this. */
    private static List<String> eventsUpTo(String last) throws InterruptedException {
        List<String> events = new ArrayList<>();
        do {
            String event = EVENTS.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(event).as("an event behind %s", events).isNotNull();
            events.add(event);
        } while (!events.getLast().equals(last));
        return events;
    }

    /** An application that Weld starts with, as it does by itself from WEB-INF/lib. */
    private WebApplication injected(Class<?>... scanned) throws IOException {
        return WebApplication.of(scanned).after(weld().initializer());
    }

    private WeldStart weld() throws IOException {
        return WeldStart.of(
                folder, Greeter.class, PerCall.class, Basket.class, Shared.class, Own.class, Presence.class);
    }

    private static WsPeer connect(Host.Running running, String path) throws Exception {
        return WebSockets.connect(running.uri(path));
    }

    private static String ask(WsPeer peer, String text) throws Exception {
        peer.write(text);
        return read(peer);
    }

    private static String read(WsPeer peer) throws Exception {
        Message message = peer.readMessage(LIMIT);
        return Objects.requireNonNull(message, "a message, not the end").text();
    }

    /** What is injected. */
    @ApplicationScoped
    public static class Greeter {
        private final AtomicInteger greeted = new AtomicInteger();

        public String greet(String name) {
            return "hello " + name + " " + greeted.incrementAndGet();
        }

        @PreDestroy
        void end() {
            tell("greeter destroyed");
        }
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
    }

    /** One for each session. */
    @WebSocketSessionScoped
    public static class Basket {
        private final List<String> items = new ArrayList<>();

        @Inject
        Session session;

        public String add(String item) {
            items.add(item);
            return String.join("+", items) + " " + session.isOpen();
        }

        @PreDestroy
        void end() {
            tell("basket with " + items + " destroyed");
        }
    }

    @ServerEndpoint("/shared")
    @ApplicationScoped
    public static class Shared {
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
        }

        @PostConstruct
        void begin() {
            tell("shared made");
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

    @ServerEndpoint("/own")
    @Dependent
    public static class Own {
        private static final AtomicInteger MADE = new AtomicInteger();

        @Inject
        Greeter greeter;

        private int number;

        @PostConstruct
        void begin() {
            number = MADE.incrementAndGet();
        }

        @OnMessage
        public String answer(String text) {
            return greeter.greet(text) + " from " + number;
        }

        @OnClose
        public void close() {
            tell(greeter.greet("close") + " of " + number);
        }

        @PreDestroy
        void end() {
            tell("own " + number + " destroyed");
        }
    }

    @ParameterizedTest
    @EnumSource
    void endpointsAreInjectedByFieldMethodAndConstructorAndHaveTheirScopes(Host host) throws Exception {
        Own.MADE.set(0);
        try (Host.Running running = host.start(injected(Shared.class, Own.class).at("/app"))) {
            try (WsPeer one = connect(running, "/shared");
                    WsPeer two = connect(running, "/shared")) {
                assertThat(ask(one, "a")).isEqualTo("hello a 1, hello a 2, hello a 3");
                assertThat(ask(two, "b")).isEqualTo("hello b 4, hello b 5, hello b 6");
            }
            try (WsPeer one = connect(running, "/own");
                    WsPeer two = connect(running, "/own")) {
                assertThat(ask(one, "a")).isEqualTo("hello a 7 from 1");
                assertThat(ask(two, "b")).isEqualTo("hello b 8 from 2");
                assertThat(one.shutdown(1000, "", LIMIT)).isTrue();
                assertThat(eventsUpTo("own 1 destroyed"))
                        .containsExactly("shared made", "hello close 9 of 1", "own 1 destroyed");
            }
            eventsUpTo("own 2 destroyed");
        }
        assertThat(EVENTS).containsExactly("greeter destroyed");
    }

    /** Sees sessions come and go. */
    @ApplicationScoped
    public static class Presence {
        /** Whether it tells of them: it is there in every application. */
        private static volatile boolean telling;

        @Inject
        @SessionsOf(Shop.class)
        Set<Session> customers;

        public int customers() {
            return customers.size();
        }

        private static void see(String event) {
            if (telling) {
                tell(event);
            }
        }

        void scoped(@Observes @Initialized(WebSocketSessionScoped.class) Session session) {
            see("scope begins");
        }

        void come(@Observes @Opened Session session) {
            see("opened");
        }

        void go(@Observes @Closed Session session) {
            see("closed");
        }

        void ending(@Observes @BeforeDestroyed(WebSocketSessionScoped.class) Session session) {
            see("scope ends");
        }

        void ended(@Observes @Destroyed(WebSocketSessionScoped.class) Session session) {
            see("scope over");
        }
    }

    @ServerEndpoint(value = "/shop", configurator = Handshakes.class)
    public static class Shop {
        @Inject
        Basket basket;

        @Inject
        PerCall call;

        @Inject
        Session current;

        @Inject
        Presence presence;

        @Inject
        SessionContextController contexts;

        @OnOpen
        public void open(Session session) {
            tell("open " + current.equals(session));
        }

        @OnMessage
        public String order(String item, Session session) throws Exception {
            int before = call.number();
            if (item.equals("elsewhere")) {
                CompletableFuture<String> added = new CompletableFuture<>();
                Thread.ofVirtual()
                        .start(() -> contexts.run(session, () -> added.complete(basket.add("thread" + call.number()))));
                return added.get(LIMIT.toSeconds(), TimeUnit.SECONDS).replace("thread" + before, "same call");
            }
            return basket.add(item) + " call " + call.number() + " of " + before + ", customers "
                    + presence.customers() + ", current "
                    + CDI.current().select(Presence.class).get().customers();
        }

        @OnClose
        public void close() {
            tell("close " + basket.add("end"));
        }
    }

    public static class Handshakes extends ServerEndpointConfig.Configurator {
        @Inject
        PerCall call;

        @Inject
        Greeter greeter;

        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            tell(greeter.greet("handshake") + " in call " + call.number());
        }
    }

    @ParameterizedTest
    @EnumSource
    void scopesAndEventsAreThoseOfTheSession(Host host) throws Exception {
        PerCall.MADE.set(0);
        Presence.telling = true;
        try (Host.Running running = host.start(injected(Shop.class))) {
            try (WsPeer one = connect(running, "/shop")) {
                assertThat(ask(one, "a")).isEqualTo("a true call 2 of 2, customers 1, current 1");
                try (WsPeer two = connect(running, "/shop")) {
                    assertThat(ask(two, "b")).isEqualTo("b true call 4 of 4, customers 2, current 2");
                }
                eventsUpTo("scope over");
                assertThat(ask(one, "c")).isEqualTo("a+c true call 5 of 5, customers 1, current 1");
                assertThat(ask(one, "elsewhere")).isEqualTo("a+c+thread7 true");
                assertThat(EVENTS).isEmpty();
                assertThat(one.shutdown(1000, "", LIMIT)).isTrue();
            }
            assertThat(eventsUpTo("scope over"))
                    .containsExactly(
                            "close a+c+thread7+end false",
                            "closed",
                            "scope ends",
                            "basket with [a, c, thread7, end] destroyed",
                            "scope over");
            try (WsPeer three = connect(running, "/shop")) {
                assertThat(ask(three, "d")).startsWith("d true");
                assertThat(eventsUpTo("open true"))
                        .containsExactly("hello handshake 3 in call 8", "scope begins", "opened", "open true");
            }
            eventsUpTo("scope over");
        }
    }

    public static final class Word {
        final String text;

        Word(String text) {
            this.text = text;
        }
    }

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

    public static class WordEncoder implements Encoder.Text<Word> {
        @Inject
        Greeter greeter;

        @Override
        public String encode(Word word) {
            return word.text + ", " + greeter.greet("encoder");
        }
    }

    @ServerEndpoint(value = "/words", decoders = WordDecoder.class, encoders = WordEncoder.class)
    public static class Words {
        @OnMessage
        public Word answer(Word word) {
            return word;
        }
    }

    public static class Programmatic extends Endpoint {
        @Inject
        Greeter greeter;

        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(String.class, new MessageHandler.Whole<>() {
                @Override
                public void onMessage(String text) {
                    session.getAsyncRemote()
                            .sendText(
                                    greeter.greet(text),
                                    result -> assertThat(result.isOK()).isTrue());
                }
            });
        }
    }

    public static class Choosing implements ServerApplicationConfig {
        @Inject
        Greeter greeter;

        @Override
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> scanned) {
            return Set.of(ServerEndpointConfig.Builder.create(
                            Programmatic.class, "/" + greeter.greet("config").replace(' ', '-'))
                    .build());
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
            return scanned;
        }
    }

    @ClientEndpoint
    public static class Client {
        @Inject
        Greeter greeter;

        @OnOpen
        public void open(Session session) throws IOException {
            session.getBasicRemote().sendText(greeter.greet("client"));
        }

        @OnMessage
        public void message(String text) {
            tell(text);
        }
    }

    /** Has a client that it connects with another endpoint. */
    @ServerEndpoint("/calling")
    public static class Calling {
        @OnMessage
        public void call(String uri) throws Exception {
            ContainerProvider.getWebSocketContainer().connectToServer(Client.class, java.net.URI.create(uri));
        }
    }

    @ParameterizedTest
    @EnumSource
    void codersConfigsProgrammaticEndpointsAndClientsAreInjected(Host host) throws Exception {
        try (Host.Running running =
                host.start(injected(Words.class, Programmatic.class, Choosing.class, Calling.class, Own.class))) {
            try (WsPeer peer = connect(running, "/hello-config-1")) {
                assertThat(ask(peer, "a")).isEqualTo("hello a 2");
            }
            try (WsPeer peer = connect(running, "/words")) {
                assertThat(ask(peer, "b")).isEqualTo("hello b 3, hello encoder 4");
            }
            assertThat(eventsUpTo("decoder destroyed")).hasSize(1);
            try (WsPeer peer = connect(running, "/calling")) {
                peer.write(running.uri("/words").toString());
                assertThat(eventsUpTo("hello hello client 5 6, hello encoder 7"))
                        .hasSize(1);
            }
        }
    }

    /** Asks its bean for an answer to the end. */
    @ServerEndpoint("/last")
    public static class Last {
        @Inject
        Greeter greeter;

        @OnMessage
        public String answer(String text) {
            return greeter.greet(text);
        }

        @OnClose
        public void close() {
            tell(greeter.greet("close"));
        }

        @PreDestroy
        void end() {
            tell(greeter.greet("end"));
        }
    }

    private static @Nullable Message next(WsPeer peer) {
        try {
            return peer.readMessage(LIMIT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @EnumSource
    void sessionsOfAnApplicationThatIsUndeployedEndBeforeItsBeansHoweverWeldCameIntoIt(Host host) throws Exception {
        WeldStart weld = weld();
        // The order of initializers is nobody's to say
        endsBeforeItsBeans(host, WebApplication.of(Last.class).before(weld.initializer()));
        endsBeforeItsBeans(host, WebApplication.of(Last.class).after(weld.initializer()));
        endsBeforeItsBeans(host, WebApplication.of(Last.class).before(weld.listening()));
    }

    private static void endsBeforeItsBeans(Host host, WebApplication application) throws Exception {
        try (Host.Running running = host.start(application);
                WsPeer peer = connect(running, "/last")) {
            assertThat(ask(peer, "a")).isEqualTo("hello a 1");
            CompletableFuture<@Nullable Message> end = CompletableFuture.supplyAsync(() -> next(peer));
            running.undeploy();
            assertThat(end.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isNull();
            assertThat(eventsUpTo("greeter destroyed"))
                    .containsExactly("hello close 2", "hello end 3", "greeter destroyed");
        }
    }
}
