package dev.duplex.tck.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Inject;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import org.junit.jupiter.api.Test;

/** What CDI injects: chapter 7.1.1. */
class InjectionTest {
    @ApplicationScoped
    @ServerEndpoint("/injected")
    public static class Injected {
        @Inject
        BeanManager byField;

        private BeanManager byMethod;
        private final BeanManager byConstructor;

        Injected() {
            this(null); // for proxies
        }

        @Inject
        public Injected(BeanManager byConstructor) {
            this.byConstructor = byConstructor;
        }

        @Inject
        public void manager(BeanManager manager) {
            this.byMethod = manager;
        }

        @OnMessage
        public String answer(String text) {
            return text + (byField != null) + (byMethod != null) + (byConstructor != null);
        }
    }

    @ServerEndpoint("/plain")
    public static class Plain {
        @Inject
        BeanManager manager;

        @OnMessage
        public String answer(String text) {
            return text + (manager != null);
        }
    }

    private static Deployed serving(Class<?> endpoint) throws Exception {
        return Deployed.with(builder -> builder.endpoint(endpoint).cdi(true));
    }

    @Test
    void endpointsAreInjectedByFieldMethodAndConstructor() throws Exception {
        try (Deployed server = serving(Injected.class);
                Caller caller = server.call("/injected")) {
            assertThat(caller.ask("")).isEqualTo("truetruetrue");
        }
    }

    @Test
    void anEndpointThatIsNoBeanIsInjectedToo() throws Exception {
        try (Deployed server = serving(Plain.class);
                Caller caller = server.call("/plain")) {
            assertThat(caller.ask("")).isEqualTo("true");
        }
    }
}
