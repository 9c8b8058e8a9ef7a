package dev.duplex.tck.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.se.DuplexServer;
import jakarta.servlet.ServletContext;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.aop.MethodBeforeAdvice;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.core.env.MapPropertySource;
import org.springframework.web.context.ContextLoader;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.socket.server.standard.ServerEndpointExporter;
import org.springframework.web.socket.server.standard.ServerEndpointRegistration;
import org.springframework.web.socket.server.standard.SpringConfigurator;

/** Endpoints that Spring deploys, and whose instances are Spring's, are served by Duplex. */
@Timeout(60)
final class SpringServerTest {
    @Test
    void anEndpointIsABeanWithWhatIsInjected() throws Exception {
        try (AnnotationConfigApplicationContext context = started(Greetings.class, Greeter.class)) {
            assertThat(Asking.ask(context.getBean(DuplexServer.class).uri("/greet/Ann"), "Hello"))
                    .isEqualTo("Hello, Ann!");
        }
    }

    @Test
    void aSingletonServesEveryConnection() throws Exception {
        try (AnnotationConfigApplicationContext context = started(CountingSingleton.class);
                Client first = new Client(context, "/singleton");
                Client second = new Client(context, "/singleton")) {
            assertThat(first.answerTo("")).isEqualTo("1");
            assertThat(second.answerTo("")).isEqualTo("2");
            assertThat(first.answerTo("")).isEqualTo("3");
        }
    }

    @Test
    void aPrototypeServesOneConnection() throws Exception {
        try (AnnotationConfigApplicationContext context = started(CountingPrototype.class);
                Client first = new Client(context, "/prototype");
                Client second = new Client(context, "/prototype")) {
            assertThat(first.answerTo("")).isEqualTo("1");
            assertThat(second.answerTo("")).isEqualTo("1");
            assertThat(first.answerTo("")).isEqualTo("2");
        }
    }

    /** Spring gives the exporter the proxy's class, and the annotation is not inherited: Jakarta WebSocket §4.8. */
    @Test
    void aBeanThatIsAProxyOfItsClassFailsTheContextByItsName() {
        assertThatThrownBy(() -> started(Advised.class))
                .isInstanceOf(IllegalStateException.class)
                .cause()
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining(CountingSingleton.class.getName() + "$$")
                .hasMessageContaining("must be annotated with @ServerEndpoint itself");
    }

