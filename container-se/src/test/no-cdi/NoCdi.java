import dev.duplex.se.Application;
import dev.duplex.se.DuplexServer;
import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A program without CDI on its class path; says what it finds. */
public final class NoCdi {
    static final BlockingQueue<String> RECEIVED = new LinkedBlockingQueue<>();

    @ServerEndpoint("/echo")
    public static class Echo {
        @OnMessage
        public String answer(String text) {
            return text;
        }
    }

    @ClientEndpoint
    public static class Client {
        @OnMessage
        public void message(String text) {
            RECEIVED.add(text);
        }
    }

    public static void main(String[] arguments) throws Exception {
        System.out.println("methods of the builder " + (DuplexServer.Builder.class.getMethods().length > 0));
        serve("named classes", DuplexServer.builder().port(0).endpoint(Echo.class));
        serve(
                "a directory",
                DuplexServer.builder()
                        .port(0)
                        .deploy(Application.of(Path.of(arguments[0])).build()));
        refused(DuplexServer.builder().port(0).endpoint(Echo.class).cdi(true));
        refused(DuplexServer.builder()
                .port(0)
                .deploy(Application.of(Path.of(arguments[1])).build()));
        System.exit(0);
    }

    private static void serve(String what, DuplexServer.Builder builder) throws Exception {
        try (DuplexServer server = builder.start()) {
            Session session =
                    ContainerProvider.getWebSocketContainer().connectToServer(Client.class, server.uri("/echo"));
            session.getBasicRemote().sendText(what);
            System.out.println("echo of " + RECEIVED.poll(20, TimeUnit.SECONDS));
        }
    }

    private static void refused(DuplexServer.Builder builder) {
        try (DuplexServer server = builder.start()) {
            System.out.println("served " + server);
        } catch (DeploymentException | java.io.IOException e) {
            System.out.println(e.getMessage());
        }
    }
}
