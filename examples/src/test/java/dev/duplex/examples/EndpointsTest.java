package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.Message;
import dev.duplex.peer.PeerServer;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EndpointsTest {
    private static final JsonMapper JSON = new JsonMapper();

    /** The sentence that the documents promise. */
    @Test
    void endpointsAndClientsKnowNothingButTheStandardApi() throws Exception {
        Path sources = Documents.PROJECT.resolve("examples/src/main/java/dev/duplex/examples/endpoint");
        try (Stream<Path> files = Files.list(sources)) {
            List<Path> all = files.toList();
            assertThat(all).hasSizeGreaterThan(5);
            for (Path file : all) {
                assertThat(Files.readString(file).lines())
                        .as(file.toString())
                        .noneMatch(
                                line -> line.matches("import (static )?dev\\.duplex\\.(?!examples\\.endpoint\\.).*"));
            }
        }
    }

    @Test
    void echoSendsTextAndBytesBack() throws Exception {
        try (Program server = Program.start("endpoint", "echo", "--port", "0");
                WsPeer peer = WebSockets.connect(server.url())) {
            peer.write("Größe €");
            assertThat(message(peer).text()).isEqualTo("Größe €");
            peer.write(new byte[] {0, -1});
            assertThat(message(peer).data()).containsExactly(0, -1);
        }
    }

    @Test
    void echoAnswersTheStandardClient() throws Exception {
        try (Program server = Program.start("endpoint", "echo", "--port", "0")) {
            String url = server.url();
            try (StandardClient client = StandardClient.connect(url)) {
                client.send("one");
                client.send("");
                assertThat(client.next()).isEqualTo("one");
                assertThat(client.next()).isEmpty();
            }
            try (Program client = Program.start("endpoint", "echo-client", "--url", url, "Is anybody there?")) {
                assertThat(client.rest()).containsExactly("Is anybody there?");
                assertThat(client.exitCode()).isZero();
            }
        }
    }

    @Test
    void echoAnswersNodesWs() throws Exception {
        try (Program server = Program.start("endpoint", "echo", "--port", "0");
                Program ws = RealPeers.ws(server.url())) {
            assertThat(ws.line()).isEqualTo("[\"open\",\"\"]");
            ws.type("Größe €");
            assertThat(ws.line()).isEqualTo("[\"text\",\"Größe €\"]");
            ws.endInput();
            assertThat(ws.line()).isEqualTo("[\"closed\",1000,\"\"]");
        }
    }

    @Test
    void aServerThatIsStoppedGoesAway() throws Exception {
        try (Program server = Program.start("endpoint", "echo", "--port", "0");
                StandardClient client = StandardClient.connect(server.url())) {
            client.send("there?");
            assertThat(client.next()).isEqualTo("there?");
            server.stop();
            assertThat(client.end().getCloseCode().getCode()).isEqualTo(1001);
            assertThat(server.exitCode()).isEqualTo(143);
        }
    }

    @Test
    void echoClientFailsWhenTheServerClosesWithoutAnAnswer() throws Exception {
        try (PeerServer server = WebSockets.server("ws://localhost:0/", peer -> peer.shutdown(1008, "no echo here"));
                Program client = Program.start(
                        "endpoint", "echo-client", "--url", server.uri().toString())) {
            assertThat(client.exitCode()).isEqualTo(1);
            assertThat(client.errors())
                    .contains("closed without an answer: 1008 no echo here")
                    .hasLineCount(1);
        }
    }

    @Test
    void pushSendsEveryoneWhatIsTypedAndWhatOneOfThemSends() throws Exception {
        try (Program server = Program.start("endpoint", "push", "--port", "0", "--every", "0")) {
            String url = server.url();
            try (StandardClient one = StandardClient.connect(url)) {
                assertThat(one.next()).isEqualTo("Welcome: 1 connected.");
                StandardClient other = StandardClient.connect(url);
                assertThat(other.next()).isEqualTo("Welcome: 2 connected.");
                server.type("Lunch is ready");
                assertThat(one.next()).isEqualTo("Lunch is ready");
                assertThat(other.next()).isEqualTo("Lunch is ready");
                other.send("Thank you");
                assertThat(one.next()).isEqualTo("Thank you");
                assertThat(other.next()).isEqualTo("Thank you");
                other.close();
                other.end();
                server.type("Coffee, too");
                assertThat(one.next()).isEqualTo("Coffee, too");
            }
        }
    }

    @Test
    void pushSendsTheTime() throws Exception {
        try (Program server = Program.start("endpoint", "push", "--port", "0");
                Program ws = RealPeers.ws(server.url())) {
            assertThat(ws.line()).contains("open");
            assertThat(ws.line()).contains("Welcome: 1 connected.");
            assertThat(ws.line()).contains("It is ");
            assertThat(ws.line()).contains("It is ");
        }
    }

    @Test
    void pushDoesNotWaitForAStalledClientAndCutsItOff() throws Exception {
        String news = "x".repeat(8_000);
        try (Program server = Program.start("endpoint", "push", "--port", "0", "--every", "0")) {
            URI url = URI.create(server.url());
            try (RawClient stalled = new RawClient(RawClient.narrow(url), url);
                    StandardClient quick = StandardClient.connect(url.toString())) {
                assertThat(stalled.receive(1)).isEqualTo("81");
                assertThat(quick.next()).startsWith("Welcome");
                // More than an outbox and the buffers on both sides of the stalled connection hold.
                for (int i = 0; i < 2_000; i++) {
                    server.type(news);
                    assertThat(quick.next()).hasSize(news.length());
                }
                stalled.drain();
            }
        }
    }

    @Test
    void tickerStreamsWhatEachSubscribedTo() throws Exception {
        try (Program server = Program.start("endpoint", "ticker", "--port", "0")) {
            String url = server.url() + "?every=20";
            try (StandardClient one = StandardClient.connect(url);
                    StandardClient other = StandardClient.connect(url)) {
                one.send("{\"op\":\"subscribe\",\"symbols\":[\"ACME\"]}");
                other.send("{\"op\":\"subscribe\",\"symbols\":[\"JAVA\"]}");
                for (int i = 0; i < 5; i++) {
                    assertThat(quote(one)).isEqualTo("ACME");
                    assertThat(quote(other)).isEqualTo("JAVA");
                }
            }
        }
    }

    @Test
    void tickerSpeaksWithTheClientOfTheOtherTicker() throws Exception {
        try (Program server = Program.start("endpoint", "ticker", "--port", "0");
                Program client =
                        Program.start("ticker-client", "--url", server.url() + "?every=20", "--count", "6", "DUPX")) {
            List<JsonNode> packets = client.rest().stream().map(JSON::readTree).toList();
            assertThat(client.exitCode()).isZero();
            assertThat(packets)
                    .filteredOn(packet -> type(packet).equals("quote"))
                    .hasSize(5)
                    .allSatisfy(
                            quote -> assertThat(quote.get("symbol").asString()).isEqualTo("DUPX"));
        }
    }

    @Test
    void tickerSaysWhatItDoesNotUnderstandAndGoesOn() throws Exception {
        try (Program server = Program.start("endpoint", "ticker", "--port", "0");
                StandardClient client = StandardClient.connect(server.url())) {
            for (String request : List.of("not JSON", "", "null", "[]", "{\"op\":\"subscribe\",\"symbols\":[null]}")) {
                assertThat(refusal(client, request)).as(request).contains("A request is JSON like");
            }
            assertThat(refusal(client, "{\"op\":\"subscribe\",\"symbols\":[\"NONE\"]}"))
                    .contains("are among")
                    .contains("ACME");
            assertThat(refusal(client, "{\"op\":\"buy\",\"symbols\":[\"ACME\"]}"))
                    .contains("subscribe or unsubscribe");
            client.send("{\"op\":\"subscribe\",\"symbols\":[\"ACME\"]}");
            assertThat(quote(client)).isEqualTo("ACME");
        }
    }

    @Test
    void connectSendsWhatIsTypedAndPrintsWhatArrives() throws Exception {
        try (Program server = Program.start("endpoint", "echo", "--port", "0");
                Program client = Program.start("endpoint", "connect", server.url())) {
            client.type("one");
            assertThat(client.line()).isEqualTo("one");
            client.type("");
            assertThat(client.line()).isEmpty();
            client.endInput();
            assertThat(client.exitCode()).isZero();
            assertThat(client.errors()).contains("Closed: 1000");
        }
    }

    @Test
    void connectSendsHexAsBinaryAndPrintsBinaryAsHex() throws Exception {
        try (PeerServer server = WebSockets.bind("ws://localhost:0/");
                Program client = Program.start(
                        "endpoint", "connect", "--binary", server.uri().toString());
                WsPeer peer = server.accept(Program.DEADLINE)) {
            client.type("00 ff 7F");
            assertThat(ByteBuffer.wrap(message(peer).data())).isEqualTo(ByteBuffer.wrap(new byte[] {0, -1, 0x7f}));
            client.type("no hex");
            assertThat(client.error("Not sent")).contains("no hex");
            peer.write(new byte[] {(byte) 0xca, (byte) 0xfe});
            assertThat(client.line()).isEqualTo("cafe");
        }
    }

    @Test
    void connectExitsWith3WhenTheServerClosesWithACodeOfTheApplication() throws Exception {
        try (PeerServer server = WebSockets.server("ws://localhost:0/", peer -> peer.shutdown(4000, "not you"));
                Program client =
                        Program.start("endpoint", "connect", server.uri().toString())) {
            assertThat(client.exitCode()).isEqualTo(3);
            assertThat(client.errors()).contains("Closed: 4000 not you");
        }
    }

    @Test
    void connectExitsWith1WhenTheServerRefuses() throws Exception {
        try (PeerServer server = WebSockets.server("ws://localhost:0/here", peer -> {});
                Program client = Program.start(
                        "endpoint",
                        "connect",
                        server.uri().resolve("/elsewhere").toString())) {
            assertThat(client.exitCode()).isEqualTo(1);
            assertThat(client.errors()).contains("404").hasLineCount(1);
        }
    }

    private static String refusal(StandardClient client, String request) throws Exception {
        client.send(request);
        JsonNode answer = JSON.readTree(client.next());
        assertThat(type(answer)).isEqualTo("error");
        return answer.get("message").asString();
    }

    /** The symbol of the next quote. */
    private static String quote(StandardClient client) throws Exception {
        while (true) {
            JsonNode packet = JSON.readTree(client.next());
            if (type(packet).equals("quote")) {
                return packet.get("symbol").asString();
            }
        }
    }

    private static String type(JsonNode packet) {
        return packet.get("type").asString();
    }

    private static Message message(WsPeer peer) throws Exception {
        Message message = peer.readMessage(Program.DEADLINE);
        assertThat(message).isNotNull();
        return message;
    }
}
