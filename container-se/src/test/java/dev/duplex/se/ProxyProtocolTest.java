package dev.duplex.se;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.duplex.peer.interop.Identity;
import dev.duplex.peer.interop.Tool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients behind a proxy that says where they are; what a head may be is the provider's ProxyHeadTest's matter. */
@Timeout(120)
final class ProxyProtocolTest {
    private static final String LINE = "PROXY TCP4 198.51.100.7 203.0.113.9 1234 443\r\n";
    private static final byte[] BINARY =
            HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + "2111000f" + "c6336407cb00710904d201bb" + "040000");
    private static final byte[] LOCAL = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + "20000000");
    private static final String ENDS = "/198.51.100.7:1234 /203.0.113.9:443";

    @TempDir
    private Path folder;

    private static DuplexServer.Builder builder() {
        return Echo.builder().endpoint(Whence.class).proxyProtocol();
    }

    /** The debug lines of the next connection. */
    private static BlockingQueue<String> listen(Logger logger) {
        BlockingQueue<String> said = new LinkedBlockingQueue<>();
        logger.setLevel(Level.FINE);
        logger.setFilter((LogRecord line) -> {
            said.add(line.getMessage());
            return false;
        });
        return said;
    }

    private static Logger logger() {
        return Logger.getLogger(HttpConnection.class.getName());
    }

    @Test
    void bothVersionsSayWhereTheClientIs() throws Exception {
        try (DuplexServer server = builder().start()) {
            for (byte[] head : new byte[][] {LINE.getBytes(ISO_8859_1), BINARY}) {
                try (RawClient client = RawClient.to(server)) {
                    client.send(head);
                    client.upgraded("/whence").sendText("?");
                    client.expectText(ENDS);
                }
            }
        }
    }

    @Test
    void headMayComeByteByByteAndWithWhatFollows() throws Exception {
        try (DuplexServer server = builder().start()) {
            try (RawClient client = RawClient.to(server)) {
                client.sendBytewise(LINE);
                client.upgraded("/whence").sendText("?");
                client.expectText(ENDS);
            }
            try (RawClient client = RawClient.to(server)) {
                client.send(new String(BINARY, ISO_8859_1) + RawClient.upgrade("/whence") + "\u0081\u0081\0\0\0\0?");
                assertThat(client.head()).startsWith("HTTP/1.1 101 ");
                client.expectText(ENDS);
            }
        }
    }

    @Test
    void unknownAndLocalConnectionsKeepTheAddressesOfTheSocket() throws Exception {
        try (DuplexServer server = builder().start()) {
            for (byte[] head : new byte[][] {"PROXY UNKNOWN\r\n".getBytes(ISO_8859_1), LOCAL}) {
                try (RawClient client = RawClient.to(server)) {
                    client.send(head);
                    client.upgraded("/whence").sendText("?");
                    client.expectText(client.address() + " /127.0.0.1:" + server.port());
                }
            }
        }
    }

    @Test
    void headStandsInFrontOfTls() throws Exception {
        Identity identity = Identity.local(folder);
        SSLSocketFactory tls = identity.trusting().getSocketFactory();
        try (DuplexServer server = builder().sslContext(identity.serving()).start();
                Socket plain = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            plain.getOutputStream().write(LINE.getBytes(ISO_8859_1));
            try (RawClient client =
                    new RawClient(tls.createSocket(plain, "localhost", server.port(), true)).upgraded("/whence")) {
                client.sendText("?");
                client.expectText(ENDS + " secure");
            }
            try (RawClient told = RawClient.to(server)) {
                told.send(LINE + RawClient.upgrade("/echo"));
                assertThat(told.answer())
                        .startsWith("HTTP/1.1 400 ")
                        .endsWith("this port speaks TLS: connect to it by wss\n");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /echo HTTP/1.1 | it begins with \"PROXY \" or the signature of version 2, not with \"G\"",
                "PROXY TCP4 1.2.3.4 5.6.7.8 9 65536 | a port is between 0 and 65535 and begins with no zero, unlike"
                        + " \"65536\"",
            })
    void connectionWithoutAProperHeadIsCutAndTheLogSaysByWhichRule(String text, String rule) throws Exception {
        BlockingQueue<String> said = listen(logger());
        try (DuplexServer server = builder().start();
                RawClient client = RawClient.to(server)) {
            client.send(text + "\r\n");
            client.ends();
            assertThat(said.poll(20, TimeUnit.SECONDS))
                    .isEqualTo("lost " + client.address()
                            + " in its handshake: java.net.ProtocolException: malformed PROXY head: " + rule);
        } finally {
            logger().setFilter(null);
            logger().setLevel(null);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "P", "\r\n\r\n", "PROXY TCP4 1"})
    void headThatDoesNotComeInTimeIsCut(String start) throws Exception {
        Remains remains = new Remains(folder);
        try (DuplexServer server =
                        builder().handshakeTimeout(Duration.ofMillis(300)).start();
                RawClient client = RawClient.to(server)) {
            client.send(start);
            client.ends();
        }
        remains.areNoMore();
    }

    @Test
    void onlyTrustedProxiesMayConnectAndWhoComesThroughAFile() throws Exception {
        BlockingQueue<String> said = listen(logger());
        Path file = folder.resolve("socket");
        try (DuplexServer server = builder()
                        .unixSocket(file)
                        .proxyProtocol("10.0.0.0/8", "2001:db8::1")
                        .start();
                RawClient stranger = RawClient.to(server);
                RawClient local = RawClient.to(file)) {
            stranger.send(LINE);
            stranger.ends();
            assertThat(said.poll(20, TimeUnit.SECONDS))
                    .endsWith("ProtocolException: only [10.0.0.0/8, 2001:db8:0:0:0:0:0:1] may connect, as the proxies"
                            + " that may say who a client is");
            local.send(LINE);
            local.upgraded("/whence").sendText("?");
            local.expectText(ENDS);
        } finally {
            logger().setFilter(null);
            logger().setLevel(null);
        }
        try (DuplexServer server = builder().proxyProtocol("::1", "127.0.0.0/8").start();
                RawClient client = RawClient.to(server)) {
            client.send(LINE);
            client.upgraded("/whence").sendText("?");
            client.expectText(ENDS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "10.0.0.0/33", "10.0.0.0/", "::1/129", "10.0.0/8", "1::2::3", "300.1.1.1", ""})
    void whatIsNoNetworkIsNotTrusted(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Echo.builder().proxyProtocol(text))
                .withMessage(text + " is no address, nor a network such as 10.0.0.0/8");
    }

    /** A port that nobody listens on, as good as it can be known: HAProxy cannot choose one itself. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @ParameterizedTest
    @CsvSource({"send-proxy, false", "send-proxy-v2, false", "send-proxy-v2, true"})
    void haproxySaysWhereTheClientIs(String option, boolean tls) throws Exception {
        Identity identity = Identity.local(folder);
        int port = freePort();
        DuplexServer.Builder builder = tls ? builder().sslContext(identity.serving()) : builder();
        try (DuplexServer server = builder.start()) {
            Path file = Files.writeString(folder.resolve("haproxy.cfg"), """
                defaults
                    mode tcp
                    timeout connect 20s
                    timeout client 60s
                    timeout server 60s
                listen duplex
                    bind 127.0.0.1:%d
                    server one 127.0.0.1:%d %s
                """.formatted(port, server.port(), option));
            try (Daemon haproxy = Daemon.start(folder, Tool.HAPROXY.path(), "-db", "-f", file.toString())) {
                haproxy.awaits(() -> new Socket(InetAddress.getLoopbackAddress(), port).close());
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                Socket used = tls
                        ? identity.trusting().getSocketFactory().createSocket(socket, "127.0.0.1", port, true)
                        : socket;
                try (RawClient client = new RawClient(used).upgraded("/whence")) {
                    client.sendText("?");
                    client.expectText(client.address() + " /127.0.0.1:" + port + (tls ? " secure" : ""));
                }
            }
        }
    }
}
