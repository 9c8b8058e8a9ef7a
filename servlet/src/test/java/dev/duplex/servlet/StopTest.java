package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.RawPeer;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.CloseReason;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of connections when their application ends. */
@Timeout(60)
final class StopTest {
    private static final BlockingQueue<String> EVENTS = new LinkedBlockingQueue<>();
    private static volatile CountDownLatch handshakes = new CountDownLatch(0);
    private static volatile boolean resources;

    /** Tells its end, and whether what the application has begun was still there. */
    @ServerEndpoint("/open")
    public static final class Open {
        @OnOpen
        public void open(Session session) {
            EVENTS.add("open");
        }

        @OnMessage
        public void hang(String text) throws InterruptedException {
            EVENTS.add("hangs");
            handshakes.await();
        }

        @OnClose
        public void close(CloseReason reason) {
            EVENTS.add("close " + reason.getCloseCode().getCode() + (resources ? " with resources" : ""));
        }
    }

    /** Of a user. */
    @ServerEndpoint("/secret/room")
    public static final class Secret {
        @OnMessage
        public void hear(String text) {}
    }

    /** Waits in the handshake. */
    public static final class Waiting extends ServerEndpointConfig.Configurator {
        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            EVENTS.add("handshake");
            try {
                handshakes.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Its handshakes take as long as the test wants. */
    @ServerEndpoint(value = "/slow", configurator = Waiting.class)
    public static final class Slow {}

    /** Begins an HTTP session. */
    private static final class Sessions extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print(request.getSession().getId());
        }
    }

    @BeforeEach
    void forget() {
        EVENTS.clear();
        handshakes = new CountDownLatch(0);
    }

    private static void happens(String event) throws InterruptedException {
        assertThat(EVENTS.poll(20, TimeUnit.SECONDS)).isEqualTo(event);
    }

    private static final ServletContainerInitializer RESOURCES =
            (classes, context) -> context.addListener(new ServletContextListener() {
                @Override
                public void contextInitialized(ServletContextEvent event) {
                    resources = true;
                }

                @Override
                public void contextDestroyed(ServletContextEvent event) {
                    resources = false;
                }
            });

    @ParameterizedTest
    @EnumSource
    void closesWith1001WhileTheApplicationIsStillThere(Host host) throws Exception {
        try (Host.Running running = host.start(WebApplication.of(Open.class).before(RESOURCES));
                RawPeer raw = Http.open(running, "/open");
                RawPeer silent = Http.open(running, "/open")) {
            happens("open");
            happens("open");
            try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<?> undeployed = threads.submit(() -> {
                    running.undeploy();
                    return null;
                });
                assertThat(raw.expectClose(1001)).isEqualTo("the container is stopping");
                raw.close(1001);
                assertThat(silent.expectClose(1001)).isEqualTo("the container is stopping");
                silent.close(1001);
                undeployed.get(20, TimeUnit.SECONDS);
            }
            happens("close 1006 with resources");
            happens("close 1006 with resources");
            assertThat(resources).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void tellsAUserThatTheApplicationStopsThoughItsHttpSessionEndsToo(Host host) throws Exception {
        WebApplication application =
                WebApplication.of(Secret.class).secured("/secret/*").servlet(new Sessions(), "/secret/session");
        try (Host.Running running = host.start(application)) {
            String cookie = Http.get(running, "/secret/session", Guards.ANN).cookie();
            try (RawPeer raw = Http.open(running, "/secret/room", Guards.ANN, cookie);
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<?> undeployed = threads.submit(() -> {
                    running.undeploy();
                    return null;
                });
                raw.expectClose(1001);
                raw.close(1001);
                undeployed.get(20, TimeUnit.SECONDS);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void letsNobodyInWhileItStops(Host host) throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        handshakes = release;
        WebApplication application =
                WebApplication.of(Open.class, Slow.class).parameter("dev.duplex.servlet.stopTimeout", "20");
        try (Host.Running running = host.start(application);
                RawPeer hanging = Http.open(running, "/open");
                RawPeer begun = Http.raw(running);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            happens("open");
            hanging.frame(RawPeer.TEXT, "hang");
            happens("hangs");
            begun.ask("/slow");
            happens("handshake");
            Future<?> undeployed = threads.submit(() -> {
                running.undeploy();
                return null;
            });
            hanging.expectClose(1001); // so it has begun to stop
            int status = Http.ask(running, "/open").status();
            release.countDown();
            assertThat(status)
                    .isEqualTo(
                            switch (host) { // these say it themselves, each in its way
                                case UNDERTOW -> 500;
                                case TOMCAT, JETTY -> 404;
                            });
            hanging.close(1001);
            try {
                // The 101 of who was let in before, with a Close behind it, or no 101
                if (begun.head().startsWith("HTTP/1.1 101 ")) {
                    begun.expectClose(1001);
                    begun.close(1001);
                }
            } catch (EOFException | SocketException cut) {
                // Its container has ended the connection instead
            }
            undeployed.get(30, TimeUnit.SECONDS);
        }
    }
}
