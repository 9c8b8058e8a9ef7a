import dev.duplex.servlet.DuplexInitializer;
import java.time.Duration;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Duplex inside Jetty 12 with EE 11, which is set up as in JettyMain. Property: {@code port}. */
public final class DuplexJettyMain {
    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(10); // idle connections are measured too

    private DuplexJettyMain() {}

    public static void main(String[] arguments) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.setPort(Integer.getInteger("port", 9001));
        connector.setAcceptQueueSize(4096);
        connector.setIdleTimeout(IDLE_TIMEOUT.toMillis());
        server.addConnector(connector);
        ServletContextHandler handler = new ServletContextHandler("/");
        handler.addServletContainerInitializer(new DuplexInitializer(), Endpoints.ALL.toArray(Class<?>[]::new));
        server.setHandler(handler);
        server.start();
        System.out.println("started");
        server.join();
    }
}
