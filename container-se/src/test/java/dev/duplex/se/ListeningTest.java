package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.duplex.peer.interop.Identity;
import dev.duplex.peer.interop.PeerProcess;
import dev.duplex.peer.interop.RemotePeer;
import dev.duplex.peer.interop.Tool;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where a server listens: on several addresses, and on Unix domain sockets. */
@Timeout(120)
final class ListeningTest {
    @TempDir
    private Path folder;

    private static RawClient to(SocketAddress address) throws IOException {
        if (address instanceof UnixDomainSocketAddress unix) {
            return RawClient.to(unix.getPath());
        }
        InetSocketAddress inet = (InetSocketAddress) address;
        return new RawClient(new Socket(inet.getAddress(), inet.getPort()));
    }

    private static void echoes(SocketAddress address) throws IOException {
        try (RawClient client = to(address).upgraded("/echo")) {
            client.echoes("hello");
        }
    }

    @Test
    void everyAddressIsServedAndTheFirstOneIsTheServers() throws Exception {
        Remains remains = new Remains(folder);
        Path file = folder.resolve("socket");
        try (DuplexServer server = Echo.builder()
                .listen("localhost", 0)
                .unixSocket(file)
                .listen("0.0.0.0", 0)
                .start()) {
            List<SocketAddress> addresses = server.addresses();
            assertThat(addresses).hasSize(4).doesNotHaveDuplicates();
            assertThat(addresses.getFirst())
                    .isEqualTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            assertThat(addresses.get(2)).isEqualTo(UnixDomainSocketAddress.of(file));
            assertThat(server.uri("/echo")).hasToString("ws://127.0.0.1:" + server.port() + "/echo");
            for (SocketAddress address : addresses) {
                echoes(address);
            }
        }
        remains.areNoMore();
    }

    @Test
    void namedAddressesStandInsteadOfTheDefaultOne() throws Exception {
        try (DuplexServer server = DuplexServer.builder()
                .listen("localhost", 0)
                .listen("127.0.0.1", 0)
                .endpoint(Echo.class)
                .start()) {
            assertThat(server.addresses()).hasSize(2);
            assertThat(server.uri("/echo")).hasToString("ws://localhost:" + server.port() + "/echo");
            echoes(server.addresses().getLast());
        }
    }

    @Test
    void limitCountsTheConnectionsOfAllAddresses() throws Exception {
        Path file = folder.resolve("socket");
        try (DuplexServer server =
                        Echo.builder().unixSocket(file).maxConnections(2).start();
                RawClient first = RawClient.upgraded(server, "/echo");
                RawClient second = RawClient.to(file).upgraded("/echo");
                RawClient third = RawClient.to(file)) {
            third.send(RawClient.upgrade("/echo"));
            assertThat(third.answer()).startsWith("HTTP/1.1 503 ").endsWith("limit; try again later\n");
            first.echoes("first");
            second.echoes("second");
        }
    }

