package dev.duplex.tck.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.EndpointConfig;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.lang.reflect.Method;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What a handshake tells of its surroundings: chapters 6.4, 7.2 and 8, as far as they hold without a Servlet container. */
@SuppressWarnings("try") // some connections are only there to be open
class EnvironmentTest {
    /** Keeps the request of the handshake. */
    public static final class Keeping extends Recording {
        final AtomicReference<HandshakeRequest> kept = new AtomicReference<>();

        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            super.modifyHandshake(config, request, response);
            kept.set(request);
        }
    }

    @ServerEndpoint(value = "/kept/{name}", configurator = Keeping.class)
    public static class Kept {
        @OnOpen
        public void open(Session session, EndpointConfig config) {
            Keeping configurator = (Keeping) ((ServerEndpointConfig) config).getConfigurator();
            Events.of(session).add(configurator.kept.get());
            Events.of(session).add(session);
        }
    }

    @Test
    void withoutAServletContainerThereIsNoHttpSession() throws Exception {
        try (Deployed server = Deployed.of(Kept.class);
                Wire wire = server.wire("/kept/a")) {
            HandshakeRequest request = server.events().next(HandshakeRequest.class);
            assertThat(request.getHttpSession()).isNull();
            assertThat(wire.status()).isEqualTo(101);
        }
    }

    @Test
    void withoutAuthenticationThereIsNoUser() throws Exception {
        try (Deployed server = Deployed.of(Kept.class);
                Wire wire = server.wire("/kept/a")) {
            HandshakeRequest request = server.events().next(HandshakeRequest.class);
            assertThat(request.getUserPrincipal()).isNull();
            assertThat(request.isUserInRole("admin")).isFalse();
            assertThat(server.events().next(Session.class).getUserPrincipal()).isNull();
            assertThat(wire.status()).isEqualTo(101);
        }
    }

    @Test
    void theRootOfAnApplicationIsItsContextPath() throws Exception {
        try (Deployed server = Deployed.of(Kept.class);
                Wire wire = server.wire("/kept/a")) {
            server.events().next(HandshakeRequest.class);
            assertThat(server.events().next(Session.class).getRequestURI().getPath())
                    .isEqualTo(Deployed.CONTEXT + "/kept/a");
            try (Wire outside = Wire.request(server.uri("/").resolve("/kept/a"))) {
                assertThat(outside.status()).isEqualTo(404);
            }
            assertThat(wire.status()).isEqualTo(101);
        }
    }

    /** What the API adds in version 2.3 is there by name, so that it can be called with either version. */
    @Test
    void theAdditionsOfVersion23AreThere() throws Exception {
        try (Deployed server = Deployed.of(Kept.class);
                Wire wire = server.wire("/kept/a", "Accept-Language: fr-CH, en;q=0.5")) {
            HandshakeRequest request = server.events().next(HandshakeRequest.class);
            InetSocketAddress client = (InetSocketAddress) wire.socket().getLocalSocketAddress();
            int port = server.uri("/").getPort();
            assertThat(call(request, "getRemoteAddress")).isEqualTo("127.0.0.1");
            assertThat(call(request, "getRemotePort")).isEqualTo(client.getPort());
            assertThat(call(request, "getRemoteHostName")).isNotNull();
            assertThat(call(request, "getLocalAddress")).isEqualTo("127.0.0.1");
            assertThat(call(request, "getLocalPort")).isEqualTo(port);
            assertThat(call(request, "getLocalHostName")).isNotNull();
            assertThat(call(request, "getPreferredLocale")).isEqualTo(Locale.forLanguageTag("fr-CH"));
            assertThat(call(request, "getUserX509CertificateChain")).isNull();
        }
    }

    private static Object call(HandshakeRequest request, String name) throws Exception {
        Method method = request.getClass().getMethod(name);
        method.setAccessible(true);
        return method.invoke(request);
    }

    @Test
    void theParametersOfARequestAreThoseOfItsQueryAndItsPath() throws Exception {
        try (Deployed server = Deployed.of(Kept.class);
                Wire wire = server.wire("/kept/a?x=1&x=2&y")) {
            HandshakeRequest request = server.events().next(HandshakeRequest.class);
            assertThat(request.getParameterMap().get("x")).containsExactly("1", "2");
            assertThat(request.getParameterMap().get("y")).containsExactly("");
            assertThat(request.getParameterMap().get("name")).containsExactly("a");
            assertThat(request.getQueryString()).startsWith("x=1&x=2&y&");
            assertThat(request.getRequestURI().getPath()).isEqualTo(Deployed.CONTEXT + "/kept/a");
            assertThatThrownBy(() -> request.getParameterMap().clear())
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThat(wire.status()).isEqualTo(101);
        }
    }
}
