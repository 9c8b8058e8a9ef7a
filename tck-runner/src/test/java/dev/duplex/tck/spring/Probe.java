package dev.duplex.tck.spring;

import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A server's endpoint that sends back what it gets and does what a text tells it to. */
@ServerEndpoint(
        value = "/probe",
        subprotocols = {"soup", "superchat"},
        configurator = Probe.Keeping.class)
public final class Probe {
    /** Why each session ended, by the query of its request. */
    private static final Map<String, CompletableFuture<CloseReason>> CLOSED = new ConcurrentHashMap<>();

    /** The applications' data of the Pongs that came. */
    static final BlockingQueue<ByteBuffer> PONGS = new LinkedBlockingQueue<>();

    /** What a text {@code block} waits for. */
    static volatile CountDownLatch gate = new CountDownLatch(0);

    /** Keeps a header of the request for its session. */
    public static final class Keeping extends ServerEndpointConfig.Configurator {
        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            config.getUserProperties()
                    .put("colours", List.copyOf(request.getHeaders().getOrDefault("x-colour", List.of())));
        }
    }

    private @Nullable Object colours;

    @OnOpen
    public void open(Session session, EndpointConfig config) {
        colours = session.getUserProperties().get("colours");
    }

    @OnMessage
    public @Nullable String text(Session session, String text) throws IOException, InterruptedException {
        String[] words = text.split(" ", 3);
        return switch (words[0]) {
            case "colours" -> String.valueOf(colours);
            case "close" -> {
                session.close(new CloseReason(CloseCodes.getCloseCode(Integer.parseInt(words[1])), words[2]));
                yield null;
            }
            case "parts" -> {
                session.getBasicRemote().sendText("one, ", false);
                session.getBasicRemote().sendText("two", true);
                yield null;
            }
            case "ping" -> {
                session.getBasicRemote().sendPing(ByteBuffer.wrap(new byte[] {7}));
                yield null;
            }
            case "block" -> {
                gate.await();
                yield null;
            }
            default -> text;
        };
    }

    @OnMessage
    public ByteBuffer binary(ByteBuffer bytes) {
        return bytes;
    }

    @OnMessage
    public void pong(PongMessage pong) {
        PONGS.add(pong.getApplicationData());
    }

    @OnClose
    public void close(Session session, CloseReason reason) {
        closed(String.valueOf(session.getQueryString())).complete(reason);
    }

    /** Why the session of this query ended, as the server sees it. */
    static CompletableFuture<CloseReason> closed(String query) {
        return CLOSED.computeIfAbsent(query, any -> new CompletableFuture<>());
    }
}
