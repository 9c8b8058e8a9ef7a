package dev.duplex.tck.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Extension;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The client's part of the opening handshake: chapters 3.2 and 4.2. */
@SuppressWarnings("try") // some connections are only there to be open
class ClientHandshakeTest {
    @Test
    void subprotocolsAreAskedForInTheOrderOfPreference() throws Exception {
        ClientEndpointConfig config = ClientEndpointConfig.Builder.create()
                .preferredSubprotocols(List.of("third", "first", "second"))
                .build();
        try (WireServer server = new WireServer()) {
            Meanwhile<Caller> connecting = Meanwhile.run(() -> Caller.to(server.uri("/"), config));
            try (Wire wire = server.accept()) {
                assertThat(wire.header("Sec-WebSocket-Protocol")).matches("third,\\s*first,\\s*second");
                wire.upgrade("Sec-WebSocket-Protocol: first");
                try (Caller caller = connecting.result()) {
                    assertThat(caller.session().getNegotiatedSubprotocol()).isEqualTo("first");
                }
            }
        }
    }

    @ClientEndpoint(subprotocols = {"b", "a"})
    public static class Annotated {
        @OnMessage
        public void text(String text) {}
    }

    @Test
    void theSubprotocolsOfAnAnnotationAreAskedFor() throws Exception {
        try (WireServer server = new WireServer()) {
            Meanwhile<Session> connecting = Meanwhile.run(
                    () -> ContainerProvider.getWebSocketContainer().connectToServer(new Annotated(), server.uri("/")));
            try (Wire wire = server.accept()) {
                assertThat(wire.header("Sec-WebSocket-Protocol")).matches("b,\\s*a");
                wire.upgrade("Sec-WebSocket-Protocol: a");
                try (Session session = connecting.result()) {
                    assertThat(session.getNegotiatedSubprotocol()).isEqualTo("a");
                }
            }
        }
    }

    @Test
    void withoutAnAnswerThereIsNoSubprotocol() throws Exception {
        try (WireServer server = new WireServer()) {
            Meanwhile<Caller> connecting = Meanwhile.run(() -> Caller.to(server.uri("/")));
            try (Wire wire = server.accept()) {
                assertThat(wire.header("Sec-WebSocket-Protocol")).isNull();
                assertThat(wire.header("Sec-WebSocket-Extensions")).isNull();
                wire.upgrade();
                try (Caller caller = connecting.result()) {
                    assertThat(caller.session().getNegotiatedSubprotocol()).isEmpty();
                    assertThat(caller.session().getNegotiatedExtensions()).isEmpty();
                }
            }
        }
    }

    @Test
    void extensionsAreOfferedWithTheirParametersInTheOrderOfPreference() throws Exception {
        List<Extension> wanted =
                List.of(HandshakeTest.Named.of("two", "p", "1", "q", ""), HandshakeTest.Named.of("one", "r", "2"));
        ClientEndpointConfig config =
                ClientEndpointConfig.Builder.create().extensions(wanted).build();
        try (WireServer server = new WireServer()) {
            Meanwhile<Caller> connecting = Meanwhile.run(() -> Caller.to(server.uri("/"), config));
            try (Wire wire = server.accept()) {
                assertThat(wire.header("Sec-WebSocket-Extensions")).matches("two;\\s*p=1;\\s*q\\s*,\\s*one;\\s*r=2");
                wire.upgrade("Sec-WebSocket-Extensions: one; r=2");
                try (Caller caller = connecting.result()) {
                    Extension agreed =
                            caller.session().getNegotiatedExtensions().get(0);
                    assertThat(agreed.getName()).isEqualTo("one");
                    assertThat(agreed.getParameters().get(0).getName()).isEqualTo("r");
                    assertThat(agreed.getParameters().get(0).getValue()).isEqualTo("2");
                }
            }
        }
    }

    public static class Hooks extends ClientEndpointConfig.Configurator {
        final List<String> calls = new ArrayList<>();
        final Map<String, List<String>> answered = new LinkedHashMap<>();

        @Override
        public void beforeRequest(Map<String, List<String>> headers) {
            calls.add("beforeRequest " + headers.containsKey("SEC-websocket-KEY"));
            headers.put("X-Added", List.of("one", "two"));
            headers.remove("Origin");
        }

