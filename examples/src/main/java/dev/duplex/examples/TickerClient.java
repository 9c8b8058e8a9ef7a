package dev.duplex.examples;

import dev.duplex.peer.Message;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** Subscribes to a stream with one JSON message and prints the packets that come back. */
@Command(name = "ticker-client", description = "Subscribe to quotes and print them as they come.")
final class TickerClient implements Callable<Integer> {
    /** A stream that is silent for this long counts as dead. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    @Option(names = "--url", paramLabel = "URL", description = "The server. Default: ${DEFAULT-VALUE}.")
    private URI url = URI.create("ws://localhost:8081/ticker");

    @Option(names = "--count", paramLabel = "N", description = "Stop after N packets. Default: go on until Ctrl+C.")
    private long count = Long.MAX_VALUE;

    @Parameters(paramLabel = "SYMBOL", description = "What to subscribe to. Default: ${DEFAULT-VALUE}.")
    private List<String> symbols = List.of("ACME", "DUPX");

    private record Subscribe(String op, List<String> symbols) {}

    @Override
    public Integer call() throws IOException {
        try (WsPeer peer = WebSockets.connect(url)) {
            peer.write(new JsonMapper().writeValueAsString(new Subscribe("subscribe", symbols)));
            for (long received = 0; received < count; received++) {
                @Nullable Message packet = peer.readMessage(SILENCE);
                if (packet == null) {
                    System.out.println("The stream ended: " + peer.closeReason());
                    return 0;
                }
                System.out.println(packet.text());
            }
            peer.shutdown();
        }
        return 0;
    }
}