    @Test
    void addressThatCannotBeBoundIsNamedAndNothingIsLeft() throws Exception {
        Path file = folder.resolve("socket");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Remains remains = new Remains(folder);
            assertThatExceptionOfType(BindException.class)
                    .isThrownBy(() -> Echo.builder()
                            .unixSocket(file)
                            .listen("127.0.0.1", taken.getLocalPort())
                            .start())
                    .withMessage(
                            "Cannot listen on ws://127.0.0.1:" + taken.getLocalPort() + ": Address already in use");
            remains.areNoMore();
            assertThat(file).doesNotExist();
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Echo.builder().listen("localhost", 65_536))
                .withMessage("a port is between 0 and 65535, which 65536 is not");
    }

    @Test
    void unixSocketThatIsTakenIsNamedAndItsServerGoesOn() throws Exception {
        Path file = folder.resolve("socket");
        try (DuplexServer server = Echo.builder().unixSocket(file).start()) {
            assertThatExceptionOfType(BindException.class)
                    .isThrownBy(() -> Echo.builder().unixSocket(file).start())
                    .withMessage("Cannot listen on " + file + ": Address already in use");
            echoes(server.addresses().getLast());
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void serverMayListenOnAUnixSocketAlone() throws Exception {
        Path file = folder.resolve("a socket");
        try (DuplexServer server = DuplexServer.builder()
                .unixSocket(file)
                .contextPath("/app")
                .endpoint(Echo.class, Whence.class)
                .start()) {
            assertThat(server.port()).isEqualTo(-1);
            assertThat(server.addresses()).containsExactly(UnixDomainSocketAddress.of(file));
            assertThat(server.uri("/echo")).isEqualTo(URI.create("ws+unix:" + folder + "/a%20socket:/app/echo"));
            try (RawClient client = RawClient.to(file).upgraded("/app/whence")) {
                client.sendText("?");
                client.expectText(file + " " + file);
            }
        }
    }

    @Test
    void unixSocketIsNeverUnderTls() throws Exception {
        Identity identity = Identity.local(folder);
        Path file = folder.resolve("socket");
        try (DuplexServer server =
                Echo.builder().sslContext(identity.serving()).unixSocket(file).start()) {
            echoes(UnixDomainSocketAddress.of(file));
            try (RawClient client =
                    RawClient.to(server, identity.trusting().getSocketFactory()).upgraded("/echo")) {
                client.echoes("secret");
            }
        }
    }

    @Test
    void unixSocketHasThePermissionsThatItWasGiven() throws Exception {
        for (String permissions : List.of("rw-------", "rwxrwxrwx")) {
            Path file = folder.resolve(permissions);
            try (DuplexServer server = Echo.builder()
                    .unixSocket(file, PosixFilePermissions.fromString(permissions))
                    .start()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo(permissions);
                echoes(server.addresses().getLast());
            }
        }
    }

    @Test
    void slowHeadsAreToldSoOverAUnixSocketToo() throws Exception {
        Path file = folder.resolve("socket");
        try (DuplexServer server = Echo.builder()
                        .unixSocket(file)
                        .handshakeTimeout(Duration.ofMillis(300))
                        .start();
                RawClient client = RawClient.to(file)) {
            client.send("GET ");
            assertThat(client.answer()).startsWith("HTTP/1.1 408 ");
            assertThat(server.addresses()).hasSize(2);
        }
    }

    @Test
    void stoppingSays1001OverAUnixSocketAndLeavesNothing() throws Exception {
        Remains remains = new Remains(folder);
        Path file = folder.resolve("socket");
        DuplexServer server = Echo.builder().unixSocket(file).start();
        try (RawClient client = RawClient.to(file).upgraded("/echo");
                RawClient stalled = RawClient.to(file)) {
            stalled.send("GET /echo");
            Thread stopping = Thread.ofPlatform().start(server::close);
            client.answersClose(1001);
            stalled.ends();
            stopping.join(RawClient.LIMIT);
            assertThat(stopping.isAlive()).isFalse();
        } finally {
            server.close();
        }
        assertThat(file).doesNotExist();
        remains.areNoMore();
    }

    @Test
    void nodesClientConnectsToTheUriOfAUnixSocket() throws Exception {
        try (PeerProcess node = PeerProcess.node();
                DuplexServer server = DuplexServer.builder()
                        .unixSocket(folder.resolve("socket"))
                        .endpoint(Echo.class)
                        .start()) {
            RemotePeer peer = node.connect(Map.of("url", server.uri("/echo").toString()));
            peer.opened();
            peer.text("aä€😀");
            assertThat(peer.nextText()).isEqualTo("aä€😀");
            server.stop(RawClient.LIMIT);
            assertThat(peer.closed().code()).isEqualTo(1001);
        }
    }

    @Test
    void nginxPassesOnToAUnixSocket() throws Exception {
        Path front = folder.resolve("front");
        Path back = folder.resolve("back");
        String configuration = """
            daemon off;
            master_process off;
            pid FOLDER/pid;
            error_log stderr;
            events {}
            http {
                access_log off;
                client_body_temp_path FOLDER/body;
                proxy_temp_path FOLDER/proxy;
                fastcgi_temp_path FOLDER/fastcgi;
                uwsgi_temp_path FOLDER/uwsgi;
                scgi_temp_path FOLDER/scgi;
                server {
                    listen unix:FOLDER/front;
                    location /app/ {
                        proxy_pass http://unix:FOLDER/back;
                        proxy_http_version 1.1;
                        proxy_set_header Upgrade $http_upgrade;
                        proxy_set_header Connection upgrade;
                        proxy_set_header Host $host;
                    }
                }
            }
            """.replace("FOLDER", folder.toString());
        Path file = Files.writeString(folder.resolve("nginx.conf"), configuration);
        try (DuplexServer server = DuplexServer.builder()
                        .unixSocket(back)
                        .contextPath("/app")
                        .endpoint(Echo.class)
                        .start();
                Daemon nginx = Daemon.start(folder, Tool.NGINX.path(), "-e", "stderr", "-c", file.toString())) {
            nginx.awaits(() -> RawClient.to(front).close());
            try (RawClient client = RawClient.to(front).upgraded("/app/echo");
                    RawClient none = RawClient.to(front)) {
                client.echoes("through nginx");
                none.send("GET /app/none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
                assertThat(none.answer()).startsWith("HTTP/1.1 404 ").contains(" at /app/none");
                Thread stopping = Thread.ofPlatform().start(server::close);
                client.answersClose(1001);
                stopping.join(RawClient.LIMIT);
            }
        }
    }
}
