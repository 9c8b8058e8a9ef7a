package dev.duplex.examples;

import dev.duplex.peer.Frame;
import dev.duplex.peer.PeerServer;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Sends every frame back to whoever sent it. */
@Command(name = "echo", description = "Start a server that sends back what it receives.")
final class EchoServer implements Callable<Integer> {
    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Where to listen; 0 takes a free port. Default: ${DEFAULT-VALUE}.")
    private int port = 8080;

    @Override
    public Integer call() throws IOException {
        PeerServer server = WebSockets.server("ws://localhost:" + port, EchoServer::echo);
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        System.out.println("Echo server at " + server.uri() + " (Ctrl+C stops it).");
        System.out.println("Try: ./duplex connect " + server.uri());
        return 0;
    }

    /** Runs on a virtual thread of its own for each connection, which is closed when this returns. */
    private static void echo(WsPeer peer) throws IOException {
        @Nullable Frame frame;
        while ((frame = peer.read()) != null) {
            peer.write(frame);
        }
    }
}
