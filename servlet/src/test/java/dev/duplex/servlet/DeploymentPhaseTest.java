package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.peer.RawPeer;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How endpoints come into an application, and what a mistake in one of them does to it. */
@Timeout(60)
final class DeploymentPhaseTest {
    /** Returns what it gets. */
    @ServerEndpoint("/one")
    public static final class One {
        @OnMessage
        public String echo(String text) {
            return text;
        }
    }

    /** Another. */
    @ServerEndpoint("/two")
    public static final class Two {}

    /** Has two methods for text. */
    @ServerEndpoint("/wrong")
    public static final class Wrong {
        @OnMessage
        public void one(String text) {}

        @OnMessage
        public void other(String text) {}
    }

    /** Says what of the application was there when it was asked. */
    public static final class Choosing implements ServerApplicationConfig {
        static final AtomicReference<Set<Class<?>>> SCANNED = new AtomicReference<>(Set.of());
        static volatile boolean othersFirst;
        static volatile boolean othersWereFirst;

        @Override
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> endpointClasses) {
            return Set.of(
                    ServerEndpointConfig.Builder.create(One.class, "/chosen").build());
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
            othersWereFirst = othersFirst;
            SCANNED.set(Set.copyOf(scanned));
            return Set.of(Two.class);
        }
    }

    /** What to do with the container of an application when a listener is told of its start. */
    @FunctionalInterface
    private interface Deploying {
        void deploy(ServerContainer container) throws DeploymentException;
    }

    private static ServletContainerInitializer listener(Deploying deploying) {
        return (classes, context) -> context.addListener(new ServletContextListener() {
            @Override
            public void contextInitialized(ServletContextEvent event) {
                try {
                    deploying.deploy(container(event.getServletContext()));
                } catch (DeploymentException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
    }

    private static ServerContainer container(ServletContext context) {
        return (ServerContainer) context.getAttribute("jakarta.websocket.server.ServerContainer");
    }

    private static int status(Host.Running running, String target) throws IOException {
        return Http.ask(running, target).status();
    }

    @ParameterizedTest
    @EnumSource
    void deploysWhatTheApplicationConfigChoosesBehindAllInitializers(Host host) throws Exception {
        Choosing.othersFirst = false;
        ServletContainerInitializer last = (classes, context) -> Choosing.othersFirst = true;
        try (Host.Running running = host.start(
                WebApplication.of(Choosing.class, One.class, Two.class).after(last))) {
            assertThat(Choosing.othersWereFirst).isTrue();
            assertThat(Choosing.SCANNED.get()).isEqualTo(Set.of(One.class, Two.class));
            assertThat(status(running, "/chosen")).isEqualTo(101);
            assertThat(status(running, "/two")).isEqualTo(101);
            assertThat(status(running, "/one")).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @EnumSource
    void listenersDeployBeforeAndBehindTheScan(Host host) throws Exception {
        try (Host.Running running = host.start(WebApplication.of()
                .before(listener(container -> container.addEndpoint(One.class)))
                .after(listener(container -> container.addEndpoint(Two.class))))) {
            assertThat(status(running, "/one")).isEqualTo(101);
            assertThat(status(running, "/two")).isEqualTo(101);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMistakeInTheScanKeepsTheApplicationFromStarting(Host host) {
        assertThatThrownBy(() -> host.start(WebApplication.of(One.class, Wrong.class)))
                .isInstanceOf(Exception.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMistakeThatAListenerSwallowsTakesAllEndpointsAndTheApplication(boolean before) throws Exception {
        for (Host host : Host.values()) {
            List<String> refused = new CopyOnWriteArrayList<>();
            ServletContainerInitializer careless = listener(container -> {
                container.addEndpoint(Two.class);
                for (Class<?> type : List.of(Wrong.class, Choosing.class, One.class)) {
                    try {
                        container.addEndpoint(type);
                    } catch (DeploymentException e) {
                        refused.add(e.getMessage());
                    }
                }
            });
            WebApplication application = WebApplication.of();
            application = before ? application.before(careless) : application.after(careless);
            if (host == Host.UNDERTOW
                    && !before) { // it begins a filter with the first request, unless it is told otherwise
                try (Host.Running running = host.start(application)) {
                    assertThat(status(running, "/one")).isEqualTo(500);
                    assertThat(status(running, "/two")).isEqualTo(500);
                }
            } else {
                WebApplication last = application;
                assertThatThrownBy(() -> host.start(last)).isInstanceOf(Exception.class);
            }
            assertThat(refused).hasSize(3);
            assertThat(refused.get(0)).startsWith(Wrong.class.getName());
            assertThat(refused.get(1))
                    .startsWith("None of the application's endpoints is deployed, because one cannot be")
                    .contains(Wrong.class.getName());
            assertThat(refused.get(2)).isEqualTo(refused.get(1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void endpointsComeAndFailOneByOneOnceTheApplicationHasStarted(Host host) throws Exception {
        AtomicReference<ServletContext> context = new AtomicReference<>();
        try (Host.Running running =
                host.start(WebApplication.of(One.class).after((classes, started) -> context.set(started)))) {
            assertThat(status(running, "/one")).isEqualTo(101);
            ServerContainer container = container(context.get());
            assertThatThrownBy(() -> container.addEndpoint(Wrong.class)).isInstanceOf(DeploymentException.class);
            container.addEndpoint(Two.class);
            assertThat(status(running, "/two")).isEqualTo(101);
            try (RawPeer one = Http.open(running, "/one")) {
                one.frame(RawPeer.TEXT, "still there");
                one.expectText("still there");
            }
        }
    }

    /** Refuses one, and marks the rest. */
    private static final class Refusing implements Filter {
        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            ((HttpServletResponse) response).setHeader("X-Filter", "asked");
            if (((HttpServletRequest) request).getRequestURI().equals("/one")) {
                ((HttpServletResponse) response).sendError(402);
            } else {
                chain.doFilter(request, response);
            }
        }
    }

    /** How a filter may be mapped. */
    enum Mapping {
        URL_PATTERN,
        NAME_OF_A_SERVLET,
        ALL_SERVLETS;

        void map(FilterRegistration.Dynamic filter) {
            EnumSet<DispatcherType> requests = EnumSet.of(DispatcherType.REQUEST);
            switch (this) {
                case URL_PATTERN -> filter.addMappingForUrlPatterns(requests, true, "/*");
                case NAME_OF_A_SERVLET -> filter.addMappingForServletNames(requests, true, "pages");
                case ALL_SERVLETS -> filter.addMappingForServletNames(requests, true, "*");
            }
        }
    }

    /** The servlet of all that is no handshake. */
    private static final class Pages extends HttpServlet {
        private static final long serialVersionUID = 1;
    }

    @ParameterizedTest
    @EnumSource
    void theFiltersOfTheApplicationAreAskedFirstHoweverTheyAreMapped(Host host) throws Exception {
        for (Mapping mapping : Mapping.values()) {
            for (boolean before : new boolean[] {true, false}) {
                ServletContainerInitializer filters = (classes, context) -> {
                    context.addServlet("pages", new Pages()).addMapping("/*");
                    mapping.map(context.addFilter("refusing", new Refusing()));
                };
                WebApplication application = WebApplication.of(One.class, Two.class);
                try (Host.Running running =
                        host.start(before ? application.before(filters) : application.after(filters))) {
                    assertThat(status(running, "/one")).as("%s", mapping).isEqualTo(402);
                    Http.Answer answer = Http.ask(running, "/two");
                    assertThat(answer.status()).isEqualTo(101);
                    assertThat(answer.all("X-Filter")).containsExactly("asked");
                }
            }
        }
    }
}
