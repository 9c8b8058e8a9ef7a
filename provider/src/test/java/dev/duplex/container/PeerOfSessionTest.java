package dev.duplex.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.duplex.peer.Frame;
import dev.duplex.peer.Opcode;
import dev.duplex.peer.RawPeer;
import dev.duplex.peer.WsPeer;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The connection of a session seen through the peer API. */
@Timeout(60)
final class PeerOfSessionTest {
    private final Probe probe = new Probe();

    private WsPeer peer() throws InterruptedException {
        probe.expect("open");
        return WsPeer.of(probe.session());
    }

    @Test
    void writesWhatTheSessionCouldSend() throws Exception {
        try (TestHost host = Probe.host(probe.at("/"));
                RawPeer raw = host.open("/")) {
            WsPeer peer = peer();
            assertThat(peer.write("text")).isEqualTo(6);
            raw.expectText("text");
            peer.write(new byte[] {1});
            raw.expect(RawPeer.BINARY, "01");
            peer.write(new Frame(Opcode.TEXT, false, new byte[] {'a'}));
            raw.expect(0x01, "61");
            peer.write(new Frame(Opcode.CONTINUATION, true, new byte[] {'b'}));
            raw.expect(RawPeer.CONTINUATION, "62");
            probe.session().getBasicRemote().sendText("and the session goes on");
            raw.expectText("and the session goes on");
        }
    }

    @Test
    void doesNotRead() throws Exception {
        try (TestHost host = Probe.host(probe.at("/"));
                RawPeer raw = host.open("/")) {
            WsPeer peer = peer();
            assertThatIllegalStateException().isThrownBy(peer::read).withMessageContaining("@OnMessage");
            assertThatIllegalStateException().isThrownBy(() -> peer.read(Duration.ofMillis(1)));
            assertThatIllegalStateException().isThrownBy(peer::readMessage);
            raw.frame(RawPeer.TEXT, "for the endpoint");
            probe.expect("text for the endpoint");
        }
    }

    @Test
    void pingsAndKnowsHowLongThePongTook() throws Exception {
        CompletableFuture<Boolean> answered = new CompletableFuture<>();
        try (TestHost host = Probe.host(probe.at("/"));
                RawPeer raw = host.open("/")) {
            WsPeer peer = peer();
            probe.session().addMessageHandler(PongMessage.class, (MessageHandler.Whole<PongMessage>)
                    pong -> answered.complete(true));
            assertThat(peer.latency()).isNull();
            peer.ping(new byte[] {7});
            raw.expect(RawPeer.PING, "07");
            raw.hexFrame(RawPeer.PONG, "07");
            assertThat(answered.get(20, TimeUnit.SECONDS)).isTrue();
            assertThat(peer.latency()).isPositive();
        }
    }

    @Test
    void shutsDownAndTheCloseCallbackIsTold() throws Exception {
        try (TestHost host = Probe.host(probe.at("/"));
                RawPeer raw = host.open("/")) {
            WsPeer peer = peer();
            CompletableFuture<Boolean> done = CompletableFuture.supplyAsync(() -> peer.shutdown(4000, "enough"));
            assertThat(raw.expectClose(4000)).isEqualTo("enough");
            raw.close(4000);
            assertThat(done.get(20, TimeUnit.SECONDS)).isTrue();
            probe.expect("close 4000 enough");
            host.container.stop(Duration.ofSeconds(20));
            probe.expectNothing();
        }
    }

    @Test
    void closesAtOnceAndTheCloseCallbackIsTold1006() throws Exception {
        try (TestHost host = Probe.host(probe.at("/"));
                RawPeer raw = host.open("/")) {
            peer().close();
            raw.expectEnd();
            String next = probe.next();
            if (next.startsWith("error ")) {
                next = probe.next();
            }
            assertThat(next).startsWith("close 1006 ");
            host.container.stop(Duration.ofSeconds(20));
            probe.expectNothing();
        }
    }

    @Test
    void isTheSameForTheSameConnection() throws Exception {
        try (TestHost host = Probe.host(probe.at("/"));
                RawPeer raw = host.open("/")) {
            WsPeer peer = peer();
            assertThat(peer).isEqualTo(WsPeer.of(probe.session())).hasSameHashCodeAs(WsPeer.of(probe.session()));
            assertThat(peer.id()).isEqualTo(WsPeer.of(probe.session()).id());
            assertThat(peer.isClient()).isFalse();
            assertThat(peer.isOpen()).isTrue();
            assertThat(peer.remoteAddress()).isEqualTo(raw.socket().getLocalSocketAddress());
        }
    }

    @Test
    void isThereForAClientToo() throws Exception {
        Probe client = new Probe();
        try (TestHost host = Probe.host(probe.at("/"))) {
            Session session = new DuplexContainer()
                    .connectToServer(
                            client, ClientEndpointConfig.Builder.create().build(), host.uri("/"));
            WsPeer peer = WsPeer.of(session);
            assertThat(peer.isClient()).isTrue();
            peer.write("hi");
            probe.expect("open");
            probe.expect("text hi");
            assertThat(peer.shutdown()).isTrue();
            client.expect("open");
            client.expect("close 1000 ");
        }
    }

    @Test
    void isNotThereForASessionOfSomebodyElse() {
        Session foreign = (Session) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Session.class}, (proxy, method, arguments) -> null);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WsPeer.of(foreign))
                .withMessageStartingWith("Only a session of Duplex has a peer");
    }
}
