package dev.duplex.examples.endpoint;

import com.fasterxml.jackson.annotation.JsonTypeName;
import jakarta.websocket.DecodeException;
import jakarta.websocket.Decoder;
import jakarta.websocket.EncodeException;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Streams made-up quotes to each session for the symbols it subscribed to: {@code {"op":"subscribe","symbols":["ACME"]}}. The query says
 * how often, {@code /ticker?every=250} in milliseconds.
 *
 * <p>Requests are handled on the connection's thread and quotes are sent by a virtual thread beside it, with sends that block: who reads
 * slowly gets the price of that moment, and nothing piles up.
 */
@ServerEndpoint(value = "/ticker", decoders = Ticker.RequestDecoder.class, encoders = Json.class)
public final class Ticker {
    private static final System.Logger LOG = System.getLogger(Ticker.class.getName());

    private static final long SHORTEST_MILLIS = 10;
    private static final long LONGEST_MILLIS = 60_000;
    private static final String USUAL_MILLIS = "500";

    /** The last price in cents of each symbol there is. Static, because there is an instance for each connection. */
    private static final Map<String, Long> MARKET =
            new ConcurrentSkipListMap<>(Map.of("ACME", 12_550L, "DUPX", 4_200L, "JAVA", 2_500L));

    private final Set<String> subscriptions = ConcurrentHashMap.newKeySet();

    /** Written when the session opens, read when it closes: by one thread at a time. */
    private @Nullable Thread quotes;

    /** What a client sends: to subscribe or to unsubscribe. */
    public record Request(String op, Set<String> symbols) {}

    /** A price. */
    @JsonTypeName("quote")
    public record Quote(String symbol, double price, String time) implements Event {}

    /** The answer to a request: all that is subscribed now. */
    @JsonTypeName("subscribed")
    public record Subscribed(Set<String> symbols) implements Event {}

    /** The answer to what is no request. */
    @JsonTypeName("error")
    public record Refused(String message) implements Event {}

    /** Reads requests. */
    public static final class RequestDecoder implements Decoder.Text<Request> {
        @Override
        public boolean willDecode(String json) {
            return true;
        }

        @Override
        public Request decode(String json) throws DecodeException {
            return Json.read(
                    json, Request.class, "A request is JSON like {\"op\":\"subscribe\",\"symbols\":[\"ACME\"]}.");
        }
    }

    /** Starts the stream. */
    @OnOpen
    public void open(Session session) {
        long everyMillis = everyMillis(session);
        quotes = Thread.startVirtualThread(() -> stream(session, everyMillis));
    }

    /** What it returns is encoded and sent. */
    @OnMessage
    public Event request(Request request) {
        // Also what bounds the memory of a subscription: no symbol but those of the market gets in.
        if (!MARKET.keySet().containsAll(request.symbols())) {
            return new Refused("The symbols are among " + MARKET.keySet() + ".");
        }
        switch (request.op()) {
            case "subscribe" -> subscriptions.addAll(request.symbols());
            case "unsubscribe" -> subscriptions.removeAll(request.symbols());
            default -> {
                return new Refused("The op is subscribe or unsubscribe.");
            }
        }
        return new Subscribed(subscriptions);
    }

    /** Ends the stream at once. */
    @OnClose
    public void close() {
        if (quotes != null) {
            quotes.interrupt();
        }
    }

    /** What is no request is answered, and the connection goes on. */
    @OnError
    public void error(Session session, Throwable failure) throws IOException, EncodeException {
        if (failure instanceof DecodeException) {
            session.getBasicRemote().sendObject(new Refused(String.valueOf(failure.getMessage())));
        } else {
            LOG.log(Level.DEBUG, "The connection of a subscriber failed", failure);
        }
    }

    private void stream(Session session, long everyMillis) {
        try {
            while (session.isOpen()) {
                for (String symbol : subscriptions) {
                    session.getBasicRemote().sendObject(quote(symbol));
                }
                Thread.sleep(Duration.ofMillis(everyMillis));
            }
        } catch (IOException | EncodeException | IllegalStateException | InterruptedException ended) {
            LOG.log(Level.DEBUG, "No more quotes for a session that ends", ended);
        }
    }

    private static Quote quote(String symbol) {
        long cents = MARKET.compute(
                symbol,
                (same, last) -> Math.max(1, last + ThreadLocalRandom.current().nextLong(-25, 26)));
        return new Quote(symbol, cents / 100.0, Instant.now().toString());
    }

    private static long everyMillis(Session session) {
        String every = session.getRequestParameterMap()
                .getOrDefault("every", List.of(USUAL_MILLIS))
                .get(0);
        try {
            return Math.clamp(Long.parseLong(every), SHORTEST_MILLIS, LONGEST_MILLIS);
        } catch (NumberFormatException e) {
            return Long.parseLong(USUAL_MILLIS);
        }
    }
}