        @Override
        public void afterResponse(HandshakeResponse response) {
            calls.add("afterResponse " + response.getHeaders().get("x-SERVED"));
            answered.putAll(response.getHeaders());
        }
    }

    @ClientEndpoint(configurator = Hooks.class)
    public static class Hooked {
        @OnOpen
        public void open(Session session, EndpointConfig config) {
            session.getUserProperties().put("hooks", ((ClientEndpointConfig) config).getConfigurator());
        }
    }

    @Test
    void theConfiguratorOfAClientChangesTheRequestAndSeesTheAnswer() throws Exception {
        try (WireServer server = new WireServer()) {
            Meanwhile<Session> connecting = Meanwhile.run(
                    () -> ContainerProvider.getWebSocketContainer().connectToServer(new Hooked(), server.uri("/")));
            try (Wire wire = server.accept()) {
                assertThat(String.join(", ", wire.headerValues("X-Added"))).matches("one,\\s*two");
                wire.upgrade("X-Served: yes");
                try (Session session = connecting.result()) {
                    Hooks hooks = (Hooks) session.getUserProperties().get("hooks");
                    assertThat(Objects.requireNonNull(hooks).calls)
                            .containsExactly("beforeRequest true", "afterResponse [yes]");
                }
            }
        }
    }

    @Test
    void afterResponseIsCalledWhenTheServerRefusesToo() throws Exception {
        Hooks hooks = new Hooks();
        ClientEndpointConfig config =
                ClientEndpointConfig.Builder.create().configurator(hooks).build();
        try (WireServer server = new WireServer()) {
            Meanwhile<Caller> connecting = Meanwhile.run(() -> Caller.to(server.uri("/"), config));
            try (Wire wire = server.accept()) {
                wire.writeHead(
                        List.of("HTTP/1.1 401 Unauthorized", "X-Served: no", "Content-Length: 0", "Connection: close"));
                assertThatThrownBy(connecting::result)
                        .isInstanceOfAny(DeploymentException.class, IOException.class)
                        .hasMessageContaining("401");
                assertThat(hooks.calls).containsExactly("beforeRequest true", "afterResponse [no]");
            }
        }
    }

    @Test
    void theUserPropertiesOfAClientsConfigAreCopiedForEachSession() throws Exception {
        ClientEndpointConfig config = ClientEndpointConfig.Builder.create().build();
        Object shared = new Object();
        config.getUserProperties().put("shared", shared);
        try (Deployed server = Deployed.of(PathMatchingTest.Deployable.class);
                Caller one = server.call("/class", config);
                Caller two = server.call("/class", config)) {
            one.session().getUserProperties().put("mine", 1);
            assertThat(one.session().getUserProperties()).containsEntry("shared", shared);
            assertThat(two.session().getUserProperties())
                    .containsEntry("shared", shared)
                    .doesNotContainKey("mine");
            assertThat(config.getUserProperties()).doesNotContainKey("mine");
        }
    }

    @ClientEndpoint
    public static class WithArguments {
        private final Events events;

        public WithArguments(Events events) {
            this.events = events;
        }

        @OnMessage
        public void text(String text) {
            events.add(text);
        }
    }

    @Test
    void anInstanceOfAClientEndpointNeedsNoConstructorWithoutArguments() throws Exception {
        Events events = new Events();
        try (Deployed server = Deployed.of(PathMatchingTest.Deployable.class);
                Session session = server.connect(new WithArguments(events), "/class")) {
            session.getBasicRemote().sendText("echo");
            events.expect("echo");
        }
    }

    @Test
    void aClassOfAClientEndpointNeedsOne() throws Exception {
        try (Deployed server = Deployed.of(PathMatchingTest.Deployable.class)) {
            assertThatThrownBy(() -> ContainerProvider.getWebSocketContainer()
                            .connectToServer(WithArguments.class, server.uri("/class")))
                    .isInstanceOf(DeploymentException.class)
                    .hasMessageContaining(WithArguments.class.getSimpleName());
        }
    }

    @Test
    void aClassWithoutTheAnnotationIsNoClientEndpoint() throws Exception {
        try (Deployed server = Deployed.of(PathMatchingTest.Deployable.class)) {
            assertThatThrownBy(() -> server.connect(new Object(), "/class")).isInstanceOf(DeploymentException.class);
        }
    }
}
