package dev.duplex.tck.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.websocket.EndpointConfig;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who makes the instances of endpoints and of configurators: chapters 3.1, 3.1.6 and 3.1.7. */
@SuppressWarnings("try") // some connections are only there to be open
class EndpointInstanceTest {
    public static final class Singleton extends Recording {
        static final List<Class<?>> ASKED_FOR = new CopyOnWriteArrayList<>();
        static final Shared INSTANCE = new Shared();

        @Override
        public <T> T getEndpointInstance(Class<T> type) {
            ASKED_FOR.add(type);
            return type.cast(INSTANCE);
        }
    }

    @ServerEndpoint(value = "/shared", configurator = Singleton.class)
    public static class Shared {
        private final AtomicInteger messages = new AtomicInteger();

        @OnMessage
        public int count(String text) {
            return messages.incrementAndGet();
        }
    }

    @Test
    void theConfiguratorIsAskedForAnInstanceAtEachConnection() throws Exception {
        try (Deployed server = Deployed.of(Shared.class);
                Caller one = server.call("/shared");
                Caller two = server.call("/shared");
                Caller three = server.call("/shared")) {
            assertThat(one.ask("first")).isEqualTo("1");
            assertThat(two.ask("second")).isEqualTo("2");
            assertThat(three.ask("third")).isEqualTo("3");
            assertThat(Singleton.ASKED_FOR).containsExactly(Shared.class, Shared.class, Shared.class);
        }
    }

    @ServerEndpoint(value = "/own", configurator = Recording.class)
    public static class Own {
        private int messages;

        @OnOpen
        public void open(Session session) {
            Events.of(session).add(this);
        }

        @OnMessage
        public int count(String text) {
            return ++messages;
        }
    }

    @Test
    void byDefaultEachConnectionHasAnInstanceOfItsOwn() throws Exception {
        try (Deployed server = Deployed.of(Own.class);
                Caller one = server.call("/own");
                Caller two = server.call("/own")) {
            assertThat(one.ask("a")).isEqualTo("1");
            assertThat(two.ask("b")).isEqualTo("1");
            assertThat(one.ask("c")).isEqualTo("2");
            assertThat(server.events().next(Own.class))
                    .isNotSameAs(server.events().next(Own.class));
        }
    }

    public static final class Stateful extends Recording {
        private static final AtomicInteger MADE = new AtomicInteger();

        final int number = MADE.incrementAndGet();
        final AtomicInteger connections = new AtomicInteger();
    }

    @ServerEndpoint(value = "/state-a", configurator = Stateful.class)
    public static class StateA {
        @OnOpen
        public void open(Session session, EndpointConfig config) {
            tell(session, config);
        }
    }

    @ServerEndpoint(value = "/state-b", configurator = Stateful.class)
    public static class StateB {
        @OnOpen
        public void open(Session session, EndpointConfig config) {
            tell(session, config);
        }
    }

    private static void tell(Session session, EndpointConfig config) {
        Stateful configurator = (Stateful) ((ServerEndpointConfig) config).getConfigurator();
        Events.of(session).add(configurator.number);
        Events.of(session).add(configurator.connections.incrementAndGet());
    }

    @Test
    void allConnectionsOfAnEndpointShareOneConfigurator() throws Exception {
        try (Deployed server = Deployed.of(StateA.class, StateB.class);
                Caller one = server.call("/state-a")) {
            int number = server.events().next(Integer.class);
            server.events().expect(1);
            try (Caller two = server.call("/state-a")) {
                server.events().expect(number, 2);
            }
        }
    }

    @Test
    void eachLogicalEndpointHasAConfiguratorOfItsOwn() throws Exception {
        try (Deployed server = Deployed.of(StateA.class, StateB.class);
                Caller one = server.call("/state-a")) {
            int ofA = server.events().next(Integer.class);
            server.events().expect(1);
            try (Caller two = server.call("/state-b")) {
                assertThat(server.events().next(Integer.class)).isNotEqualTo(ofA);
                server.events().expect(1);
            }
        }
    }

    @Test
    void theDefaultConfiguratorOfThePlatformMakesInstances() throws Exception {
        ServerEndpointConfig.Configurator platform = new Recording().getContainerDefaultConfigurator();
        Own one = platform.getEndpointInstance(Own.class);
        assertThat(one).isNotSameAs(platform.getEndpointInstance(Own.class));
    }
}
