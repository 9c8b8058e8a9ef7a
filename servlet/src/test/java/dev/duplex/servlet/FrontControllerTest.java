package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.RawPeer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests that a servlet of the application upgrades itself. */
@Timeout(60)
final class FrontControllerTest {
    /** Not deployed. */
    @ServerEndpoint("/nowhere/{room}")
    public static final class Room {
        @OnMessage
        public String hear(String text, Session session, @PathParam("room") String room) {
            return room + " " + session.getRequestURI().getPath() + " "
                    + session.getOpenSessions().size();
        }
    }

    /** Has two methods for text. */
    @ServerEndpoint("/wrong")
    public static final class Wrong {
        @OnMessage
        public void one(String text) {}

        @OnMessage
        public void other(String text) {}
    }

    /** Fails in the handshake. */
    public static final class Failing extends ServerEndpointConfig.Configurator {
        @Override
        public boolean checkOrigin(String origin) {
            throw new IllegalArgumentException("not today");
        }
    }

    /** Upgrades, by what its path says; answers with the exception if there is one. */
    private static final class Front extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            try {
                upgrade(request, response, String.valueOf(request.getPathInfo()));
            } catch (DeploymentException | RuntimeException e) {
                response.setStatus(299);
                response.getWriter().print(e.getClass().getSimpleName() + ": " + e.getMessage());
                if (request.getMethod().equals("POST")) {
                    response.getWriter().print(", with " + request.getReader().readLine());
                }
            }
        }

        private void upgrade(HttpServletRequest request, HttpServletResponse response, String path)
                throws DeploymentException, IOException {
            ServletContext context = getServletContext();
            ServerContainer container =
                    (ServerContainer) context.getAttribute("jakarta.websocket.server.ServerContainer");
            ServerEndpointConfig config = ServerEndpointConfig.Builder.create(Room.class, "/nowhere/{room}")
                    .build();
            Map<String, String> parameters = Map.of("room", path.substring(1));
            switch (path) {
                case "/wrapped" ->
                    container.upgradeHttpToWebSocket(
                            new HttpServletRequestWrapper(request) {},
                            new HttpServletResponseWrapper(response) {},
                            config,
                            parameters);
                case "/wrong" ->
                    container.upgradeHttpToWebSocket(
                            request,
                            response,
                            ServerEndpointConfig.Builder.create(Wrong.class, "/wrong")
                                    .build(),
                            Map.of());
                case "/failing" ->
                    container.upgradeHttpToWebSocket(
                            request,
                            response,
                            ServerEndpointConfig.Builder.create(Room.class, "/nowhere/{room}")
                                    .configurator(new Failing())
                                    .build(),
                            Map.of());
                case "/foreign" -> container.upgradeHttpToWebSocket("a request", response, config, parameters);
                case "/null" -> container.upgradeHttpToWebSocket(request, response, config, null);
                case "/committed" -> {
                    response.getWriter().print("begun ");
                    response.flushBuffer();
                    container.upgradeHttpToWebSocket(request, response, config, parameters);
                }
                default -> container.upgradeHttpToWebSocket(request, response, config, parameters);
            }
        }
    }

    private static WebApplication application() {
        return WebApplication.of().at("/app").servlet(new Front(), "/front/*");
    }

    @ParameterizedTest
    @EnumSource
    void upgradesToAnEndpointThatIsNotDeployedWithTheParametersThatItIsGiven(Host host) throws Exception {
        try (Host.Running running = host.start(application());
                RawPeer blue = Http.open(running, "/app/front/blue")) {
            blue.frame(RawPeer.TEXT, "?");
            blue.expectText("blue /app/front/blue 1");
            try (RawPeer red = Http.open(running, "/app/front/red")) {
                red.frame(RawPeer.TEXT, "?");
                red.expectText("red /app/front/red 2");
            }
            assertThat(Http.ask(running, "/app/nowhere/blue").status()).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @EnumSource
    void upgradesARequestThatTheApplicationHasWrapped(Host host) throws Exception {
        try (Host.Running running = host.start(application());
                RawPeer raw = Http.open(running, "/app/front/wrapped")) {
            raw.frame(RawPeer.TEXT, "?");
            raw.expectText("wrapped /app/front/wrapped 1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void throwsWhatTheApiSaysAndLeavesTheAnswerToTheCaller(Host host) throws Exception {
        try (Host.Running running = host.start(application())) {
            assertThat(Http.get(running, "/app/front/blue").body())
                    .isEqualTo("IllegalStateException: the request is no opening handshake:"
                            + " this resource speaks WebSocket only, and Upgrade does not ask for it");
            Http.Answer version =
                    Http.sendAll(running, RawPeer.request("/app/front/blue").replace("Version: 13", "Version: 8"));
            assertThat(version.status()).isEqualTo(299);
            assertThat(version.body()).startsWith("IllegalStateException: ").endsWith("must be 13, not \"8\"");
            assertThat(Http.ask(running, "/app/front/wrong").body())
                    .startsWith("DeploymentException: " + Wrong.class.getName());
            assertThat(Http.ask(running, "/app/front/failing").body())
                    .isEqualTo(
                            "DeploymentException: the endpoint failed in the opening handshake; the server's log says"
                                    + " how");
            assertThat(Http.ask(running, "/app/front/foreign").body())
                    .isEqualTo("IllegalArgumentException: the request must be an HttpServletRequest, not a"
                            + " java.lang.String");
            assertThat(Http.ask(running, "/app/front/null").body())
                    .isEqualTo("IllegalArgumentException: pathParameters must not be null");
            assertThat(Http.ask(running, "/app/front/committed", "Connection: close")
                            .body())
                    .startsWith("begun IllegalStateException: the response is committed");
        }
    }

    @ParameterizedTest
    @EnumSource
    void leavesTheBodyOfWhatIsNoHandshakeToTheCaller(Host host) throws Exception {
        try (Host.Running running = host.start(application())) {
            String form = RawPeer.request(
                            "/app/front/blue", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 3")
                    .replace("GET ", "POST ");
            assertThat(Http.sendAll(running, form + "a=b").body())
                    .startsWith("IllegalStateException: ")
                    .endsWith(", with a=b");
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersAHandshakeThatIsValidAndNotGranted(Host host) throws Exception {
        try (Host.Running running = host.start(application())) {
            Http.Answer answer = Http.ask(running, "/app/front/blue", "Origin: http://elsewhere.example");
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.body()).isEqualTo("this origin is not allowed\n");
        }
    }
}
