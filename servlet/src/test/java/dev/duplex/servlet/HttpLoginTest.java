package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.RawPeer;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The end of an HTTP session is that of its user's authentication, Jakarta WebSocket §7.2. */
@Timeout(60)
final class HttpLoginTest {
    private static final BlockingQueue<Integer> CLOSED = new LinkedBlockingQueue<>();
    private static final InheritableThreadLocal<String> USER = new InheritableThreadLocal<>();
    private static final BlockingQueue<String> USERS = new LinkedBlockingQueue<>();

    /** Behind the guard. */
    @ServerEndpoint("/secret/room")
    public static final class Secret {
        @OnMessage
        public String echo(String text) {
            return text;
        }

        @OnClose
        public void close(CloseReason reason) {
            USERS.add(String.valueOf(USER.get()));
            CLOSED.add(reason.getCloseCode().getCode());
        }
    }

    /** For everybody. */
    @ServerEndpoint("/open")
    public static final class Open {
        @OnMessage
        public String echo(String text) {
            return text;
        }
    }

    /** Does with the HTTP session what the query says. */
    private static final class Sessions extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            HttpSession session = request.getSession();
            switch (String.valueOf(request.getQueryString())) {
                case "end" -> {
                    USER.set("of the request");
                    try {
                        session.invalidate();
                    } finally {
                        USER.remove();
                    }
                }
                case "change" -> request.changeSessionId();
                default -> session.setAttribute("begun", true);
            }
            response.getWriter().print("done");
        }
    }

    private static WebApplication application() {
        return WebApplication.of(Secret.class, Open.class)
                .at("/app")
                .secured("/secret/*")
                .servlet(new Sessions(), "/secret/session", "/session");
    }

    @ParameterizedTest
    @EnumSource
    void closesTheConnectionsOfAUserWith1008WhenItsHttpSessionIsInvalidated(Host host) throws Exception {
        CLOSED.clear();
        try (Host.Running running = host.start(application())) {
            String cookie = login(running);
            String others = login(running);
            try (RawPeer one = Http.open(running, "/app/secret/room", Guards.ANN, cookie);
                    RawPeer two = Http.open(running, "/app/secret/room", Guards.ANN, cookie);
                    RawPeer other = Http.open(running, "/app/secret/room", Guards.ANN, others);
                    RawPeer without = Http.open(running, "/app/secret/room", Guards.ANN)) {
                assertThat(Http.get(running, "/app/secret/session?end", Guards.ANN, cookie)
                                .body())
                        .contains("done");
                assertThat(one.expectClose(1008)).isEqualTo("the user is signed out");
                assertThat(two.expectClose(1008)).isEqualTo("the user is signed out");
                assertThat(CLOSED.poll(20, TimeUnit.SECONDS)).isEqualTo(1008);
                assertThat(CLOSED.poll(20, TimeUnit.SECONDS)).isEqualTo(1008);
                echoes(other);
                echoes(without);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void lendsTheCloseCallbackNoThreadLocalsOfTheRequestThatEndsTheHttpSession(Host host) throws Exception {
        USERS.clear();
        try (Host.Running running = host.start(application())) {
            String cookie = login(running);
            try (RawPeer one = Http.open(running, "/app/secret/room", Guards.ANN, cookie)) {
                Http.get(running, "/app/secret/session?end", Guards.ANN, cookie);
                one.expectClose(1008);
                assertThat(USERS.poll(20, TimeUnit.SECONDS)).isEqualTo("null");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void followsAnHttpSessionThatGetsAnotherId(Host host) throws Exception {
        CLOSED.clear();
        try (Host.Running running = host.start(application())) {
            String cookie = login(running);
            try (RawPeer one = Http.open(running, "/app/secret/room", Guards.ANN, cookie)) {
                String changed = Http.get(running, "/app/secret/session?change", Guards.ANN, cookie)
                        .cookie();
                assertThat(changed).isNotEqualTo(cookie);
                try (RawPeer two = Http.open(running, "/app/secret/room", Guards.ANN, changed)) {
                    echoes(one);
                    Http.get(running, "/app/secret/session?end", Guards.ANN, changed);
                    assertThat(one.expectClose(1008)).isEqualTo("the user is signed out");
                    assertThat(two.expectClose(1008)).isEqualTo("the user is signed out");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void leavesAnonymousConnectionsAlone(Host host) throws Exception {
        try (Host.Running running = host.start(application())) {
            String cookie = Http.get(running, "/app/session").cookie();
            try (RawPeer anonymous = Http.open(running, "/app/open", cookie)) {
                Http.get(running, "/app/session?end", cookie);
                echoes(anonymous);
            }
        }
    }

    /** Begins an HTTP session of the user. */
    private static String login(Host.Running running) throws IOException {
        String begun = Http.get(running, "/app/secret/session", Guards.ANN).cookie();
        // Containers give a session that was there before its user another id, once
        Http.Answer known = Http.get(running, "/app/secret/session", Guards.ANN, begun);
        return known.all("Set-Cookie").isEmpty() ? begun : known.cookie();
    }

    private static void echoes(RawPeer peer) throws IOException {
        peer.frame(RawPeer.TEXT, "still there");
        peer.expectText("still there");
    }
}
