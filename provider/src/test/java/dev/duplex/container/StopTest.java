package dev.duplex.container;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.duplex.peer.PeerPolicy;
import dev.duplex.peer.RawPeer;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class StopTest {
    private static final int HALF = 4;
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String CLOSED = "close 1006 the container is stopping";

    private final CountDownLatch release = new CountDownLatch(1);

    /** An endpoint whose callback takes until it is released when it is told to wait. */
    private final class Waiting extends Probe {
        @Override
        String heard(String message) throws InterruptedException {
            assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
            tell("returned");
            return null;
        }
    }

    @AfterEach
    void releaseCallbacks() {
        release.countDown();
    }

    /** Begins to stop, with all the time that a test has. */
    static CompletableFuture<Void> stop(TestHost host) {
        return CompletableFuture.runAsync(() -> host.container.stop(LONG));
    }

    static void await(CompletableFuture<Void> stopped) throws Exception {
        stopped.get(30, TimeUnit.SECONDS);
    }

    @Test
    void closesSessionsAndWaitsForThoseInsideCallbacks() throws Exception {
        List<Waiting> probes = new ArrayList<>();
        List<RawPeer> clients = new ArrayList<>();
        try (TestHost host = Probe.host()) {
            for (int i = 0; i < 2 * HALF; i++) {
                Waiting probe = new Waiting();
                probes.add(probe);
                host.container.addEndpoint(probe.at("/" + i));
                RawPeer client = host.open("/" + i);
                clients.add(client);
                probe.expect("open");
                if (i < HALF) {
                    client.frame(RawPeer.TEXT, "wait");
                    probe.expect("text wait");
                }
            }
            CompletableFuture<Void> stopped = stop(host);
            for (RawPeer client : clients) { // those inside callbacks are told as well
                assertThat(client.expectClose(1001)).isEqualTo("the container is stopping");
                client.close(1001);
            }
            for (Waiting free : probes.subList(HALF, 2 * HALF)) {
                free.expect(CLOSED);
            }
            assertThat(stopped).isNotDone();
            probes.get(0).expectNothing(); // no close callback while another one runs
            release.countDown();
            await(stopped);
            for (Waiting busy : probes.subList(0, HALF)) {
                busy.expect("returned");
                busy.expect(CLOSED);
            }
            for (Waiting each : probes) {
                each.expectNothing();
            }
        } finally {
            for (RawPeer client : clients) {
                client.close();
            }
        }
    }

    @Test
    void cutsWhatDoesNotEndWithinTheGrace() throws Exception {
        Waiting probe = new Waiting();
        try (TestHost host = Probe.host(probe.at("/"));
                RawPeer silent = host.open("/");
                RawPeer busy = host.open("/")) {
            probe.expect("open");
            probe.expect("open");
            busy.frame(RawPeer.TEXT, "wait");
            probe.expect("text wait");
            host.container.stop(Duration.ofSeconds(1)); // neither answers the Close
            silent.expectClose(1001);
            silent.expectEnd();
            busy.expectClose(1001);
            busy.expectEnd();
            probe.expect(CLOSED);
            release.countDown();
            probe.expect("returned");
            probe.expect(CLOSED);
        }
    }

    /** An endpoint that begins to stop its container, by another thread, when it is told to. */
    private static final class Stopping extends Probe {
        private volatile @Nullable DuplexServerContainer container;

        @Override
        String heard(String message) {
            if (message.equals("stop")) {
                DuplexServerContainer all = Objects.requireNonNull(container);
                CompletableFuture.runAsync(() -> all.startStop(LONG)).join();
            }
            return "answer to " + message;
        }
    }

    @Test
    void sendsAnAnswerBeforeTheCloseOfItsSession() throws Exception {
        Stopping probe = new Stopping();
        try (TestHost host = Probe.host(probe.at("/"));
                RawPeer client = host.open("/")) {
            probe.container = host.container;
            client.bytes(RawPeer.encode(RawPeer.TEXT, "stop".getBytes(UTF_8), true));
            client.expectText("answer to stop");
            client.expectClose(1001);
            client.close(1001);
            client.expectEnd();
        }
    }

    @Test
    void answersWhatCameWithTheMessageThatIsAnswered() throws Exception {
        Stopping probe = new Stopping();
        try (TestHost host = Probe.host(probe.at("/"));
                RawPeer client = host.open("/")) {
            probe.container = host.container;
            ByteArrayOutputStream both = new ByteArrayOutputStream();
            both.write(RawPeer.encode(RawPeer.TEXT, "stop".getBytes(UTF_8), true));
            both.write(RawPeer.encode(RawPeer.TEXT, "more".getBytes(UTF_8), true));
            client.bytes(both.toByteArray());
            client.expectText("answer to stop");
            client.expectText("answer to more");
            client.expectClose(1001);
            client.close(1001);
            client.expectEnd();
        }
    }

    @Test
    void handsOverWhatComesBeforeTheAnswerToItsClose() throws Exception {
        Probe probe = new Probe();
        try (TestHost host = Probe.host(probe.at("/"));
                RawPeer client = host.open("/")) {
            probe.expect("open");
            client.frame(0x01, "ha"); // the first half
            CompletableFuture<Void> stopped = stop(host);
            client.expectClose(1001);
            client.frame(0x80, "lf");
            client.frame(RawPeer.TEXT, "whole");
            probe.expect("text half");
            probe.expect("text whole");
            probe.expectNothing();
            client.close(1001);
            await(stopped);
            probe.expect(CLOSED);
            probe.expectNothing();
        }
    }

    @Test
    void sendsNothingBehindItsClose() throws Exception {
        Stopping probe = new Stopping();
        try (TestHost host = Probe.host(probe.at("/"));
                RawPeer client = host.open("/")) {
            probe.expect("open");
            CompletableFuture<Void> stopped = stop(host);
            client.expectClose(1001);
            client.frame(RawPeer.TEXT, "late");
            probe.expect("text late");
            assertThat(probe.next()).startsWith("error "); // the answer
            client.close(1001);
            client.expectEnd();
            await(stopped);
            probe.expect(CLOSED);
        }
    }

    @Test
    void waitsForTheCloseOfWhoWasInACallbackAsLongAsForAnother() throws Exception {
        Waiting probe = new Waiting();
        ServerEndpointConfig config = probe.at("/");
        config.getUserProperties().put("dev.duplex.shutdownTimeout", Duration.ofMillis(100));
        try (TestHost host = Probe.host(config);
                RawPeer client = host.open("/")) {
            probe.expect("open");
            client.frame(RawPeer.TEXT, "wait");
            probe.expect("text wait");
            CompletableFuture<Void> stopped = stop(host);
            client.expectClose(1001);
            client.frame(RawPeer.TEXT, "late");
            client.close(1001);
            CompletableFuture<Boolean> ended = CompletableFuture.supplyAsync(() -> {
                assertThatCode(client::expectEnd).doesNotThrowAnyException();
                return true;
            });
            // Several times its shutdown timeout, in which the connection must not end
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> ended.get(3, TimeUnit.SECONDS));
            release.countDown();
            await(stopped);
            probe.expect("returned");
            probe.expect("text late");
            probe.expect("returned");
            probe.expect(CLOSED);
            assertThat(ended.get(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void whoDoesNotReadHoldsUpNobody() throws Exception {
        Probe deaf = new Probe() {
            @Override
            void opened(Session open) throws Exception {
                tell("sending");
                open.getBasicRemote().sendText("x".repeat(64 << 20)); // more than sockets hold
            }
        };
        Probe probe = new Probe();
        try (TestHost host = Probe.host(deaf.at("/deaf"), probe.at("/"));
                RawPeer silent = host.open("/deaf");
                RawPeer client = host.open("/")) {
            deaf.expect("open");
            deaf.expect("sending");
            CompletableFuture<Void> stopped = stop(host);
            client.expectClose(1001);
            client.close(1001);
            client.expectEnd();
            assertThat(stopped).isNotDone();
            silent.reset();
            await(stopped);
        }
    }

    @Test
    void callbackThatStopsItsContainerIsNotWaitedFor() throws Exception {
        AtomicReference<DuplexServerContainer> container = new AtomicReference<>();
        Probe probe = new Probe() {
            @Override
            String heard(String message) {
                container.get().stop(Duration.ofHours(1));
                tell("stopped");
                return null;
            }
        };
        Probe other = new Probe();
        try (TestHost host = Probe.host(probe.at("/"), other.at("/other"));
                RawPeer asking = host.open("/");
                RawPeer client = host.open("/other")) {
            container.set(host.container);
            probe.expect("open");
            other.expect("open");
            asking.frame(RawPeer.TEXT, "stop");
            probe.expect("text stop");
            asking.expectClose(1001); // at once
            client.expectClose(1001);
            probe.expectNothing(); // as the other session has not ended
            client.close(1001);
            other.expect(CLOSED);
            probe.expect("stopped");
            asking.close(1001);
            asking.expectEnd();
            probe.expect(CLOSED);
        }
    }

    @Test
    void endsConnectionsOfItsClientsToo() throws Exception {
        Probe served = new Probe();
        Probe client = new Probe();
        DuplexServerContainer other = DuplexServerContainer.builder().build();
        try (TestHost host = Probe.host(served.at("/"))) {
            other.connectToServer(client, ClientEndpointConfig.Builder.create().build(), host.uri("/"));
            other.stop(LONG);
            client.expect("open");
            client.expect(CLOSED);
            served.expect("open");
            served.expect("close 1001 the container is stopping");
        }
    }

    @Test
    void hasNoEndpointsAfterwards() throws Exception {
        try (TestHost host = Probe.host(new Probe().at("/a"))) {
            assertThat(host.container.paths()).containsExactly("/a");
            host.container.stop(Duration.ZERO);
            assertThat(host.container.paths()).isEmpty();
        }
    }

    @Test
    void stopsTwice() throws Exception {
        try (TestHost host = Probe.host(new Probe().at("/a"));
                RawPeer raw = host.open("/a")) {
            CompletableFuture<Void> stopped = stop(host);
            raw.expectClose(1001);
            host.container.stop(Duration.ZERO);
            await(stopped);
            raw.expectEnd();
        }
    }

    @ServerEndpoint("/restart")
    @PeerPolicy(shutdownCode = 1012)
    public static class Restarting {
        static final CompletableFuture<CloseReason> REASON = new CompletableFuture<>();

        @OnMessage
        public String echo(String message) {
            return message;
        }

        @OnClose
        public void close(CloseReason reason) {
            REASON.complete(reason);
        }
    }

    @Test
    void closesWithTheCodeOfThePolicy() throws Exception {
        try (TestHost host = TestHost.of(Restarting.class);
                RawPeer raw = host.open("/restart")) {
            CompletableFuture<Void> stopped = stop(host);
            raw.expectClose(1012);
            raw.close(1012);
            await(stopped);
            assertThat(Restarting.REASON.get().getCloseCode().getCode()).isEqualTo(1006);
        }
    }

    @Test
    void closesASessionThatBeginsWhenAllHaveStopped() throws Exception {
        Probe probe = new Probe();
        ServerEndpointConfig config = probe.at("/");
        config.getUserProperties().put("dev.duplex.shutdownCode", 4001);
        try (TestHost host = Probe.host(config)) {
            host.beforeServing(() -> host.container.stop(Duration.ZERO));
            try (RawPeer late = host.open("/")) {
                assertThat(late.expectClose(4001)).isEqualTo("the container is stopping");
                late.frame(RawPeer.TEXT, "late");
                late.close(4001);
                late.expectEnd();
                probe.expect("open");
                probe.expect("text late");
                probe.expect(CLOSED);
                probe.expectNothing();
            }
        }
    }

    /** Gives the instance, and has the handshake take until something is done. */
    private static final class Deciding extends Probe.Giving {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final Runnable decision;

        Deciding(Probe probe, Runnable decision) {
            super(probe);
            this.decision = decision;
        }

        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            begun.countDown();
            decision.run();
        }

        ServerEndpointConfig at(String path) {
            return ServerEndpointConfig.Builder.create(Probe.class, path)
                    .configurator(this)
                    .build();
        }
    }

    private void awaitRelease() {
        try {
            assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void waitsForAHandshakeThatTheApplicationWorksOn() throws Exception {
        Probe probe = new Probe();
        Deciding deciding = new Deciding(probe, this::awaitRelease);
        try (TestHost host = Probe.host(deciding.at("/"));
                RawPeer late = host.raw()) {
            late.ask("/");
            assertThat(deciding.begun.await(20, TimeUnit.SECONDS)).isTrue();
            CompletableFuture<Void> stopped = stop(host);
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> stopped.get(300, TimeUnit.MILLISECONDS));
            release.countDown();
            assertThat(late.head()).startsWith("HTTP/1.1 101 ");
            late.expectClose(1001);
            late.close(1001);
            await(stopped);
            probe.expect("open");
            probe.expect(CLOSED);
        }
    }

    @Test
    void handshakeThatStopsItsContainerIsNotWaitedFor() throws Exception {
        AtomicReference<DuplexServerContainer> container = new AtomicReference<>();
        Probe probe = new Probe();
        Deciding deciding = new Deciding(probe, () -> container.get().stop(Duration.ofHours(1)));
        try (TestHost host = Probe.host(deciding.at("/"))) {
            container.set(host.container);
            try (RawPeer client = host.open("/")) {
                client.expectClose(1001);
                client.close(1001);
                client.expectEnd();
            }
            probe.expect("open");
            probe.expect(CLOSED);
        }
    }

    @Test
    void waitsForSessionsAlsoWhenItsOwnClientsHaveGone() throws Exception {
        Waiting probe = new Waiting();
        Probe client = new Probe();
        try (TestHost host = Probe.host(probe.at("/"));
                RawPeer busy = host.open("/")) {
            probe.expect("open");
            host.container
                    .connectToServer(
                            client, ClientEndpointConfig.Builder.create().build(), host.uri("/"))
                    .close();
            client.expect("open");
            probe.expect("open");
            probe.expect("close 1000 ");
            client.expect("close 1000 ");
            busy.frame(RawPeer.TEXT, "wait");
            probe.expect("text wait");
            CompletableFuture<Void> stopped = stop(host);
            busy.expectClose(1001);
            busy.close(1001);
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> stopped.get(300, TimeUnit.MILLISECONDS));
            release.countDown();
            await(stopped);
            probe.expect("returned");
            probe.expect(CLOSED);
        }
    }
}
