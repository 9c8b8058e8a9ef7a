package dev.duplex.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.endpoint.Companion;
import dev.duplex.endpoint.Instances;
import dev.duplex.handshake.RequestHead;
import dev.duplex.peer.Message;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import dev.duplex.transport.SocketTransport;
import dev.duplex.transport.Transport;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Encoder;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a host is told that makes instances and accompanies sessions, in which order. */
@Timeout(60)
final class CompanionTest {
    private static final BlockingQueue<String> TOLD = new LinkedBlockingQueue<>();

    private static void tell(String event) {
        TOLD.add(event);
    }

    /** What was told up to and with this. */
    private static List<String> toldUpTo(String last) throws InterruptedException {
        List<String> told = new ArrayList<>();
        do {
            String next = TOLD.poll(20, TimeUnit.SECONDS);
            assertThat(next).as("something after %s", told).isNotNull();
            told.add(next);
        } while (!told.getLast().equals(last));
        return told;
    }

    /** Makes instances by their constructors, and tells all. */
    private static final class Telling implements Instances {
        private @Nullable RuntimeException opening;

        @Override
        public <T> T create(Class<T> type) throws InstantiationException {
            tell("create " + type.getSimpleName());
            return BY_CONSTRUCTOR.create(type);
        }

        @Override
        public void destroy(Object instance) {
            tell("destroy " + instance.getClass().getSimpleName());
        }

        @Override
        public Companion.Call call() {
            return begin("handshake");
        }

        private static Companion.Call begin(String what) {
            Thread thread = Thread.currentThread();
            tell(what + " {");
            return () -> {
                assertThat(Thread.currentThread()).isSameAs(thread);
                tell("}");
            };
        }

        @Override
        public Companion companion(Class<?> endpoint) {
            tell("companion of " + endpoint.getSimpleName());
            return new Companion() {
                @Override
                public Call call() {
                    return begin("call");
                }

                @Override
                public void opened(Session session) {
                    tell("opened " + session.isOpen());
                    if (opening != null) {
                        throw opening;
                    }
                }

                @Override
                public void closed(Session session) {
                    tell("closed");
                }

                @Override
                public void ended() {
                    tell("ended");
                }
            };
        }
    }

    private final Telling instances = new Telling();

    private TestHost host(Class<?> endpoint) throws Exception {
        TOLD.clear();
        TestHost host = new TestHost(
                DuplexServerContainer.builder().instances(instances).build());
        host.container.addEndpoint(endpoint);
        return host;
    }

    public static final class Lengths implements Encoder.Text<Integer> {
        @Override
        public String encode(Integer length) {
            tell("encode");
            return length.toString();
        }
    }

