package dev.duplex.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.duplex.peer.PeerServer;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Sends each line of its input, and the time every few seconds, to all connected peers.
 *
 * <p>Pushing never waits for a peer: it puts the message in the outbox of each, and a virtual thread per peer writes it
 * from there. A peer that falls a whole outbox behind is cut off, so that one stalled peer costs a bounded amount of
 * memory and costs the others nothing.
 */
@Command(name = "push", description = "Start a server that sends each line you type to everyone connected.")
final class Push implements Callable<Integer> {
    /** In messages. Deep enough for a burst or a hiccup of the network, shallow enough to give up on the dead. */
    private static final int OUTBOX = 1_000;

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Where to listen; 0 takes a free port. Default: ${DEFAULT-VALUE}.")
    private int port = 8082;

    @Option(
            names = "--every",
            paramLabel = "SECONDS",
            description = "Push the time this often; 0 never. Default: ${DEFAULT-VALUE}.")
    private int everySeconds = 5;

    private final Map<Long, Subscriber> subscribers = new ConcurrentHashMap<>();

    private record Subscriber(WsPeer peer, BlockingQueue<String> outbox) {}

    @Override
    public Integer call() throws IOException {
        PeerServer server = WebSockets.server("ws://localhost:" + port + "/push", this::serve);
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        System.out.println(
                "Push server at " + server.uri() + " (Ctrl+C stops it). A line typed here goes to everyone.");
        System.out.println("Try, more than once: ./duplex connect " + server.uri());
        if (everySeconds > 0) {
            Thread.startVirtualThread(this::pushTime);
        }
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        @Nullable String line;
        while ((line = input.readLine()) != null) {
            push(line);
        }
        return 0;
    }

    private void push(String news) {
        for (Subscriber subscriber : subscribers.values()) {
            if (!subscriber.outbox().offer(news)) {
                subscriber.peer().close();
            }
        }
    }

    private void pushTime() {
        try {
            while (true) {
                Thread.sleep(Duration.ofSeconds(everySeconds));
                push("It is " + LocalTime.now(ZoneId.systemDefault()).format(CLOCK));
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(WsPeer peer) throws IOException {
        Subscriber subscriber = new Subscriber(peer, new ArrayBlockingQueue<>(OUTBOX));
        Thread writer = Thread.startVirtualThread(() -> write(subscriber));
        subscribers.put(peer.id(), subscriber);
        subscriber.outbox().add("Welcome: " + subscribers.size() + " connected.");
        try {
            // Nothing is expected, but reading is what answers pings and notices the end.
            while (peer.read() != null) {}
        } finally {
            subscribers.remove(peer.id());
            writer.interrupt();
        }
    }

    private static void write(Subscriber subscriber) {
        try {
            while (true) {
                subscriber.peer().write(subscriber.outbox().take());
            }
        } catch (IOException | InterruptedException ended) {
            // The connection is over, and the thread that reads it knows how it ended.
        }
    }
}
