package dev.duplex.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.duplex.examples.endpoint.LineClient;
import jakarta.websocket.CloseReason;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Session;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Sends each line of its input and prints each message that arrives, as {@link Connect} does, with nothing but the standard API.
 *
 * <p>The connection's own thread prints, a second one reads the input, and the main thread waits for the end.
 */
@Command(
        name = "connect",
        description = "Connect to any WebSocket server: lines typed are sent, messages are printed.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the connection ended normally: code 1000, 1001 or none",
            "1:no connection: refused, not found, not trusted",
            "2:wrong usage: an option or a URL that cannot be used",
            "3:the connection broke, or ended with another code"
        })
final class EndpointConnect implements Callable<Integer> {
    private static final int BROKEN = 3;

    @Parameters(paramLabel = "URL", description = "Where to connect: ws://... or wss://...")
    private URI url = URI.create("");

    @Option(names = "--binary", description = "Lines are hex and are sent as binary messages.")
    private boolean binary;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description =
                    "When the input has ended, close once nothing arrives for this long. Default: ${DEFAULT-VALUE}.")
    private int waitSeconds = 1;

    /** System.nanoTime() of the last sign of life: written by two threads, read by the one that waits for quiet. */
    private volatile long lastHeard;

    @Override
    public Integer call() throws DeploymentException, IOException {
        LineClient client = new LineClient(this::print);
        Session session = ContainerProvider.getWebSocketContainer().connectToServer(client, url);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(session)));
        say("Connected to " + url + (isTerminal() ? ". A line typed is sent; Ctrl+D closes." : "."));
        Thread.startVirtualThread(() -> send(session));
        CloseReason end = client.end().join();
        say("Closed: " + end.getCloseCode().getCode() + " " + end.getReasonPhrase());
        return switch (end.getCloseCode().getCode()) {
            case 1000, 1001, 1005 -> 0;
            default -> BROKEN;
        };
    }

    private void send(Session session) {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        try {
            @Nullable String line;
            while ((line = input.readLine()) != null) {
                send(session, line);
            }
            if (!isTerminal()) {
                awaitQuiet();
            }
        } catch (IOException | IllegalStateException | InterruptedException e) {
            // The connection is over, and the main thread tells how; or the input is.
        } finally {
            close(session);
        }
    }

    private void send(Session session, String line) throws IOException {
        if (!binary) {
            session.getBasicRemote().sendText(line);
            return;
        }
        byte[] bytes;
        try {
            bytes = HexFormat.of().parseHex(line.replace(" ", ""));
        } catch (IllegalArgumentException e) {
            say("Not sent, since --binary takes hex: " + line);
            return;
        }
        session.getBasicRemote().sendBinary(ByteBuffer.wrap(bytes));
    }

    /** Returns once nothing has arrived for the time to wait, counted from the end of the input. */
    private void awaitQuiet() throws InterruptedException {
        long wait = Duration.ofSeconds(waitSeconds).toNanos();
        lastHeard = System.nanoTime();
        long left;
        while ((left = lastHeard + wait - System.nanoTime()) > 0) {
            Thread.sleep(Duration.ofNanos(left));
        }
    }

    private void print(String line) {
        lastHeard = System.nanoTime();
        System.out.println(isTerminal() ? "< " + line : line);
    }

    /** Has no effect when it is closed. */
    private static void close(Session session) {
        try {
            session.close();
        } catch (IOException e) {
            // It broke before it could say so, and the main thread tells that.
        }
    }

    private static void say(String sentence) {
        System.err.println(sentence);
    }

    /** The launcher says so: since JDK 22 the presence of a console no longer tells. */
    private static boolean isTerminal() {
        return Boolean.getBoolean("duplex.terminal");
    }
}
