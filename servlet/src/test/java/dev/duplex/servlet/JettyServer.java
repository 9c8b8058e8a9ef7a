package dev.duplex.servlet;

import jakarta.servlet.ServletContainerInitializer;
import java.net.URI;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** A Jetty that runs with an application. */
final class JettyServer extends Host.Running {
    private final Server server;
    private final ServerConnector connector;
    private final ServletContextHandler context;

    private JettyServer(Server server, ServerConnector connector, ServletContextHandler context) {
        super(context.getContextPath().equals("/") ? "" : context.getContextPath(), connector.getLocalPort());
        this.server = server;
        this.connector = connector;
        this.context = context;
    }

    /** Starts it without TLS. */
    static JettyServer start(WebApplication application) throws Exception {
        return start(application, null, new QueuedThreadPool());
    }

    /** Starts it. */
    static JettyServer start(WebApplication application, @Nullable SSLContext tls, QueuedThreadPool threads)
            throws Exception {
        ServletContextHandler context = new ServletContextHandler(
                application.contextPath.isEmpty() ? "/" : application.contextPath, ServletContextHandler.SESSIONS);
        application.parameters.forEach(context::setInitParameter);
        if (application.secured != null) {
            Guards.guard(context, application.secured);
        }
        for (ServletContainerInitializer initializer : application.initializers) {
            Set<Class<?>> handled = application.handled(initializer);
            context.addServletContainerInitializer(initializer, handled.toArray(Class<?>[]::new));
        }
        return start(context, tls, threads);
    }

    /** Starts it with an application of Jetty's making, without TLS. */
    static JettyServer start(ServletContextHandler context) throws Exception {
        return start(context, null, new QueuedThreadPool());
    }

    private static JettyServer start(ServletContextHandler context, @Nullable SSLContext tls, QueuedThreadPool threads)
            throws Exception {
        Server server = new Server(threads);
        ServerConnector connector = tls == null ? new ServerConnector(server) : secured(server, tls);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(context);
        boolean started = false;
        try {
            server.start();
            started = true;
        } finally {
            if (!started) {
                server.stop();
            }
        }
        return new JettyServer(server, connector, context);
    }

    private static ServerConnector secured(Server server, SSLContext tls) {
        SslContextFactory.Server factory = new SslContextFactory.Server();
        factory.setSslContext(tls);
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.addCustomizer(new SecureRequestCustomizer(false));
        return new ServerConnector(
                server, new SslConnectionFactory(factory, "http/1.1"), new HttpConnectionFactory(configuration));
    }

    Server server() {
        return server;
    }

    ServerConnector connector() {
        return connector;
    }

    ServletContextHandler context() {
        return context;
    }

    /** The URI of a path of the application over TLS. */
    URI secured(String path) {
        return URI.create("wss" + uri(path).toString().substring("ws".length()));
    }

    @Override
    void undeploy() throws Exception {
        context.stop();
    }

    @Override
    void end() throws Exception {
        server.stop();
    }
}
