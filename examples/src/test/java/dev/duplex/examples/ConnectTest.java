package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.Frame;
import dev.duplex.peer.PeerHandler;
import dev.duplex.peer.PeerOptions;
import dev.duplex.peer.PeerServer;
import dev.duplex.peer.Tls;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectTest {
    private static final PeerHandler ECHO = peer -> {
        Frame frame;
        while ((frame = peer.read()) != null) {
            peer.write(frame);
        }
    };

    @Test
    void sendsWhatIsTypedAndPrintsWhatArrives() throws Exception {
        try (PeerServer server = WebSockets.server("ws://localhost:0/", ECHO);
                Program client = connect(server)) {
            client.type("one");
            assertThat(client.line()).isEqualTo("one");
            client.type("");
            assertThat(client.line()).isEmpty();
            client.type("two");
            assertThat(client.line()).isEqualTo("two");
        }
    }

    @Test
    void printsEveryAnswerToPipedInputAndThenClosesNormally() throws Exception {
        List<String> lines = IntStream.range(0, 500).mapToObj(i -> "line " + i).toList();
        try (PeerServer server = WebSockets.server("ws://localhost:0/", ECHO);
                Program client = connect(server)) {
            client.type(String.join("\n", lines));
            client.endInput();
            assertThat(client.rest()).isEqualTo(lines);
            assertThat(client.exitCode()).isZero();
            assertThat(client.errors()).contains("Closed: 1000 (normal)");
        }
    }

    @Test
    void keepsPrintingAfterTheInputEndedWhileMessagesArrive() throws Exception {
        try (PeerServer server = WebSockets.bind("ws://localhost:0/");
                Program client = connect(server, "--wait", "20");
                WsPeer peer = server.accept(Program.DEADLINE)) {
            client.endInput();
            for (int i = 0; i < 3; i++) {
                peer.write("news " + i);
                assertThat(client.line()).isEqualTo("news " + i);
            }
            peer.shutdown();
            assertThat(client.exitCode()).isZero();
        }
    }

    @Test
    void closesNormallyWhenNobodyReadsItsOutputAnyMore() throws Exception {
        try (PeerServer server = WebSockets.bind("ws://localhost:0/");
                Program pipe = Program.startPipedInto(
                        "head -n 2", "connect", server.uri().toString());
                WsPeer peer = server.accept(Program.DEADLINE)) {
            Thread writer = Thread.startVirtualThread(() -> writeUntilItCloses(peer));
            assertThat(peer.read(Program.DEADLINE)).isNull();
            assertThat(peer.closeReason().code()).isEqualTo(1000);
            assertThat(pipe.rest()).containsExactly("news", "news");
            writer.join();
        }
    }

    @Test
    void sendsHexAsBinaryAndPrintsBinaryAsHex() throws Exception {
        try (PeerServer server = WebSockets.bind("ws://localhost:0/");
                Program client = connect(server, "--binary");
                WsPeer peer = server.accept(Program.DEADLINE)) {
            client.type("00 ff 7F");
            assertThat(peer.read(Program.DEADLINE).data()).containsExactly(0, 0xff, 0x7f);
            client.type("no hex");
            assertThat(client.error("Not sent")).contains("no hex");
            peer.write(new byte[] {(byte) 0xca, (byte) 0xfe});
            assertThat(client.line()).isEqualTo("cafe");
        }
    }

    @Test
    void sendsHeadersAndOffersSubprotocolsAndCompression() throws Exception {
        PeerOptions options = PeerOptions.builder().subprotocols("chat.v2").build();
        try (PeerServer server = WebSockets.bind("ws://localhost:0/", options);
                Program client = connect(
                        server,
                        "--header",
                        "Authorization: Bearer a:b",
                        "-H",
                        "X-Trace:1",
                        "--subprotocol",
                        "chat.v1",
                        "-s",
                        "chat.v2",
                        "--compress");
                WsPeer peer = server.accept(Program.DEADLINE)) {
            assertThat(peer.handshakeRequest().header("Authorization")).isEqualTo("Bearer a:b");
            assertThat(peer.handshakeRequest().header("X-Trace")).isEqualTo("1");
            assertThat(peer.handshakeRequest().header("Sec-WebSocket-Extensions"))
                    .contains("permessage-deflate");
            assertThat(peer.subprotocol()).isEqualTo("chat.v2");
            client.error("with subprotocol chat.v2");
        }
    }

    @Test
    void exitsWith0WhenTheServerClosesNormally() throws Exception {
        for (int code : new int[] {1000, 1001}) {
            try (PeerServer server = WebSockets.server("ws://localhost:0/", peer -> peer.shutdown(code, "bye"));
                    Program client = connect(server)) {
                assertThat(client.exitCode()).isZero();
                assertThat(client.error("Closed")).contains(code + " (").contains("bye");
            }
        }
    }

    @Test
    void exitsWith3WhenTheServerClosesWithAnyOtherCode() throws Exception {
        try (PeerServer server = WebSockets.server("ws://localhost:0/", peer -> peer.shutdown(4000, "not you"));
                Program client = connect(server)) {
            assertThat(client.exitCode()).isEqualTo(3);
            assertThat(client.error("Closed")).contains("4000 (code of the application), not you");
        }
    }

    @Test
    void exitsWith3WhenTheConnectionBreaks() throws Exception {
        try (PeerServer server = WebSockets.server("ws://localhost:0/", WsPeer::close);
                Program client = connect(server)) {
            assertThat(client.exitCode()).isEqualTo(3);
        }
    }

    @Test
    void exitsWith1AndTheStatusWhenTheServerRefuses() throws Exception {
        try (PeerServer server = WebSockets.server("ws://localhost:0/here", ECHO);
                Program client = Program.start(
                        "connect", server.uri().resolve("/elsewhere").toString())) {
            assertThat(client.exitCode()).isEqualTo(1);
            assertThat(client.errors())
                    .contains("404")
                    .contains("check the path")
                    .hasLineCount(1);
        }
    }

    @Test
    void exitsWith2AndSaysWhatIsWrongWithTheCommand() throws Exception {
        assertUsage("connect: Missing required parameter: 'URL'", "connect");
        assertUsage("connect: Unknown option: '--nonsense'", "connect", "--nonsense", "ws://localhost/");
        assertUsage("a header is written 'Name: value', not 'Name'", "connect", "-H", "Name", "ws://localhost/");
        assertUsage("http", "connect", "http://localhost/");
    }

    @Test
    void trustsWhatItIsToldToTrustAndNothingElse(@TempDir Path folder) throws Exception {
        Certificates certificates = Certificates.in(folder);
        PeerOptions options = PeerOptions.builder()
                .sslContext(Tls.context()
                        .privateKey(certificates.key())
                        .certificate(certificates.certificate())
                        .build())
                .build();
        try (PeerServer server = WebSockets.server("wss://localhost:0/", ECHO, options)) {
            try (Program client =
                    connect(server, "--trust", certificates.certificate().toString())) {
                client.type("trusted");
                assertThat(client.line()).isEqualTo("trusted");
            }
            try (Program client = connect(server)) {
                assertThat(client.exitCode()).isEqualTo(1);
                assertThat(client.errors()).contains("--trust").hasLineCount(1);
            }
            String byAddress = server.uri().toString().replace("localhost", "127.0.0.1");
            try (Program client = Program.start(
                    "connect", "--trust", certificates.certificate().toString(), byAddress)) {
                assertThat(client.exitCode()).isEqualTo(1);
            }
            try (Program client = Program.start("connect", "--insecure", byAddress)) {
                client.type("anyone");
                assertThat(client.line()).isEqualTo("anyone");
                client.endInput();
                assertThat(client.errors()).contains("Warning: with --insecure");
            }
        }
    }

    private static void writeUntilItCloses(WsPeer peer) {
        try {
            while (true) {
                peer.write("news");
            }
        } catch (IOException closed) {
            // What is waited for.
        }
    }

    private static Program connect(PeerServer server, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("connect"));
        command.addAll(List.of(options));
        command.add(server.uri().toString());
        return Program.start(command.toArray(String[]::new));
    }

    private static void assertUsage(String complaint, String... command) throws Exception {
        try (Program client = Program.start(command)) {
            assertThat(client.exitCode()).isEqualTo(2);
            assertThat(client.errors()).contains(complaint).hasLineCount(1);
        }
    }
}
