package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.Message;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.net.URI;
import org.junit.jupiter.api.Test;

class PushTest {
    @Test
    void sendsEachLineToEveryPeer() throws Exception {
        try (Program server = Program.start("push", "--port", "0", "--every", "0")) {
            String url = server.url();
            try (WsPeer one = WebSockets.connect(url);
                    WsPeer other = WebSockets.connect(url)) {
                awaitWelcome(one, other);
                server.type("Lunch is ready");
                assertThat(message(one)).isEqualTo("Lunch is ready");
                assertThat(message(other)).isEqualTo("Lunch is ready");

                assertThat(other.shutdown()).isTrue();
                server.type("Coffee, too");
                assertThat(message(one)).isEqualTo("Coffee, too");
            }
        }
    }

    @Test
    void pushesTheTimeAlsoWhenThereIsNoInput() throws Exception {
        try (Program server = Program.start("push", "--port", "0", "--every", "1");
                WsPeer peer = WebSockets.connect(server.url())) {
            server.endInput();
            awaitWelcome(peer);
            assertThat(message(peer)).startsWith("It is ");
            assertThat(message(peer)).startsWith("It is ");
        }
    }

    @Test
    void doesNotWaitForAStalledPeerAndCutsItOff() throws Exception {
        String news = "x".repeat(16_000);
        try (Program server = Program.start("push", "--port", "0", "--every", "0")) {
            URI url = URI.create(server.url());
            try (RawClient stalled = new RawClient(RawClient.narrow(url), url);
                    WsPeer quick = WebSockets.connect(url)) {
                assertThat(stalled.receive(1)).isEqualTo("81");
                awaitWelcome(quick);
                // More than an outbox and the buffers on both sides of the stalled connection hold.
                for (int i = 0; i < 2_000; i++) {
                    server.type(news);
                    assertThat(message(quick)).hasSize(news.length());
                }
                stalled.drain();
            }
        }
    }

    /** Once a peer is welcomed, it is among those that hear the next line. */
    private static void awaitWelcome(WsPeer... peers) throws Exception {
        for (WsPeer peer : peers) {
            assertThat(message(peer)).startsWith("Welcome");
        }
    }

    private static String message(WsPeer peer) throws Exception {
        Message message = peer.readMessage(Program.DEADLINE);
        assertThat(message).isNotNull();
        return message.text();
    }
}
