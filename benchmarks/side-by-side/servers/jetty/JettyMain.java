import java.time.Duration;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Jetty 12 with EE 11. Properties: {@code port}; {@code virtual=true} for virtual threads where tasks block. */
public final class JettyMain {
    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(10); // idle connections are measured too

    private JettyMain() {}

    public static void main(String[] arguments) throws Exception {
        QueuedThreadPool pool = new QueuedThreadPool();
        if (Boolean.getBoolean("virtual")) {
            pool.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
        }
        Server server = new Server(pool);
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.setPort(Integer.getInteger("port", 9001));
        connector.setAcceptQueueSize(4096);
        connector.setIdleTimeout(IDLE_TIMEOUT.toMillis());
        server.addConnector(connector);
        ServletContextHandler handler = new ServletContextHandler("/");
        JakartaWebSocketServletContainerInitializer.configure(handler, (context, container) -> {
            container.setDefaultMaxSessionIdleTimeout(IDLE_TIMEOUT.toMillis());
            for (Class<?> endpoint : Endpoints.ALL) {
                container.addEndpoint(endpoint);
            }
        });
        server.setHandler(handler);
        server.start();
        System.out.println("started");
        server.join();
    }
}
