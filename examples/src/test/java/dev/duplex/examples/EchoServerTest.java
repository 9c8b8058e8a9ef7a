package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.Frame;
import dev.duplex.peer.Opcode;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import org.junit.jupiter.api.Test;

class EchoServerTest {
    @Test
    void echoesToAClientMadeOfBytes() throws Exception {
        try (Program server = Program.start("echo", "--port", "0")) {
            URI url = URI.create(server.url());
            try (RawClient client = new RawClient(new Socket(url.getHost(), url.getPort()), url)) {
                assertThat(client.head())
                        .startsWith("HTTP/1.1 101 ")
                        .containsIgnoringCase("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");

                // RFC 6455 §5.7: a masked and an unmasked "Hello".
                client.send("81 85 37 fa 21 3d 7f 9f 4d 51 58");
                assertThat(client.receive(7)).isEqualTo("81 05 48 65 6c 6c 6f");

                // A Close with 1000, answered in kind before the server ends the connection.
                client.send("88 82 00 00 00 00 03 e8");
                assertThat(client.receive(4)).isEqualTo("88 02 03 e8");
                assertThat(client.receive(1)).isEmpty();
            }
        }
    }

    @Test
    void echoesTextBinaryAndFragmentsAsTheyAre() throws Exception {
        try (Program server = Program.start("echo", "--port", "0");
                WsPeer peer = WebSockets.connect(server.url())) {
            peer.write("Grüße");
            assertThat(frame(peer).text()).isEqualTo("Grüße");
            peer.write(new byte[] {1, 2, 3});
            assertThat(frame(peer).data()).containsExactly(1, 2, 3);

            peer.write(new Frame(Opcode.TEXT, false, new byte[] {'a'}));
            peer.write(new Frame(Opcode.CONTINUATION, true, new byte[] {'b'}));
            Frame first = frame(peer);
            assertThat(first.opcode()).isEqualTo(Opcode.TEXT);
            assertThat(first.fin()).isFalse();
            Frame last = frame(peer);
            assertThat(last.opcode()).isEqualTo(Opcode.CONTINUATION);
            assertThat(last.fin()).isTrue();

            assertThat(peer.shutdown()).isTrue();
        }
    }

    @Test
    void tellsItsPeersWhenItIsStopped() throws Exception {
        try (Program server = Program.start("echo", "--port", "0");
                WsPeer peer = WebSockets.connect(server.url())) {
            peer.write("here");
            assertThat(frame(peer).text()).isEqualTo("here");
            server.stop();
            assertThat(peer.read(Program.DEADLINE)).isNull();
            assertThat(peer.closeReason().code()).isEqualTo(1001);
        }
    }

    @Test
    void saysWhatToDoWhenThePortIsTaken() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("localhost"));
                Program server = Program.start("echo", "--port", String.valueOf(other.getLocalPort()))) {
            assertThat(server.exitCode()).isEqualTo(1);
            assertThat(server.errors())
                    .startsWith("duplex echo: Cannot listen on ws://localhost:" + other.getLocalPort())
                    .contains("choose another port with --port")
                    .hasLineCount(1);
        }
    }

    private static Frame frame(WsPeer peer) throws Exception {
        Frame frame = peer.read(Program.DEADLINE);
        assertThat(frame).isNotNull();
        return frame;
    }
}
