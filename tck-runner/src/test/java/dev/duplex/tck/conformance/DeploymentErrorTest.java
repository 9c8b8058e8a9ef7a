package dev.duplex.tck.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.se.DuplexServer;
import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Errors of deployment: chapter 5.2.1, and deployment by program in 6.3. */
@SuppressWarnings("try") // some connections are only there to be open
class DeploymentErrorTest {
    @ServerEndpoint("/good")
    public static class Good {
        @OnMessage
        public String echo(String text) {
            return text;
        }
    }

    @ServerEndpoint("/bad")
    public static class Bad {
        @OnOpen
        public void open(Map<String, String> impossible) {}
    }

    @ServerEndpoint("/late")
    public static class Late {
        @OnMessage
        public String echo(String text) {
            return "late " + text;
        }
    }

    @Test
    void aFailureOfTheMachineIsReportedSoThatOneCanActOnIt() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> DuplexServer.builder()
                            .host("127.0.0.1")
                            .port(taken.getLocalPort())
                            .endpoint(Good.class)
                            .start()
                            .close())
                    .isInstanceOfAny(DeploymentException.class, IOException.class)
                    .hasMessageContaining(Integer.toString(taken.getLocalPort()));
        }
    }

    @Test
    void aMalformedEndpointIsReportedWithItsNameAndWhatIsWrong() {
        assertThatThrownBy(() -> Deployed.of(Bad.class).close())
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining(Bad.class.getName())
                .hasMessageContaining("open")
                .hasMessageContaining("Map");
    }

    @Test
    void oneBadEndpointStopsTheWholeApplication() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        DuplexServer.Builder application =
                DuplexServer.builder().host("127.0.0.1").port(port).endpoint(Good.class, Bad.class, Late.class);
        assertThatThrownBy(() -> application.start().close()).isInstanceOf(DeploymentException.class);
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void anEndpointAddedToARunningApplicationIsServed() throws Exception {
        try (Deployed server = Deployed.of(Good.class)) {
            server.container().addEndpoint(Late.class);
            server.container()
                    .addEndpoint(
                            ServerEndpointConfig.Builder.create(PathMatchingTest.Telling.class, "/programmatic/{x}")
                                    .build());
            try (Caller late = server.call("/late");
                    Wire programmatic = server.wire("/programmatic/1");
                    Caller good = server.call("/good")) {
                assertThat(late.ask("x")).isEqualTo("late x");
                assertThat(programmatic.next(Wire.TEXT).text()).isEqualTo("/programmatic/{x} {x=1}");
                assertThat(good.ask("x")).isEqualTo("x");
            }
        }
    }

    @Test
    void anErrorOfARunningApplicationIsReportedToTheCallerAndTheOthersStayInService() throws Exception {
        try (Deployed server = Deployed.of(Good.class);
                Caller before = server.call("/good")) {
            assertThatThrownBy(() -> server.container().addEndpoint(Bad.class))
                    .isInstanceOf(DeploymentException.class)
                    .hasMessageContaining(Bad.class.getSimpleName());
            assertThat(before.ask("x")).isEqualTo("x");
            try (Caller after = server.call("/good")) {
                assertThat(after.ask("y")).isEqualTo("y");
            }
        }
    }

    @Test
    void aClassThatIsNoEndpointIsRefused() throws Exception {
        try (Deployed server = Deployed.of(Good.class)) {
            assertThatThrownBy(() -> server.container().addEndpoint(String.class))
                    .isInstanceOf(DeploymentException.class)
                    .hasMessageContaining("java.lang.String");
        }
    }

    @ClientEndpoint
    public static class BadClient {
        @OnMessage
        public void message(Map<String, String> impossible) {}
    }

    @Test
    void aBadClientEndpointIsADeploymentException() throws Exception {
        try (Deployed server = Deployed.of(Good.class)) {
            assertThatThrownBy(() -> server.connect(new BadClient(), "/good"))
                    .isInstanceOf(DeploymentException.class)
                    .hasMessageContaining(BadClient.class.getSimpleName());
        }
    }

    @Test
    void aFailedScanIsReportedByTheStartOfTheServer() {
        assertThatThrownBy(() -> Deployed.with(builder -> builder.scanned(Set.of(Good.class, Bad.class)))
                        .close())
                .isInstanceOf(DeploymentException.class)
                .hasMessageContaining(Bad.class.getSimpleName());
    }

    @Test
    void aServerThatCannotBeReachedIsAnError() {
        assertThatThrownBy(() -> Caller.to(URI.create("ws://127.0.0.1:1/")).hangUp())
                .isInstanceOfAny(DeploymentException.class, IOException.class);
    }

    @Test
    void thereIsNoServletRequestToUpgradeOutsideAServletContainer() throws Exception {
        ServerEndpointConfig config =
                ServerEndpointConfig.Builder.create(Good.class, "/upgraded").build();
        try (Deployed server = Deployed.of(Good.class)) {
            assertThatThrownBy(() ->
                            server.container().upgradeHttpToWebSocket(new Object(), new Object(), config, Map.of()))
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void theSameAnnotatedClassTwiceIsDeployedOnce() throws Exception {
        try (Deployed server = Deployed.with(
                        builder -> builder.scanned(Set.of(Good.class)).endpoint(Good.class));
                Caller caller = server.call("/good")) {
            assertThat(caller.ask("x")).isEqualTo("x");
            server.container().addEndpoint(Good.class);
            assertThat(caller.ask("y")).isEqualTo("y");
        }
    }
}
