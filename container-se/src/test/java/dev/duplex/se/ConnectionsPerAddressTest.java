package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One client cannot take all connections. */
@Timeout(120)
final class ConnectionsPerAddressTest {
    /** Connections over the limit that are told so. */
    private static final int REFUSED = 8;

    @TempDir
    private static Path folder;

    private static DuplexServer.Builder builder() {
        return Echo.builder().maxConnectionsPerAddress(2);
    }

    private static RawClient from(DuplexServer server, String address) throws IOException {
        RawClient client = RawClient.to(server);
        String family = address.contains(":") ? "TCP6 " + address + " ::1" : "TCP4 " + address + " 127.0.0.1";
        client.send("PROXY " + family + " 1 2\r\n");
        return client;
    }

    private static void refused(RawClient client, String whom) throws IOException {
        client.send(RawClient.upgrade("/echo"));
        assertThat(client.answer())
                .startsWith("HTTP/1.1 429 Too Many Requests\r\n")
                .endsWith("\r\n\r\n" + whom + " has 2 connections here, the limit of one client; close some, or try"
                        + " again later\n");
    }

    @Test
    void connectionOverTheLimitGets429AndAPlaceIsFreeAfterAnEnd() throws Exception {
        try (DuplexServer server = builder().start();
                RawClient first = RawClient.upgraded(server, "/echo");
                RawClient second = RawClient.upgraded(server, "/echo")) {
            try (RawClient third = RawClient.to(server)) {
                refused(third, "127.0.0.1");
            }
            first.reset();
            Remains.eventually("a place", () -> accepted(server) ? 1 : 0, count -> count == 1);
            second.echoes("still here");
        }
    }

    private static boolean accepted(DuplexServer server) {
        try (RawClient client = RawClient.to(server)) {
            client.send(RawClient.upgrade("/echo"));
            return client.head().startsWith("HTTP/1.1 101 ");
        } catch (IOException e) {
            return false; // it was cut without a word
        }
    }

    @Test
    void connectionsInTheirHandshakeCountAndThoseFarOverTheLimitAreCut() throws Exception {
        Remains remains = new Remains(folder);
        List<RawClient> silent = new ArrayList<>();
        try (DuplexServer server = builder().handshakeTimeout(RawClient.LIMIT).start()) {
            for (int i = 0; i < 2 + REFUSED; i++) {
                RawClient client = RawClient.to(server);
                client.send("GET /");
                silent.add(client);
            }
            // The last ones are told at the end of their heads, and are counted until then
            Remains.eventually("cut", () -> cut(server) ? 1 : 0, count -> count == 1);
        }
        for (RawClient client : silent) {
            client.close();
        }
        remains.areNoMore();
    }

    private static boolean cut(DuplexServer server) {
        try (RawClient client = RawClient.to(server)) {
            client.send(RawClient.upgrade("/echo"));
            client.head();
            return false; // not all of the others were counted yet
        } catch (IOException e) {
            return true; // the end of the stream, or a reset
        }
    }

    @Test
    void clientIsWhoTheProxySaysAndOthersComeThroughTheSameProxy() throws Exception {
        try (DuplexServer server = builder().proxyProtocol().start();
                RawClient first = from(server, "198.51.100.7").upgraded("/echo");
                RawClient second = from(server, "198.51.100.7").upgraded("/echo");
                RawClient third = from(server, "198.51.100.7");
                RawClient other = from(server, "198.51.100.8").upgraded("/echo")) {
            refused(third, "198.51.100.7");
            first.echoes("first");
            second.echoes("second");
            other.echoes("other");
        }
    }

    @Test
    void networkOf64BitsOfIpv6IsOneClient() throws Exception {
        try (DuplexServer server = builder().proxyProtocol().start();
                RawClient first = from(server, "2001:db8:0:1::1").upgraded("/echo");
                RawClient second = from(server, "2001:db8:0:1:ffff::2").upgraded("/echo");
                RawClient third = from(server, "2001:db8:0:1::3");
                RawClient other = from(server, "2001:db8:0:2::1").upgraded("/echo")) {
            refused(third, "2001:db8:0:1:0:0:0:0/64");
            first.echoes("first");
            second.echoes("second");
            other.echoes("other");
        }
    }

    @Test
    void whoComesThroughAFileHasNoAddressAndNoLimit() throws Exception {
        Path file = folder.resolve("socket");
        List<RawClient> clients = new ArrayList<>();
        try (DuplexServer server = builder().unixSocket(file).start()) {
            for (int i = 0; i < 5; i++) {
                clients.add(RawClient.to(file).upgraded("/echo"));
            }
            for (RawClient client : clients) {
                client.echoes("hello");
                client.close();
            }
            RawClient.upgraded(server, "/echo").close();
        }
    }

    @Test
    void limitIsPositive() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Echo.builder().maxConnectionsPerAddress(0))
                .withMessage("maxConnectionsPerAddress must be at least 1, not 0");
    }

    @Test
    void networksContainWhatBeginsWithTheirBits() throws UnknownHostException {
        Network network = Network.parse("10.16.0.0/12");
        assertThat(network.contains(InetAddress.getByName("10.31.255.255"))).isTrue();
        assertThat(network.contains(InetAddress.getByName("10.32.0.0"))).isFalse();
        assertThat(network.contains(InetAddress.getByName("2001:db8::1"))).isFalse();
        assertThat(Network.parse("10.16.1.2/12")).isEqualTo(network);
        assertThat(Network.parse("0.0.0.0/0").contains(InetAddress.getByName("255.1.2.3")))
                .isTrue();
        assertThat(Network.parse("2001:db8::/33").contains(InetAddress.getByName("2001:db8:7fff::1")))
                .isTrue();
        assertThat(Network.parse("2001:db8::/33").contains(InetAddress.getByName("2001:db8:8000::1")))
                .isFalse();
        assertThat(Network.parse("127.0.0.1")).hasToString("127.0.0.1");
    }

    @Test
    void countsOfWhoHasLeftAreNotKept() {
        ClientCounts counts = new ClientCounts();
        Network one = Network.parse("10.0.0.1");
        assertThat(counts.enter(one)).isEqualTo(1);
        assertThat(counts.enter(Network.parse("10.0.0.1"))).isEqualTo(2);
        assertThat(counts.enter(Network.parse("10.0.0.2"))).isEqualTo(1);
        counts.leave(one);
        assertThat(counts.enter(one)).isEqualTo(2);
        counts.leave(one);
        counts.leave(one);
        counts.leave(Network.parse("10.0.0.2"));
        assertThat(counts.isEmpty()).isTrue();
    }
}
