package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.PeerServer;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class EchoClientTest {
    @Test
    void printsTheAnswerAndClosesNormally() throws Exception {
        try (PeerServer server = WebSockets.bind("ws://localhost:0/");
                Program client =
                        Program.start("echo-client", "--url", server.uri().toString(), "Is anybody there?");
                WsPeer peer = server.accept(Program.DEADLINE)) {
            assertThat(peer.readMessage(Program.DEADLINE).text()).isEqualTo("Is anybody there?");
            peer.write("Yes.");
            assertThat(client.line()).isEqualTo("Yes.");
            assertThat(peer.readMessage(Program.DEADLINE)).isNull();
            assertThat(peer.closeReason().code()).isEqualTo(1000);
            assertThat(client.exitCode()).isZero();
        }
    }

    @Test
    void sendsHelloWhenNothingElseIsAsked() throws Exception {
        try (PeerServer server = WebSockets.bind("ws://localhost:0/");
                Program client =
                        Program.start("echo-client", "--url", server.uri().toString());
                WsPeer peer = server.accept(Program.DEADLINE)) {
            assertThat(peer.readMessage(Program.DEADLINE).text()).isEqualTo("HELLO");
            peer.write("HELLO yourself");
            assertThat(client.line()).isEqualTo("HELLO yourself");
        }
    }

    @Test
    void failsWhenTheServerClosesWithoutAnAnswer() throws Exception {
        try (PeerServer server = WebSockets.server("ws://localhost:0/", peer -> peer.shutdown(1008, "no echo here"));
                Program client =
                        Program.start("echo-client", "--url", server.uri().toString())) {
            assertThat(client.exitCode()).isEqualTo(1);
            assertThat(client.errors())
                    .contains("closed without an answer")
                    .contains("1008")
                    .contains("no echo here");
        }
    }

    @Test
    void saysWhereNothingListens() throws Exception {
        int free;
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
            free = probe.getLocalPort();
        }
        String url = "ws://localhost:" + free + "/echo";
        try (Program client = Program.start("echo-client", "--url", url)) {
            assertThat(client.exitCode()).isEqualTo(1);
            assertThat(client.errors())
                    .startsWith("duplex echo-client: No connection with " + url)
                    .hasLineCount(1);
        }
    }
}