    @Test
    void aConfiguratorMayGiveAProxyOfTheClass() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        Object proxy = proxy(calls);
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(CountingSingleton.class, "/singleton")
                .configurator(new ServerEndpointConfig.Configurator() {
                    @Override
                    public <T> T getEndpointInstance(Class<T> type) {
                        return type.cast(proxy);
                    }
                })
                .build();
        try (DuplexServer server =
                        DuplexServer.builder().port(0).endpoint(config).start();
                Client client = new Client(server, "/singleton")) {
            assertThat(client.answerTo("")).isEqualTo("1");
            assertThat(client.answerTo("")).isEqualTo("2");
            assertThat(calls).hasValue(2);
        }
    }

    @Test
    void anEndpointThatIsNoBeanIsMadeForEachConnection() throws Exception {
        try (AnnotationConfigApplicationContext context = refreshed(Greetings.class, PerConnectionConfiguration.class);
                Client client = new Client(context, "/greet/Bob")) {
            assertThat(client.answerTo("Good day")).isEqualTo("Good day, Bob!");
            assertThat(context.getBeansOfType(Greeter.class)).isEmpty();
        }
    }

    @Test
    void registrationsOfProgrammaticEndpointsAreDeployed() throws Exception {
        try (AnnotationConfigApplicationContext context = started(Greetings.class, Registrations.class);
                Client shared = new Client(context, "/shared", "soup");
                Client own = new Client(context, "/own")) {
            assertThat(shared.session.getNegotiatedSubprotocol()).isEqualTo("soup");
            assertThat(shared.answerTo("Hello")).isEqualTo("Hello, shared!");
            assertThat(own.answerTo("Hello")).isEqualTo("Hello, own!");
        }
    }

    @Test
    void classesGivenToTheExporterAreDeployed() throws Exception {
        try (DuplexServer server = DuplexServer.builder().port(0).start();
                AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.registerBean(ServerEndpointExporter.class, () -> {
                ServerEndpointExporter exporter = new ServerEndpointExporter();
                exporter.setAnnotatedEndpointClasses(Listed.class);
                exporter.setServerContainer(server.container());
                return exporter;
            });
            context.refresh();
            try (Client client = new Client(server, "/listed")) {
                assertThat(client.answerTo("hello")).isEqualTo("hello");
            }
        }
    }

    @Test
    void twoEndpointsAtOnePathFailTheContextByTheirNames() {
        assertThatThrownBy(() -> started(CountingSingleton.class, Rival.class))
                .isInstanceOf(IllegalStateException.class)
                .cause()
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining(CountingSingleton.class.getName())
                .hasMessageContaining(Rival.class.getName());
    }

    @Test
    void closeCallbacksOfAClosingContextStillHaveTheirBeans() throws Exception {
        Parting.said.clear();
        AnnotationConfigApplicationContext context = started(Greetings.class, Parting.class);
        try (Client client = new Client(context, "/parting")) {
            assertThat(client.answerTo("hello")).isEqualTo("hello");
            context.close();
            assertThat(client.closed.poll(20, TimeUnit.SECONDS))
                    .extracting(CloseReason::getCloseCode)
                    .isEqualTo(CloseCodes.GOING_AWAY);
            assertThat(Parting.said.poll(20, TimeUnit.SECONDS))
                    .isEqualTo("Farewell, CLOSED_ABNORMALLY!"); // §2.1.5: the container closed
        } finally {
            context.close();
        }
    }

    @Test
    void theServerEndsBeforeWhatTheEndpointsOfItsConfigurationWereGiven() throws Exception {
        Parting.said.clear();
        AnnotationConfigApplicationContext context =
                refreshed(PerConnectionConfiguration.class, PartingConfiguration.class, Greetings.class);
        try (Client client = new Client(context, "/parting")) {
            assertThat(client.answerTo("hello")).isEqualTo("hello");
            context.close();
            assertThat(Parting.said.poll(20, TimeUnit.SECONDS)).isEqualTo("Farewell, CLOSED_ABNORMALLY!");
        } finally {
            context.close();
        }
    }

    /** It needs a ServletContext, which is all that is pretended here. */
    @Test
    void springsOwnConfiguratorFindsItsBean() throws Exception {
        Map<String, Object> attributes = new HashMap<>();
        ServletContext servlets = (ServletContext) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ServletContext.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
                    case "getAttribute" -> attributes.get((String) arguments[0]);
                    case "getInitParameterNames", "getAttributeNames" -> Collections.emptyEnumeration();
                    default -> null;
                });
        try (DuplexServer server = DuplexServer.builder().port(0).start();
                AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext()) {
            // Where a Servlet container has it, and where the exporter looks when it is given none
            attributes.put(ServerContainer.class.getName(), server.container());
            context.register(Greetings.class, OwnConfigurator.class, ServerEndpointExporter.class);
            ContextLoader loader = new ContextLoader(context);
            loader.initWebApplicationContext(servlets);
            try (Client client = new Client(server, "/own-configurator")) {
                assertThat(client.answerTo("Hello")).isEqualTo("Hello, own configurator!");
            } finally {
                loader.closeWebApplicationContext(servlets);
            }
        }
    }

    @ServerEndpoint(value = "/singleton", configurator = BeanConfigurator.class)
    static class CountingSingleton {
        private final AtomicInteger messages = new AtomicInteger();

        @OnMessage
        public String count(String any) {
            return String.valueOf(messages.incrementAndGet());
        }
    }

    @Scope(BeanDefinition.SCOPE_PROTOTYPE)
    @ServerEndpoint(value = "/prototype", configurator = BeanConfigurator.class)
    static class CountingPrototype {
        private int messages;

        @OnMessage
        String count(String any) {
            messages++;
            return String.valueOf(messages);
        }
    }

    @ServerEndpoint("/singleton")
    static class Rival {}

    @ServerEndpoint("/listed")
    static class Listed {
        @OnMessage
        String echo(String text) {
            return text;
        }
    }

    @Configuration
    static class Advised {
        @Bean
        Object counting() {
            return proxy(new AtomicInteger());
        }
    }

    @Configuration
    static class Registrations {
        @Bean
        ServerEndpointRegistration shared(Greetings greetings) {
            ServerEndpointRegistration registration =
                    new ServerEndpointRegistration("/shared", new Programmatic(greetings, "shared"));
            registration.setSubprotocols(List.of("soup"));
            return registration;
        }

        @Bean
        ServerEndpointRegistration own() {
            return new ServerEndpointRegistration("/own", Own.class);
        }
    }

    static class Programmatic extends Endpoint {
        private final Greetings greetings;
        private final String name;

        Programmatic(Greetings greetings, String name) {
            this.greetings = greetings;
            this.name = name;
        }

        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> {
                try {
                    session.getBasicRemote().sendText(greetings.of(text, name));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    /** Made by the context for each connection. */
    static class Own extends Programmatic {
        Own(Greetings greetings) {
            super(greetings, "own");
        }
    }

    @ServerEndpoint(value = "/parting", configurator = BeanConfigurator.class)
    static class Parting {
        static final BlockingQueue<String> said = new LinkedBlockingQueue<>();

        private final Greetings greetings;

        Parting(Greetings greetings) {
            this.greetings = greetings;
        }

        @OnMessage
        String echo(String text) {
            return text;
        }

        @OnClose
        void close(CloseReason reason) {
            said.add(greetings.of("Farewell", reason.getCloseCode().toString()));
        }
    }

    @Configuration
    static class PartingConfiguration {
        @Bean
        ServerEndpointConfig parting(Greetings greetings) {
            return ServerEndpointConfig.Builder.create(Parting.class, "/parting")
                    .configurator(new ServerEndpointConfig.Configurator() {
                        @Override
                        public <T> T getEndpointInstance(Class<T> type) {
                            return type.cast(new Parting(greetings));
                        }
                    })
                    .build();
        }
    }

    @ServerEndpoint(value = "/own-configurator", configurator = SpringConfigurator.class)
    static class OwnConfigurator {
        private final Greetings greetings;

        OwnConfigurator(Greetings greetings) {
            this.greetings = greetings;
        }

        @OnMessage
        String greet(String greeting) {
            return greetings.of(greeting, "own configurator");
        }
    }

    /** A proxy such as Spring makes of a class, which counts its calls. */
    private static Object proxy(AtomicInteger calls) {
        ProxyFactory proxy = new ProxyFactory(new CountingSingleton());
        proxy.setProxyTargetClass(true);
        proxy.addAdvice((MethodBeforeAdvice) (method, arguments, target) -> calls.incrementAndGet());
        return proxy.getProxy();
    }

    /** The application of the document with these beans. */
    private static AnnotationConfigApplicationContext started(Class<?>... beans) {
        List<Class<?>> all = new ArrayList<>(List.of(WebSocketConfiguration.class, BeanConfigurator.class));
        all.addAll(List.of(beans));
        return refreshed(all.toArray(Class<?>[]::new));
    }

    /** A context of these beans, on a free port. */
    private static AnnotationConfigApplicationContext refreshed(Class<?>... beans) {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("test", Map.of("websocket.port", 0)));
        context.register(beans);
        context.refresh();
        return context;
    }

    /** A connection on the standard API. */
    private static final class Client extends Endpoint implements AutoCloseable {
        private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        private final BlockingQueue<CloseReason> closed = new LinkedBlockingQueue<>();
        private final Session session;

        Client(AnnotationConfigApplicationContext context, String path, String... subprotocols) throws Exception {
            this(context.getBean(DuplexServer.class), path, subprotocols);
        }

        Client(DuplexServer server, String path, String... subprotocols) throws Exception {
            session = ContainerProvider.getWebSocketContainer()
                    .connectToServer(
                            this,
                            ClientEndpointConfig.Builder.create()
                                    .preferredSubprotocols(List.of(subprotocols))
                                    .build(),
                            server.uri(path));
        }

        String answerTo(String text) throws IOException, InterruptedException {
            session.getBasicRemote().sendText(text);
            String answer = texts.poll(20, TimeUnit.SECONDS);
            assertThat(answer).as("an answer within 20 s").isNotNull();
            return answer;
        }

        @Override
        public void onOpen(Session opened, EndpointConfig config) {
            opened.addMessageHandler(String.class, (MessageHandler.Whole<String>) texts::add);
        }

        @Override
        public void onClose(Session ended, CloseReason reason) {
            closed.add(reason);
        }

        @Override
        public void close() throws IOException {
            session.close();
        }
    }
}
