import dev.duplex.peer.Message;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import dev.duplex.servlet.DuplexInitializer;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.time.Duration;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A Jetty 12.0 with its environment of Jakarta EE 10: messages of some sizes, and the end of the server. */
public final class OlderJetty {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @ServerEndpoint("/echo")
    public static final class Echo {
        @OnMessage
        public String echo(String text) {
            return text;
        }
    }

    private OlderJetty() {}

    public static void main(String... arguments) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        ServletContextHandler context = new ServletContextHandler("/app");
        context.addServletContainerInitializer(new DuplexInitializer(), Echo.class);
        server.setHandler(context);
        server.start();
        System.out.println("version " + Server.getVersion());
        try (WsPeer peer = WebSockets.connect("ws://127.0.0.1:" + connector.getLocalPort() + "/app/echo")) {
            for (int size : new int[] {0, 125, 70_000, 1_000_000}) {
                peer.write("x".repeat(size));
                Message message = peer.readMessage(LIMIT);
                System.out.println("message " + message.text().length());
            }
            Thread reader = Thread.startVirtualThread(() -> {
                try {
                    peer.readMessage(LIMIT);
                } catch (Exception e) {
                    System.out.println("failed: " + e);
                }
            });
            server.stop();
            System.out.println(
                    "ended " + reader.join(LIMIT) + " " + peer.closeReason().code());
        }
    }
}
