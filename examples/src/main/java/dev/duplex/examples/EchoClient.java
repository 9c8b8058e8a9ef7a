package dev.duplex.examples;

import dev.duplex.peer.Message;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.io.EOFException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends one message and prints the answer. */
@Command(name = "echo-client", description = "Send a message to an echo server and print its answer.")
final class EchoClient implements Callable<Integer> {
    @Option(names = "--url", paramLabel = "URL", description = "The server. Default: ${DEFAULT-VALUE}.")
    private URI url = URI.create("ws://localhost:8080");

    @Parameters(arity = "0..1", paramLabel = "MESSAGE", description = "What to send. Default: ${DEFAULT-VALUE}.")
    private String message = "HELLO";

    @Override
    public Integer call() throws IOException {
        try (WsPeer peer = WebSockets.connect(url)) {
            peer.write(message);
            @Nullable Message answer = peer.readMessage(Duration.ofSeconds(10));
            if (answer == null) {
                throw new EOFException("The server closed without an answer: " + peer.closeReason() + ".");
            }
            System.out.println(answer.text());
            peer.shutdown();
        }
        return 0;
    }
}
