package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.Message;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TickerTest {
    private static final JsonMapper JSON = new JsonMapper();

    @Test
    void clientPrintsThePacketsThatStreamBack() throws Exception {
        try (Program server = Program.start("ticker", "--port", "0", "--every", "20");
                Program client = Program.start("ticker-client", "--url", server.url(), "--count", "6", "DUPX")) {
            List<JsonNode> packets = client.rest().stream().map(JSON::readTree).toList();
            assertThat(client.exitCode()).isZero();
            assertThat(packets).hasSize(6);
            assertThat(packets)
                    .filteredOn(packet -> type(packet).equals("quote"))
                    .hasSize(5)
                    .allSatisfy(
                            quote -> assertThat(quote.get("symbol").asString()).isEqualTo("DUPX"))
                    .allSatisfy(
                            quote -> assertThat(quote.get("price").asDouble()).isPositive());
        }
    }

    @Test
    void clientSubscribesToTwoSymbolsWhenNoneIsNamed() throws Exception {
        try (Program server = Program.start("ticker", "--port", "0", "--every", "20");
                Program client = Program.start("ticker-client", "--url", server.url(), "--count", "7")) {
            assertThat(client.rest())
                    .anySatisfy(packet -> assertThat(packet).contains("\"symbol\":\"ACME\""))
                    .anySatisfy(packet -> assertThat(packet).contains("\"symbol\":\"DUPX\""))
                    .noneSatisfy(packet -> assertThat(packet).contains("JAVA"));
        }
    }

    @Test
    void serverStreamsWhatEachPeerSubscribedTo() throws Exception {
        try (Program server = Program.start("ticker", "--port", "0", "--every", "20")) {
            String url = server.url();
            try (WsPeer one = WebSockets.connect(url);
                    WsPeer other = WebSockets.connect(url)) {
                one.write("{\"op\":\"subscribe\",\"symbols\":[\"ACME\"]}");
                other.write("{\"op\":\"subscribe\",\"symbols\":[\"JAVA\"]}");
                for (int i = 0; i < 5; i++) {
                    assertThat(quote(one)).isEqualTo("ACME");
                    assertThat(quote(other)).isEqualTo("JAVA");
                }
            }
        }
    }

    @Test
    void serverStopsWhatWasUnsubscribed() throws Exception {
        try (Program server = Program.start("ticker", "--port", "0", "--every", "20");
                WsPeer peer = WebSockets.connect(server.url())) {
            peer.write("{\"op\":\"subscribe\",\"symbols\":[\"ACME\",\"DUPX\"]}");
            peer.write("{\"op\":\"unsubscribe\",\"symbols\":[\"ACME\"]}");
            JsonNode left;
            do {
                left = packet(peer);
            } while (!type(left).equals("subscribed") || left.get("symbols").size() != 1);
            assertThat(left.get("symbols").get(0).asString()).isEqualTo("DUPX");

            // One round of quotes may have been on its way; from the second on there is none of ACME.
            while (!quote(peer).equals("DUPX")) {}
            for (int i = 0; i < 5; i++) {
                assertThat(quote(peer)).isEqualTo("DUPX");
            }
        }
    }

    @Test
    void serverSaysWhatItDoesNotUnderstandAndGoesOn() throws Exception {
        try (Program server = Program.start("ticker", "--port", "0");
                WsPeer peer = WebSockets.connect(server.url())) {
            for (String request : List.of(
                    "not JSON",
                    "",
                    "null",
                    "[]",
                    "{}",
                    "{\"op\":\"subscribe\"}",
                    "{\"op\":\"subscribe\",\"symbols\":null}",
                    "{\"op\":\"subscribe\",\"symbols\":[null]}",
                    "{\"op\":null,\"symbols\":[\"ACME\"]}")) {
                assertThat(refusal(peer, request)).as(request).contains("A request is JSON like");
            }
            assertThat(refusal(peer, "{\"op\":\"subscribe\",\"symbols\":[\"NONE\"]}"))
                    .contains("are among")
                    .contains("ACME");
            assertThat(refusal(peer, "{\"op\":\"buy\",\"symbols\":[\"ACME\"]}")).contains("subscribe or unsubscribe");

            peer.write("{\"op\":\"subscribe\",\"symbols\":[\"ACME\"]}");
            assertThat(quote(peer)).isEqualTo("ACME");
        }
    }

    private static String refusal(WsPeer peer, String request) throws Exception {
        peer.write(request);
        JsonNode answer = packet(peer);
        assertThat(type(answer)).isEqualTo("error");
        return answer.get("message").asString();
    }

    /** The symbol of the next quote. */
    private static String quote(WsPeer peer) throws Exception {
        while (true) {
            JsonNode packet = packet(peer);
            if (type(packet).equals("quote")) {
                return packet.get("symbol").asString();
            }
        }
    }

    private static JsonNode packet(WsPeer peer) throws Exception {
        Message packet = peer.readMessage(Program.DEADLINE);
        assertThat(packet).isNotNull();
        return JSON.readTree(packet.text());
    }

    private static String type(JsonNode packet) {
        return packet.get("type").asString();
    }
}
