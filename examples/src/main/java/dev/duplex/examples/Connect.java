package dev.duplex.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.duplex.peer.CloseReason;
import dev.duplex.peer.ConnectRequest;
import dev.duplex.peer.Message;
import dev.duplex.peer.PeerOptions;
import dev.duplex.peer.Tls;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Sends each line of its input and prints each message that arrives.
 *
 * <p>Messages alone go to standard output, one to a line and binary ones as hex; all else goes to standard error. The main
 * thread reads the connection, a second one reads the input.
 */
@Command(
        name = "connect",
        description = "Connect to any WebSocket server: lines typed are sent, messages are printed.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the connection ended normally: code 1000, 1001 or none",
            "1:no connection: refused, not found, not trusted",
            "2:wrong usage: an option, a URL or a file that cannot be used",
            "3:the connection broke, or ended with another code"
        })
final class Connect implements Callable<Integer> {
    private static final int BROKEN = 3;

    @Parameters(paramLabel = "URL", description = "Where to connect: ws://... or wss://...")
    private URI url = URI.create("");

    @Option(
            names = {"-H", "--header"},
            paramLabel = "'NAME: VALUE'",
            description = "A header of the handshake; may be repeated.")
    private List<String> headers = List.of();

    @Option(
            names = {"-s", "--subprotocol"},
            paramLabel = "NAME",
            description = "A subprotocol to offer; may be repeated.")
    private List<String> subprotocols = List.of();

    @Option(
            names = "--trust",
            paramLabel = "FILE",
            description = "Trust the certificates in this PEM file instead of the usual ones.")
    private @Nullable Path trust;

    @Option(names = "--insecure", description = "Accept any certificate. For trying only.")
    private boolean insecure;

    @Option(names = "--compress", description = "Offer permessage-deflate.")
    private boolean compress;

    @Option(names = "--binary", description = "Lines are hex and are sent as binary messages.")
    private boolean binary;

    @Option(
            names = "--ping",
            paramLabel = "SECONDS",
            description = "Ping when nothing arrives for this long. Default: never.")
    private int pingSeconds;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "Give up connecting after this long. Default: ${DEFAULT-VALUE}.")
    private int timeoutSeconds = 10;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description =
                    "When the input has ended, close once nothing arrives for this long. Default: ${DEFAULT-VALUE}.")
    private int waitSeconds = 1;

    /** System.nanoTime() of the last sign of life: written by both threads, read by the one that waits for quiet. */
    private volatile long lastHeard;

    @Override
    public Integer call() throws IOException {
        WsPeer peer = WebSockets.connect(url, request(), options());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> peer.shutdown(1000, "", Duration.ofSeconds(1))));
        say("Connected to " + url + (peer.subprotocol() == null ? "" : " with subprotocol " + peer.subprotocol())
                + (isTerminal() ? ". A line typed is sent; Ctrl+D closes." : "."));
        Thread.startVirtualThread(() -> send(peer));
        try {
            @Nullable Message message;
            while ((message = peer.readMessage()) != null) {
                lastHeard = System.nanoTime();
                print(message);
                if (System.out.checkError()) {
                    // Whoever read the output has gone, as in `duplex connect ... | head`.
                    peer.shutdown();
                }
            }
        } catch (IOException e) {
            say("Connection lost: " + e.getMessage());
            return BROKEN;
        } finally {
            peer.close();
        }
        CloseReason end = Objects.requireNonNull(peer.closeReason());
        say("Closed: " + describe(end));
        return switch (end.code()) {
            case 1000, 1001, 1005 -> 0;
            default -> BROKEN;
        };
    }

    private ConnectRequest request() {
        ConnectRequest.Builder request = ConnectRequest.builder();
        for (String header : headers) {
            int colon = header.indexOf(':');
            if (colon < 1) {
                throw new IllegalArgumentException("a header is written 'Name: value', not '" + header + "'.");
            }
            request.header(
                    header.substring(0, colon).strip(),
                    header.substring(colon + 1).strip());
        }
        subprotocols.forEach(request::subprotocol);
        return request.build();
    }

    private PeerOptions options() throws IOException {
        PeerOptions.Builder options = PeerOptions.builder()
                .timeout(Duration.ofSeconds(timeoutSeconds))
                .pingFrequency(Duration.ofSeconds(pingSeconds))
                .compression(compress);
        if (insecure) {
            say("Warning: with --insecure anyone on the way can read and change what is sent.");
            options.sslContext(trustAnyone());
        } else if (trust != null) {
            options.sslContext(Tls.context().trust(trust).build());
        }
        return options.build();
    }

    private void send(WsPeer peer) {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        try {
            @Nullable String line;
            while ((line = input.readLine()) != null) {
                send(peer, line);
            }
            if (!isTerminal()) {
                awaitQuiet();
            }
        } catch (IOException | InterruptedException e) {
            // The connection is over, and the thread that reads it tells how; or the input is.
        } finally {
            peer.shutdown();
        }
    }

    private void send(WsPeer peer, String line) throws IOException {
        if (!binary) {
            peer.write(line);
            return;
        }
        try {
            peer.write(HexFormat.of().parseHex(line.replace(" ", "")));
        } catch (IllegalArgumentException e) {
            say("Not sent, since --binary takes hex: " + line);
        }
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

    private static void print(Message message) {
        String text = message.isText() ? message.text() : HexFormat.of().formatHex(message.data());
        System.out.println(isTerminal() ? "< " + text : text);
    }

    private static void say(String sentence) {
        System.err.println(sentence);
    }

    private static String describe(CloseReason end) {
        String meaning = switch (end.code()) {
            case 1000 -> "normal";
            case 1001 -> "going away";
            case 1002 -> "protocol error";
            case 1003 -> "data of a kind that is not accepted";
            case 1005 -> "no code given";
            case 1006 -> "the connection broke off";
            case 1007 -> "malformed data";
            case 1008 -> "against the policy of the other side";
            case 1009 -> "message too big";
            case 1010 -> "extension missing";
            case 1011 -> "error of the server";
            case 1012 -> "server restarts";
            case 1013 -> "try again later";
            default -> "code of the application";
        };
        return end.code() + " (" + meaning + ")" + (end.reason().isEmpty() ? "" : ", " + end.reason());
    }

    /** The launcher says so: since JDK 22 the presence of a console no longer tells. */
    private static boolean isTerminal() {
        return Boolean.getBoolean("duplex.terminal");
    }

    private static SSLContext trustAnyone() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new TrustAnyone()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has TLS", e);
        }
    }

    /** Extended, because a plain X509TrustManager would still be given the check of the host name. */
    private static final class TrustAnyone extends X509ExtendedTrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
