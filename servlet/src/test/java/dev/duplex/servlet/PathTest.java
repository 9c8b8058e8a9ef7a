package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.RawPeer;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where endpoints are found, and where they are not. */
@Timeout(60)
final class PathTest {
    /** Says what its path is. */
    @ServerEndpoint("/room/{name}")
    public static final class Room {
        @OnMessage
        public String name(String text, @PathParam("name") String name) {
            return name;
        }
    }

    /** At the root of the application. */
    @ServerEndpoint("/")
    public static final class Root {}

    /** Behind the guard. */
    @ServerEndpoint("/secret/room")
    public static final class Secret {
        static final AtomicInteger OPENED = new AtomicInteger();

        @OnOpen
        public void open(Session session) {
            OPENED.incrementAndGet();
        }
    }

    /** For everybody, and the only other one. */
    @ServerEndpoint("/open/room")
    public static final class Open {}

    /** The application's own page where an endpoint is too, and elsewhere. */
    private static final class Page extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print("page of " + request.getMethod());
        }
    }

    private static String named(Host.Running running, String target) throws IOException {
        try (RawPeer raw = Http.open(running, target)) {
            raw.frame(RawPeer.TEXT, "?");
            return raw.frame().text();
        }
    }

    @ParameterizedTest
    @EnumSource
    void endpointsAreBelowTheContextPathWhateverItIs(Host host) throws Exception {
        List<List<String>> contexts = List.of(
                List.of("", ""), List.of("/app", "/app"), List.of("/a/b", "/a/b"), List.of("/my chat", "/my%20chat"));
        for (List<String> context : contexts) {
            try (Host.Running running =
                    host.start(WebApplication.of(Room.class, Root.class).at(context.get(0)))) {
                String base = context.get(1);
                assertThat(named(running, base + "/room/blue")).isEqualTo("blue");
                assertThat(Http.ask(running, base + "/").status()).isEqualTo(101);
                assertThat(Http.ask(running, base + "/nothing").status()).isEqualTo(404);
                if (!base.isEmpty()) {
                    assertThat(Http.ask(running, "/room/blue").status()).isEqualTo(404);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void pathParametersAreNoPartOfThePathAndEscapesAreDecodedOnce(Host host) throws Exception {
        try (Host.Running running = host.start(WebApplication.of(Room.class).at("/app"))) {
            assertThat(named(running, "/app/room/blue;jsessionid=1234")).isEqualTo("blue");
            assertThat(named(running, "/app/room;a=1/blue")).isEqualTo("blue");
            assertThat(named(running, "/app/room/light%20blue")).isEqualTo("light blue");
            assertThat(named(running, "/app/room/gr%C3%BCn")).isEqualTo("grün");
            assertThat(named(running, "/app/%72oom/blue")).isEqualTo("blue");
            assertThat(named(running, "/app/room/blue?x=/../y;z")).isEqualTo("blue");
        }
    }

    @ParameterizedTest
    @EnumSource
    void noWayToWriteAPathLeadsRoundAConstraint(Host host) throws Exception {
        Secret.OPENED.set(0);
        try (Host.Running running = host.start(
                WebApplication.of(Secret.class, Open.class).at("/app").secured("/secret/*"))) {
            assertThat(Http.ask(running, "/app/open/room").status()).isEqualTo(101);
            assertThat(Http.ask(running, "/app/secret/room").status()).isEqualTo(401);
            List<String> opened = new ArrayList<>();
            for (String target : List.of(
                    "/app/%73ecret/room",
                    "/app/secre%74/room",
                    "/app/%2573ecret/room",
                    "/app//secret/room",
                    "/app///secret//room",
                    "//app/secret/room",
                    "/app/./secret/room",
                    "/app/secret/./room",
                    "/app/secret/%2e/room",
                    "/app/open/../secret/room",
                    "/app/open/%2e%2e/secret/room",
                    "/app/open/.%2E/secret/room",
                    "/app/open/..;/secret/room",
                    "/app/open/..;x=1/secret/room",
                    "/app/open/..%3b/secret/room",
                    "/app/open/..%2fsecret/room",
                    "/app/open/%2e%2e%2fsecret/room",
                    "/app/open/..%5csecret/room",
                    "/app/open%2f..%2fsecret%2froom",
                    "/app/secret;x=1/room",
                    "/app/;x/secret/room",
                    "/app;x/secret/room",
                    "/app/secret/room;jsessionid=1",
                    "/app/secret%3b/room",
                    "/app/secret%2Froom",
                    "/app/secret%5croom",
                    "/app/secret\\room",
                    "/app/secret/room/",
                    "/app/secret/room/.",
                    "/app/secret/room/x/..",
                    "/app/secret/room%00",
                    "/app/secret%00/room",
                    "/app/secret%20/room",
                    "/app/%c0%afsecret/room",
                    "/app/%c0%aesecret/room",
                    "/app/SECRET/room",
                    "/x/../app/secret/room",
                    "/app/../app/secret/room",
                    "http://127.0.0.1/app/secret/room",
                    "http://127.0.0.1/app/open/../secret/room",
                    "http://127.0.0.1//app//secret/room")) {
                if (opens(running, target)) {
                    opened.add(target);
                }
            }
            assertThat(opened).isEmpty();
            assertThat(Secret.OPENED).hasValue(0);
            for (String target : List.of("/app/secret/room", "/app/%73ecret/room", "/app/secret/room;jsessionid=1")) {
                assertThat(Http.ask(running, target, Guards.ANN).status())
                        .as(target)
                        .isEqualTo(101);
            }
        }
    }

    private static boolean opens(Host.Running running, String target) throws IOException {
        try {
            return Http.ask(running, target).status() == 101;
        } catch (EOFException | SocketException refused) { // a container need not say why
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatAsksForNoWebSocketAndWhatHasNoEndpointGoesToTheServlets(Host host) throws Exception {
        try (Host.Running running =
                host.start(WebApplication.of(Open.class).servlet(new Page(), "/open/room", "/pages/*"))) {
            assertThat(Http.get(running, "/open/room").body()).contains("page of GET");
            Http.Answer other = Http.sendAll(
                    running,
                    RawPeer.request("/open/room")
                            .replace("websocket", "other/2")
                            .replace("-WebSocket-Key", "-Key"));
            assertThat(other.body()).contains("page of GET");
            assertThat(Http.ask(running, "/open/room").status()).isEqualTo(101);
            Http.Answer elsewhere = Http.ask(running, "/pages/one", "Connection: close");
            assertThat(elsewhere.status()).isEqualTo(200);
            assertThat(elsewhere.body()).contains("page of GET");
            assertThat(Http.ask(running, "/other", "Connection: close").status())
                    .isEqualTo(404);
        }
    }
}
