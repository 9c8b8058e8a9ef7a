package dev.duplex.examples;

import com.fasterxml.jackson.annotation.Nulls;
import dev.duplex.peer.Message;
import dev.duplex.peer.PeerServer;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Streams made-up quotes to each peer for the symbols it subscribed to: {@code {"op":"subscribe","symbols":["ACME"]}}.
 *
 * <p>Two virtual threads per connection: one reads requests, one writes quotes. A peer that reads slowly holds up its own
 * writer and nobody else's, and then gets the price of that moment: nothing piles up.
 */
@Command(name = "ticker", description = "Start a server that streams made-up quotes to its subscribers.")
final class TickerServer implements Callable<Integer> {
    /** Strict, so that a request that parses has all its parts. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .changeDefaultNullHandling(nulls -> nulls.withValueNulls(Nulls.FAIL, Nulls.FAIL))
            .build();

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Where to listen; 0 takes a free port. Default: ${DEFAULT-VALUE}.")
    private int port = 8081;

    @Option(
            names = "--every",
            paramLabel = "MILLIS",
            description = "Milliseconds from quote to quote. Default: ${DEFAULT-VALUE}.")
    private long everyMillis = 500;

    /** The last price in cents of each symbol there is. */
    private final Map<String, Long> market =
            new ConcurrentSkipListMap<>(Map.of("ACME", 12_550L, "DUPX", 4_200L, "JAVA", 2_500L));

    private record Request(String op, Set<String> symbols) {}

    private record Quote(String type, String symbol, double price, String time) {}

    private record Subscribed(String type, Set<String> symbols) {}

    private record Refused(String type, String message) {}

    @Override
    public Integer call() throws IOException {
        PeerServer server = WebSockets.server("ws://localhost:" + port + "/ticker", this::serve);
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        System.out.println("Ticker for " + market.keySet() + " at " + server.uri() + " (Ctrl+C stops it).");
        System.out.println("Try: ./duplex ticker-client --url " + server.uri() + " ACME DUPX");
        return 0;
    }

    private void serve(WsPeer peer) throws IOException {
        Set<String> subscriptions = ConcurrentHashMap.newKeySet();
        Thread.startVirtualThread(() -> stream(peer, subscriptions));
        @Nullable Message request;
        while ((request = peer.readMessage()) != null) {
            peer.write(JSON.writeValueAsString(answer(request.text(), subscriptions)));
        }
    }

    private Record answer(String json, Set<String> subscriptions) {
        @Nullable Request request = parse(json);
        if (request == null) {
            return new Refused("error", "A request is JSON like {\"op\":\"subscribe\",\"symbols\":[\"ACME\"]}.");
        }
        // Also what bounds the memory of a subscription: no symbol but those of the market gets in.
        if (!market.keySet().containsAll(request.symbols())) {
            return new Refused("error", "The symbols are among " + market.keySet() + ".");
        }
        switch (request.op()) {
            case "subscribe" -> subscriptions.addAll(request.symbols());
            case "unsubscribe" -> subscriptions.removeAll(request.symbols());
            default -> {
                return new Refused("error", "The op is subscribe or unsubscribe.");
            }
        }
        return new Subscribed("subscribed", subscriptions);
    }

    private static @Nullable Request parse(String json) {
        try {
            return JSON.readValue(json, Request.class);
        } catch (JacksonException e) {
            return null;
        }
    }

    private void stream(WsPeer peer, Set<String> subscriptions) {
        try {
            while (peer.isOpen()) {
                for (String symbol : subscriptions) {
                    peer.write(JSON.writeValueAsString(quote(symbol)));
                }
                Thread.sleep(Duration.ofMillis(everyMillis));
            }
        } catch (IOException | InterruptedException ended) {
            // The connection is over, and the thread that reads it knows how it ended.
        }
    }

    private Quote quote(String symbol) {
        long cents = market.compute(
                symbol,
                (same, last) -> Math.max(1, last + ThreadLocalRandom.current().nextLong(-25, 26)));
        return new Quote("quote", symbol, cents / 100.0, Instant.now().toString());
    }
}