    public static final class Handshakes extends ServerEndpointConfig.Configurator {
        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            tell("modify");
        }
    }

    @ServerEndpoint(value = "/length", encoders = Lengths.class, configurator = Handshakes.class)
    public static class Length {
        @OnOpen
        public void open() {
            tell("open");
        }

        @OnMessage
        public Integer message(String text) {
            tell("message");
            if (text.isEmpty()) {
                throw new IllegalArgumentException("empty");
            }
            return text.length();
        }

        @OnError
        public void error(Throwable failure) {
            tell("error " + failure.getMessage());
        }

        @OnClose
        public void close() {
            tell("close");
        }
    }

    @Test
    void everyCallOfASessionIsInsideOfOneOfItsCompanion() throws Exception {
        try (TestHost host = host(Length.class)) {
            assertThat(toldUpTo("create Handshakes")).containsExactly("create Handshakes");
            try (WsPeer peer = WebSockets.connect(host.uri("/length"))) {
                peer.write("four");
                Message answer = peer.readMessage(Duration.ofSeconds(20));
                assertThat(answer).isNotNull();
                assertThat(answer.text()).isEqualTo("4");
                peer.write("");
                peer.shutdown();
            }
            assertThat(toldUpTo("ended"))
                    .containsExactly(
                            "handshake {",
                            "modify",
                            "create Length",
                            "companion of Length",
                            "create Lengths",
                            "}",
                            "call {",
                            "opened true",
                            "open",
                            "}",
                            "call {",
                            "message",
                            "encode",
                            "}",
                            "call {",
                            "message",
                            "error empty",
                            "}",
                            "call {",
                            "close",
                            "closed",
                            "}",
                            "call {",
                            "destroy Lengths",
                            "}",
                            "call {",
                            "destroy Length",
                            "}",
                            "ended");
        }
        assertThat(toldUpTo("destroy Handshakes")).containsExactly("destroy Handshakes");
    }

    @Test
    void aCompanionThatThrowsWhenASessionOpensFailsTheSession() throws Exception {
        instances.opening = new IllegalStateException("no");
        try (TestHost host = host(Length.class);
                WsPeer peer = WebSockets.connect(host.uri("/length"))) {
            assertThat(peer.readMessage(Duration.ofSeconds(20))).isNull();
            assertThat(toldUpTo("ended"))
                    .containsSubsequence("opened true", "error no", "close", "closed", "destroy Length", "ended")
                    .doesNotContain("open");
        }
    }

    @Test
    void anUpgradeThatItsHostAbandonsEndsWhatWasMadeForIt() throws Exception {
        try (TestHost host = host(Length.class);
                ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(listener.getInetAddress(), listener.getLocalPort());
                Transport transport = SocketTransport.plain(listener.accept())) {
            RequestHead head = RequestHead.parse("""
                GET /length HTTP/1.1\r
                Host: localhost\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                Sec-WebSocket-Version: 13\r
                \r
                """);
            toldUpTo("create Handshakes");
            Upgrade upgrade = host.container.upgrade(new TestHost.Request(head, transport, false));
            toldUpTo("}");
            assertThat(client.isConnected()).isTrue();
            upgrade.abandon();
            assertThat(TOLD)
                    .containsExactly("call {", "destroy Lengths", "}", "call {", "destroy Length", "}", "ended");
        }
    }

    /** Interrupts who connects when the answer has come. */
    public static final class Interrupting extends ClientEndpointConfig.Configurator {
        @Override
        public void afterResponse(HandshakeResponse response) {
            Thread.currentThread().interrupt();
        }
    }

    public static final class Client extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {}

        @Override
        public void onClose(Session session, CloseReason reason) {
            tell("client closed");
        }
    }

    @Test
    void aClientWhoseCallerWasInterruptedEndsOnceBehindItsCloseCallback() throws Exception {
        try (TestHost host = TestHost.of(Length.class)) {
            TOLD.clear();
            ClientEndpointConfig config = ClientEndpointConfig.Builder.create()
                    .configurator(new Interrupting())
                    .build();
            DuplexServerContainer clients =
                    DuplexServerContainer.builder().instances(instances).build();
            assertThatThrownBy(() -> clients.connectToServer(Client.class, config, host.uri("/length")))
                    .isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(toldUpTo("ended"))
                    .containsSubsequence("create Client", "client closed", "destroy Client", "ended")
                    .containsOnlyOnce("destroy Client");
        }
    }

    @Test
    void aClientThatIsRefusedEndsOnce() throws Exception {
        try (TestHost host = TestHost.of(Length.class)) {
            TOLD.clear();
            DuplexServerContainer clients =
                    DuplexServerContainer.builder().instances(instances).build();
            assertThatThrownBy(() -> clients.connectToServer(
                            Client.class, ClientEndpointConfig.Builder.create().build(), host.uri("/nowhere")))
                    .isInstanceOf(DeploymentException.class);
            assertThat(TOLD)
                    .containsExactly("create Client", "companion of Client", "call {", "destroy Client", "}", "ended");
        }
    }

    /** Its class file names the annotation, as that of a class with an injected member does; the annotation itself is not there. */
    @ServerEndpoint("/injected")
    public static class Injected {
        static final String NAMED = "Ljakarta/inject/Inject;";

        @OnMessage
        public String message(String text) {
            return NAMED + text;
        }
    }

    @ServerEndpoint("/heir")
    public static class Heir extends Injected {}

    @Test
    void membersThatNobodyInjectsAreRefusedAtDeployment() {
        DuplexServerContainer container = DuplexServerContainer.builder().build();
        for (Class<?> type : List.of(Injected.class, Heir.class)) {
            assertThatThrownBy(() -> container.addEndpoint(type))
                    .isInstanceOf(DeploymentException.class)
                    .hasMessage(
                            type.getName() + " has members with @Inject, and nothing here injects them: its application"
                                    + " needs CDI, or the endpoint a configurator that makes its instances");
        }
    }
}
