package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.peer.RawPeer;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an application is told of the request, in the handshake and behind it. */
@Timeout(60)
final class HandshakeTest {
    private static final BlockingQueue<Session> OPENED = new LinkedBlockingQueue<>();

    /** Keeps what it sees for the endpoint. */
    public static final class Seeing extends ServerEndpointConfig.Configurator {
        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            Map<String, Object> seen = config.getUserProperties();
            seen.put("request", request);
            seen.put("member", request.isUserInRole("member"));
            seen.put("admin", request.isUserInRole("admin"));
            if (request.getHttpSession() instanceof HttpSession session) {
                seen.put("mark", session.getAttribute("mark"));
            }
            response.getHeaders().put("X-Answer", List.of("one", "two"));
        }
    }

    /** Behind the guard. */
    @ServerEndpoint(value = "/secret/{room}", configurator = Seeing.class)
    public static final class Secret {
        @OnOpen
        public void open(Session session) {
            OPENED.add(session);
        }
    }

    /** For everybody. */
    @ServerEndpoint(value = "/open", configurator = Seeing.class, subprotocols = "chat")
    public static final class Open {
        @OnOpen
        public void open(Session session) {
            OPENED.add(session);
        }
    }

    /** Begins an HTTP session. */
    private static final class Marking extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            request.getSession().setAttribute("mark", "of this session");
            response.getWriter().print("marked");
        }
    }

    /** What a proxy in front, or a filter that speaks for one, knows better. */
    private static final class Proxied extends HttpServletRequestWrapper {
        Proxied(HttpServletRequest request) {
            super(request);
        }

        @Override
        public boolean isSecure() {
            return true;
        }

        @Override
        public @Nullable Object getAttribute(String name) {
            return name.equals("jakarta.servlet.request.X509Certificate") ? authorities() : super.getAttribute(name);
        }
    }

    /** Any certificates: those that the JDK trusts. */
    private static X509Certificate[] authorities() {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            X509Certificate[] all = ((X509TrustManager) factory.getTrustManagers()[0]).getAcceptedIssuers();
            return new X509Certificate[] {all[0], all[1]};
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Session opened() throws InterruptedException {
        return Objects.requireNonNull(OPENED.poll(20, TimeUnit.SECONDS), "a session opens");
    }

    @ParameterizedTest
    @EnumSource
    void aConfiguratorSeesTheUserTheSessionAndAllThatTheRequestSays(Host host) throws Exception {
        WebApplication application =
                WebApplication.of(Secret.class).at("/app").secured("/secret/*").servlet(new Marking(), "/mark");
        try (Host.Running running = host.start(application)) {
            String cookie = Http.get(running, "/app/mark").cookie();
            try (RawPeer raw = Http.raw(running)) {
                raw.ask(
                        "/app/secret/blue?x=1&room=query&x=2%20",
                        cookie, Guards.ANN, "X-Many: 1", "x-many: 2", "Accept-Language: de");
                Http.Answer answer = new Http.Answer(raw.head(), "");
                assertThat(answer.status()).isEqualTo(101);
                assertThat(answer.all("X-Answer")).containsExactly("one", "two");
                Session session = opened();
                Map<String, Object> seen = session.getUserProperties();
                HandshakeRequest request = (HandshakeRequest) seen.get("request");
                assertThat(seen).containsEntry("member", true).containsEntry("admin", false);
                assertThat(seen).containsEntry("mark", "of this session");
                assertThat(request.getHeaders().get("X-MANY")).containsExactly("1", "2");
                assertThat(request.getParameterMap())
                        .containsEntry("x", List.of("1", "2 "))
                        .containsEntry("room", List.of("blue", "query"));
                assertThat(request.getQueryString()).isEqualTo("x=1&room=query&x=2%20");
                URI uri = URI.create("ws://127.0.0.1/app/secret/blue?x=1&room=query&x=2%20");
                assertThat(request.getRequestURI()).isEqualTo(uri);
                assertThat(session.getRequestURI()).isEqualTo(uri);
                assertThat(session.getUserPrincipal().getName()).isEqualTo("ann");
                assertThat(session.getPathParameters()).isEqualTo(Map.of("room", "blue"));
                assertThat(session.isSecure()).isFalse();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRequestWithoutAnHttpSessionGetsNone(Host host) throws Exception {
        try (Host.Running running = host.start(WebApplication.of(Open.class));
                RawPeer raw = Http.raw(running)) {
            raw.ask("/open");
            Http.Answer answer = new Http.Answer(raw.head(), "");
            assertThat(answer.status()).isEqualTo(101);
            assertThat(answer.all("Set-Cookie")).isEmpty();
            Session session = opened();
            HandshakeRequest request =
                    (HandshakeRequest) session.getUserProperties().get("request");
            assertThat(request.getHttpSession()).isNull();
            assertThat(session.getUserPrincipal()).isNull();
            assertThat(session.getUserProperties()).containsEntry("member", false);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsKeptOfAHandshakeStaysWhatItWas(Host host) throws Exception {
        try (Host.Running running =
                        host.start(WebApplication.of(Secret.class, Open.class).secured("/secret/*"));
                RawPeer raw = Http.open(running, "/secret/blue?x=1", Guards.ANN, "X-Mine: yes")) {
            HandshakeRequest request =
                    (HandshakeRequest) opened().getUserProperties().get("request");
            for (int i = 0; i < 20; i++) { // so many requests that a container has used all of its objects again
                Http.get(running, "/other?x=2", "X-Mine: no");
            }
            assertThat(request.getHeaders().get("X-Mine")).containsExactly("yes");
            assertThat(request.getParameterMap()).containsEntry("x", List.of("1"));
            assertThat(request.getUserPrincipal().getName()).isEqualTo("ann");
            assertThat(request.getRequestURI().getPath()).isEqualTo("/secret/blue");
            assertThatThrownBy(() -> request.isUserInRole("member"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("the opening handshake is over");
            raw.close(1000);
            raw.expectClose(1000);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFilterOfTheApplicationMayWrapTheRequest(Host host) throws Exception {
        Filter wrapping =
                (request, response, chain) -> chain.doFilter(new Proxied((HttpServletRequest) request), response);
        WebApplication application = WebApplication.of(Open.class)
                .after((classes, context) -> context.addFilter("wrapping", wrapping)
                        .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*"));
        try (Host.Running running = host.start(application);
                RawPeer raw = Http.raw(running)) {
            raw.ask(
                    "/open",
                    "Sec-WebSocket-Protocol: other, chat",
                    "Sec-WebSocket-Extensions: unknown, permessage-deflate");
            Http.Answer answer = new Http.Answer(raw.head(), "");
            assertThat(answer.all("Sec-WebSocket-Protocol")).containsExactly("chat");
            assertThat(answer.all("Sec-WebSocket-Extensions"))
                    .singleElement()
                    .asString()
                    .startsWith("permessage-deflate");
            Session session = opened();
            assertThat(session.isSecure()).isTrue();
            assertThat(session.getRequestURI()).isEqualTo(URI.create("wss://127.0.0.1/open"));
            assertThat(session.getNegotiatedSubprotocol()).isEqualTo("chat");
            Object request = Objects.requireNonNull(session.getUserProperties().get("request"));
            Method chain = request.getClass().getMethod("getUserX509CertificateChain"); // of API 2.3
            chain.setAccessible(true);
            assertThat((X509Certificate[]) chain.invoke(request)).isEqualTo(authorities());
        }
    }
}
