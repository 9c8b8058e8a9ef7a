package dev.duplex.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.PeerPolicy;
import dev.duplex.peer.RawPeer;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the connections of an endpoint are held to, seen from the other end. */
@Timeout(60)
final class PolicyTest {
    private static final String PING = "dev.duplex.pingFrequency";
    private static final String PAYLOAD = "dev.duplex.maxReceivePayload";
    private static final String CODE = "dev.duplex.shutdownCode";

    @ServerEndpoint("/annotated")
    @PeerPolicy(pingFrequencySeconds = 1, maxReceivePayload = 10, shutdownCode = 4010)
    public static class Annotated {}

    @ServerEndpoint("/plain")
    public static class Plain {}

    private static TestHost host(Map<String, Object> container, Class<?> type, Map<String, Object> user)
            throws Exception {
        ServerEndpointConfig config =
                ServerEndpointConfig.Builder.create(type, "/").build();
        config.getUserProperties().putAll(user);
        return Probe.host(DuplexServerContainer.builder().properties(container).build(), config);
    }

    private static void takesNoMoreThan(int bytes, TestHost host) throws Exception {
        try (host;
                RawPeer fits = host.open("/");
                RawPeer isTooLarge = host.open("/")) {
            fits.frame(RawPeer.TEXT, "a".repeat(bytes));
            fits.frame(RawPeer.PING, "still there");
            assertThat(fits.frame().b0()).isEqualTo(RawPeer.PONG);
            isTooLarge.frame(RawPeer.TEXT, "a".repeat(bytes + 1));
            isTooLarge.expectClose(1009);
        }
    }

    private static void closesWith(int code, TestHost host) throws Exception {
        try (host;
                RawPeer raw = host.open("/")) {
            CompletableFuture<Void> stopped = StopTest.stop(host);
            raw.expectClose(code);
            raw.close(code);
            StopTest.await(stopped);
        }
    }

    private static void pings(TestHost host) throws Exception {
        try (host;
                RawPeer raw = host.open("/")) {
            assertThat(raw.frame().b0()).isEqualTo(RawPeer.PING);
        }
    }

    @Test
    void userPropertyGoesFirst() throws Exception {
        takesNoMoreThan(5, host(Map.of(PAYLOAD, 20), Annotated.class, Map.of(PAYLOAD, 5)));
        closesWith(4005, host(Map.of(CODE, 4020), Annotated.class, Map.of(CODE, 4005)));
        pings(host(Map.of(PING, 3600), Plain.class, Map.of(PING, 0.05)));
    }

    @Test
    void annotationGoesBeforeTheContainer() throws Exception {
        takesNoMoreThan(10, host(Map.of(PAYLOAD, 5), Annotated.class, Map.of()));
        closesWith(4010, host(Map.of(CODE, 4020), Annotated.class, Map.of()));
        pings(host(Map.of(PING, 3600), Annotated.class, Map.of()));
    }

    @Test
    void containerGoesBeforeTheDefault() throws Exception {
        takesNoMoreThan(20, host(Map.of(PAYLOAD, 20), Plain.class, Map.of()));
        closesWith(4020, host(Map.of(CODE, 4020), Plain.class, Map.of()));
        pings(host(Map.of(PING, 0.05), Plain.class, Map.of()));
    }

    @Test
    void holdsOnAnAnnotatedClassAlone() throws Exception {
        try (TestHost host = TestHost.of(Annotated.class);
                RawPeer raw = host.open("/annotated")) {
            raw.frame(RawPeer.BINARY, "eleven byte");
            raw.expectClose(1009);
        }
    }

    @Test
    void countsWhatIsInflated() throws Exception {
        try (TestHost host = host(Map.of(), Plain.class, Map.of(PAYLOAD, 4));
                RawPeer raw = host.open("/", "Sec-WebSocket-Extensions: permessage-deflate")) {
            raw.hexFrame(0xC1, "f2 48 cd c9 c9 07 00"); // RFC 7692 §7.2.3.1: Hello
            raw.expectClose(1009);
        }
    }

    @Test
    void aSilentPeerIsGivenUpAndTheCloseCallbackToldOnce() throws Exception {
        Probe probe = new Probe();
        ServerEndpointConfig config = probe.at("/");
        config.getUserProperties().put(PING, 0.05);
        try (TestHost host = Probe.host(config);
                RawPeer silent = host.open("/")) {
            assertThat(silent.frame().b0()).isEqualTo(RawPeer.PING);
            assertThat(silent.expectClose(1000)).isEqualTo("pong timeout");
            silent.expectEnd();
            probe.expect("open");
            assertThat(probe.next()).startsWith("close 1006 ");
            host.container.stop(Duration.ofSeconds(20)); // waits for what could come yet
            probe.expectNothing();
        }
    }

    @Test
    void keepAliveDoesNotKeepAnIdleSessionAlive() throws Exception {
        Probe probe = new Probe();
        ServerEndpointConfig config = probe.at("/");
        config.getUserProperties().put(PING, 0.1);
        DuplexServerContainer container = DuplexServerContainer.builder().build();
        container.setDefaultMaxSessionIdleTimeout(1000);
        try (TestHost host = Probe.host(container, config);
                RawPeer raw = host.open("/")) {
            RawPeer.RawFrame frame = raw.frame();
            assertThat(frame.b0()).isEqualTo(RawPeer.PING);
            while (frame.b0() == RawPeer.PING) {
                raw.frame(RawPeer.PONG, frame.payload());
                frame = raw.frame();
            }
            assertThat(frame.b0()).isEqualTo(RawPeer.CLOSE);
            assertThat(frame.hex()).startsWith("03e9"); // 1001
            raw.close(1001);
            probe.expect("open");
            probe.expect("close 1006 no frame was sent or received for 1000 ms");
            host.container.stop(Duration.ofSeconds(20));
            probe.expectNothing();
        }
    }
}
