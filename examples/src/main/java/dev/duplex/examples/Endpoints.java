package dev.duplex.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.duplex.examples.endpoint.Chat;
import dev.duplex.examples.endpoint.Echo;
import dev.duplex.examples.endpoint.EchoClient;
import dev.duplex.examples.endpoint.Push;
import dev.duplex.examples.endpoint.Ticker;
import dev.duplex.se.DuplexServer;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Session;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Starts the endpoints and clients of the package {@code endpoint}: here is all that knows by what they run. */
@Command(
        name = "endpoint",
        description = "The same and a chat, on the standard Jakarta API.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = EndpointConnect.class)
final class Endpoints {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");

    @Command(name = "echo", description = "Start an endpoint that sends back what it receives.")
    int echo(
            @Option(
                            names = "--port",
                            paramLabel = "PORT",
                            defaultValue = "8080",
                            description = "Where to listen; 0 takes a free port. Default: ${DEFAULT-VALUE}.")
                    int port)
            throws DeploymentException, IOException {
        URI url = start(builder(port).endpoint(Echo.class)).uri("/echo");
        System.out.println("Echo endpoint at " + url + " (Ctrl+C stops it).");
        System.out.println("Try: ./duplex endpoint connect " + url);
        return 0;
    }

    @Command(name = "echo-client", description = "Send a message to an echo server and print its answer.")
    int echoClient(
            @Option(
                            names = "--url",
                            paramLabel = "URL",
                            defaultValue = "ws://localhost:8080/echo",
                            description = "The server. Default: ${DEFAULT-VALUE}.")
                    URI url,
            @Parameters(
                            arity = "0..1",
                            paramLabel = "MESSAGE",
                            defaultValue = "HELLO",
                            description = "What to send. Default: ${DEFAULT-VALUE}.")
                    String message)
            throws DeploymentException, IOException, InterruptedException {
        EchoClient client = new EchoClient(message);
        Session session = ContainerProvider.getWebSocketContainer().connectToServer(client, url);
        try {
            System.out.println(client.answer().get(10, TimeUnit.SECONDS));
        } catch (TimeoutException e) {
            throw new IOException("No answer within 10 seconds.", e);
        } catch (ExecutionException e) {
            throw new IOException(Objects.requireNonNull(e.getCause()).getMessage(), e);
        } finally {
            session.close();
        }
        return 0;
    }

    @Command(name = "ticker", description = "Start an endpoint that streams made-up quotes to its subscribers.")
    int ticker(
            @Option(
                            names = "--port",
                            paramLabel = "PORT",
                            defaultValue = "8081",
                            description = "Where to listen; 0 takes a free port. Default: ${DEFAULT-VALUE}.")
                    int port)
            throws DeploymentException, IOException {
        URI url = start(builder(port).endpoint(Ticker.class)).uri("/ticker");
        System.out.println("Ticker endpoint at " + url + " (Ctrl+C stops it).");
        System.out.println("Try: ./duplex ticker-client --url '" + url + "?every=1000' ACME DUPX");
        return 0;
    }

    @Command(
            name = "push",
            description = "Start an endpoint that pushes the time, lines typed and messages to everyone.")
    int push(
            @Option(
                            names = "--port",
                            paramLabel = "PORT",
                            defaultValue = "8082",
                            description = "Where to listen; 0 takes a free port. Default: ${DEFAULT-VALUE}.")
                    int port,
            @Option(
                            names = "--every",
                            paramLabel = "SECONDS",
                            defaultValue = "1",
                            description = "Push the time this often; 0 never. Default: ${DEFAULT-VALUE}.")
                    int everySeconds)
            throws DeploymentException, IOException {
        URI url = start(builder(port).endpoint(Push.class)).uri("/push");
        System.out.println("Push endpoint at " + url + " (Ctrl+C stops it). A line typed here goes to everyone.");
        System.out.println("Try, more than once: ./duplex endpoint connect " + url);
        if (everySeconds > 0) {
            Thread.startVirtualThread(() -> pushTime(Duration.ofSeconds(everySeconds)));
        }
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        @Nullable String line;
        while ((line = input.readLine()) != null) {
            Push.toAll(line);
        }
        return 0;
    }

    @Command(name = "chat", description = "Start a chat: an endpoint, and the web page to talk to it.")
    int chat(
            @Option(
                            names = "--port",
                            paramLabel = "PORT",
                            defaultValue = "8083",
                            description = "Where to listen; 0 takes a free port. Default: ${DEFAULT-VALUE}.")
                    int port)
            throws DeploymentException, IOException {
        DuplexServer server = start(builder(port).endpoint(Chat.class).files(page()));
        URI rooms = server.uri("/chat");
        System.out.println("Chat at http://" + rooms.getAuthority() + "/ (Ctrl+C stops it).");
        System.out.println("Its rooms are at " + rooms + "/ROOM?name=NAME");
        System.out.println("Try: open it twice, and ./duplex endpoint connect '" + rooms + "/lobby?name=Ann'");
        return 0;
    }

    /** The directory of the web page, beside this class. */
    private static Path page() {
        try {
            return Path.of(
                    Objects.requireNonNull(Endpoints.class.getResource("chat")).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DuplexServer.Builder builder(int port) {
        return DuplexServer.builder().host("localhost").port(port);
    }

    /** Its threads keep the program alive after this. */
    private static DuplexServer start(DuplexServer.Builder builder) throws DeploymentException, IOException {
        DuplexServer server = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        return server;
    }

    private static void pushTime(Duration every) {
        try {
            while (true) {
                Thread.sleep(every);
                Push.toAll("It is " + LocalTime.now(ZoneId.systemDefault()).format(CLOCK));
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
