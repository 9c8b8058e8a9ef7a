package dev.duplex.tck.conformance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.interop.Identity;
import dev.duplex.se.Authenticator;
import dev.duplex.se.User;
import jakarta.websocket.CloseReason;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.security.Principal;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may, and how: chapters 7.2 and 8. What a security constraint of a web.xml says is for an authenticator to say here. */
@SuppressWarnings("try") // some connections are only there to be open
class SecurityTest {
    private static final String ANN =
            "Authorization: Basic " + Base64.getEncoder().encodeToString("ann:secret".getBytes(UTF_8));

    /** Tells whom the handshake is of. */
    public static final class Telling extends Recording {
        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            super.modifyHandshake(config, request, response);
            config.getUserProperties().put("role", request.isUserInRole("admin") + " " + request.isUserInRole("guest"));
            config.getUserProperties().put("user", String.valueOf(request.getUserPrincipal()));
        }
    }

    @ServerEndpoint(value = "/secret/room", configurator = Telling.class)
    public static class Room {
        @OnOpen
        public void open(Session session, EndpointConfig config) {
            Events.of(session).add(session);
        }

        @OnClose
        public void close(Session session, CloseReason reason) {
            Events.of(session).add(Events.close(reason));
        }
    }

    @ServerEndpoint(value = "/open", configurator = Telling.class)
    public static class Open {}

    private static Deployed deployed(Authenticator authenticator) throws Exception {
        return Deployed.with(builder -> builder.endpoint(Room.class, Open.class).authenticator(authenticator));
    }

    private static Authenticator basic() {
        return Authenticator.basic(
                "room",
                (name, password) -> name.equals("ann") && Authenticator.same(password, "secret")
                        ? User.named(name, "admin")
                        : null);
    }

    @Test
    void anUnauthenticatedHandshakeForAProtectedEndpointIsAnsweredWith401() throws Exception {
        try (Deployed server = deployed(basic())) {
            try (Wire wire = Wire.request(server.uri("/secret/room"))) {
                assertThat(wire.status()).isEqualTo(401);
                assertThat(wire.header("WWW-Authenticate")).startsWith("Basic realm=\"room\"");
            }
            try (Wire wire = Wire.request(server.uri("/secret/room"), ANN)) {
                assertThat(wire.status()).isEqualTo(101);
            }
        }
    }

    @Test
    void theUserOfTheHandshakeIsThatOfTheSession() throws Exception {
        try (Deployed server = deployed(basic());
                Wire wire = server.wire("/secret/room", ANN)) {
            Session session = server.events().next(Session.class);
            Principal user = session.getUserPrincipal();
            assertThat(user.getName()).isEqualTo("ann");
            assertThat(session.getUserProperties())
                    .containsEntry("user", user.toString())
                    .containsEntry("role", "true false");
            assertThat(wire.status()).isEqualTo(101);
        }
    }

    @Test
    void aSessionIsClosedWith1008WhenItsUserIsSignedOut() throws Exception {
        try (Deployed server = deployed(request ->
                        request.header("Authorization") == null ? Authenticator.nobody() : User.named("ann"));
                Wire ann = server.wire("/secret/room", ANN)) {
            Principal user = server.events().next(Session.class).getUserPrincipal();
            try (Wire nobody = server.wire("/secret/room")) {
                server.events().next(Session.class);
                server.signOut(user);
                assertThat(ann.next().code()).isEqualTo(1008);
                server.events().expect("close 1008 the user is signed out");
                nobody.send(Wire.PING, true, new byte[0]);
                assertThat(nobody.next().opcode()).isEqualTo(Wire.PONG);
            }
        }
    }

    @Test
    void aConstraintIsMatchedAgainstTheUriOfTheHandshake() throws Exception {
        try (Deployed server = deployed(request -> request.path().startsWith(Deployed.CONTEXT + "/secret/")
                ? Authenticator.unauthorized("Basic")
                : Authenticator.nobody())) {
            try (Wire wire = Wire.request(server.uri("/secret/room"))) {
                assertThat(wire.status()).isEqualTo(401);
            }
            try (Wire wire = Wire.request(server.uri("/open"))) {
                assertThat(wire.status()).isEqualTo(101);
            }
        }
    }

    @Test
    void aConstraintForAnotherMethodThanGetDoesNotApply() throws Exception {
        BlockingQueue<String> methods = new LinkedBlockingQueue<>();
        try (Deployed server = deployed(request -> {
                    methods.add(request.method());
                    return request.method().equals("POST") ? Authenticator.forbidden() : Authenticator.nobody();
                });
                Wire wire = Wire.request(server.uri("/secret/room"))) {
            assertThat(wire.status()).isEqualTo(101);
            URI uri = server.uri("/secret/room");
            assertThat(answer(
                            new Socket(uri.getHost(), uri.getPort()),
                            "POST " + uri.getRawPath() + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"))
                    .startsWith("HTTP/1.1 403 ");
            assertThat(methods).containsExactly("GET", "POST");
        }
    }

    @Test
    void withoutATransportGuaranteeWsIsAllowed() throws Exception {
        try (Deployed server = deployed(request -> Authenticator.nobody());
                Wire wire = Wire.request(server.uri("/secret/room"))) {
            assertThat(wire.status()).isEqualTo(101);
        }
    }

    @Test
    void aConfidentialEndpointIsForWssOnly(@TempDir Path folder) throws Exception {
        Authenticator confidential = request -> request.secure() ? Authenticator.nobody() : Authenticator.forbidden();
        try (Deployed server = deployed(confidential);
                Wire wire = Wire.request(server.uri("/secret/room"))) {
            assertThat(wire.status()).isEqualTo(403);
        }
        Identity identity = Identity.local(folder);
        try (Deployed server = Deployed.with(builder ->
                builder.endpoint(Room.class).authenticator(confidential).sslContext(identity.serving()))) {
            URI uri = server.uri("/secret/room");
            try (Socket socket = identity.trusting().getSocketFactory().createSocket(uri.getHost(), uri.getPort())) {
                socket.getOutputStream()
                        .write(("GET " + uri.getRawPath() + "?" + uri.getRawQuery()
                                        + " HTTP/1.1\r\n"
                                        + "Host: a\r\n"
                                        + "Upgrade: websocket\r\n"
                                        + "Connection: Upgrade\r\n"
                                        + "Sec-WebSocket-Version: 13\r\n"
                                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                                .getBytes(ISO_8859_1));
                assertThat(new String(socket.getInputStream().readNBytes(13), ISO_8859_1))
                        .isEqualTo("HTTP/1.1 101 ");
            }
        }
    }

    private static String answer(Socket socket, String request) throws IOException {
        try (socket) {
            socket.setSoTimeout(Events.DEADLINE_SECONDS * 1000);
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }
}
