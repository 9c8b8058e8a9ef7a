package dev.duplex.examples;

import dev.duplex.peer.Frame;
import dev.duplex.peer.PeerOptions;
import dev.duplex.peer.PeerServer;
import dev.duplex.peer.Tls;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Echoes over TLS, pings peers that have gone quiet, and says how each connection ended. */
@Command(name = "tls-echo", description = "Start an echo server with TLS and a certificate of yours.")
final class TlsEchoServer implements Callable<Integer> {
    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Where to listen; 0 takes a free port. Default: ${DEFAULT-VALUE}.")
    private int port = 8443;

    @Option(
            names = "--certificate",
            paramLabel = "FILE",
            description = "The certificate chain, PEM. Default: ${DEFAULT-VALUE}.")
    private Path certificate = Path.of("localhost.pem");

    @Option(names = "--key", paramLabel = "FILE", description = "Its private key, PEM. Default: ${DEFAULT-VALUE}.")
    private Path key = Path.of("localhost-key.pem");

    @Option(
            names = "--ping",
            paramLabel = "SECONDS",
            description = "Ping a peer that is quiet for this long. Default: ${DEFAULT-VALUE}.")
    private int pingSeconds = 120;

    @Override
    public Integer call() throws IOException {
        if (Files.notExists(certificate) || Files.notExists(key)) {
            throw new IllegalArgumentException(
                    "there is no certificate " + certificate + " with key " + key + "; make them with:\n"
                            + "openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost"
                            + " -addext subjectAltName=DNS:localhost -keyout " + key + " -out " + certificate);
        }
        PeerOptions options = PeerOptions.builder()
                .sslContext(
                        Tls.context().privateKey(key).certificate(certificate).build())
                .pingFrequency(Duration.ofSeconds(pingSeconds))
                .build();
        PeerServer server = WebSockets.server("wss://localhost:" + port, TlsEchoServer::echo, options);
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        System.out.println("TLS echo server at " + server.uri() + " (Ctrl+C stops it).");
        System.out.println("Try: ./duplex connect --trust " + certificate + " " + server.uri());
        return 0;
    }

    private static void echo(WsPeer peer) throws IOException {
        System.out.println("Peer " + peer.id() + " connected from " + peer.remoteAddress());
        try {
            @Nullable Frame frame;
            while ((frame = peer.read()) != null) {
                peer.write(frame);
            }
            System.out.println("Peer " + peer.id() + " closed: " + peer.closeReason());
        } catch (IOException e) {
            System.out.println("Peer " + peer.id() + " lost: " + e.getMessage());
            throw e;
        }
    }
}
