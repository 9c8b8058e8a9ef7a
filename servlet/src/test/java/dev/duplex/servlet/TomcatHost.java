package dev.duplex.servlet;

import jakarta.servlet.ServletContainerInitializer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.AbstractProtocol;
import org.jspecify.annotations.Nullable;

/** A Tomcat that runs with an application. */
final class TomcatHost extends Host.Running {
    private final Tomcat tomcat;
    private final Connector connector;
    private final Context context;

    private TomcatHost(WebApplication application, Tomcat tomcat, Connector connector, Context context) {
        super(application, connector.getLocalPort());
        this.tomcat = tomcat;
        this.connector = connector;
        this.context = context;
    }

    /** Starts it with a connector of its own for HTTP over NIO. */
    static TomcatHost start(WebApplication application) throws Exception {
        return start(application, new Connector("HTTP/1.1"));
    }

    /** Starts it with an application that has no servlet. */
    static TomcatHost startBare(WebApplication application) throws Exception {
        return start(application, new Connector("HTTP/1.1"), false);
    }

    /** Starts it with a connector, which gets any free port. */
    static TomcatHost start(WebApplication application, Connector connector) throws Exception {
        return start(application, connector, true);
    }

    private static TomcatHost start(WebApplication application, Connector connector, boolean servlet) throws Exception {
        Path folder = Files.createTempDirectory("tomcat");
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        connector.setPort(0);
        connector.setProperty("address", "127.0.0.1");
        tomcat.setConnector(connector);
        Context context = context(tomcat, application, folder, servlet);
        Failures failures = new Failures();
        Logger log = Logger.getLogger("org.apache.catalina"); // held, so that the handler is
        log.addHandler(failures);
        boolean started = false;
        try {
            tomcat.start();
            started = context.getState() == LifecycleState.STARTED;
        } finally {
            log.removeHandler(failures);
            if (!started) {
                tomcat.stop();
                tomcat.destroy();
            }
        }
        if (!started) {
            throw new IllegalStateException("the application did not start", failures.first);
        }
        return new TomcatHost(application, tomcat, connector, context);
    }

    private static Context context(Tomcat tomcat, WebApplication application, Path folder, boolean servlet)
            throws IOException {
        Path root = Files.createDirectory(folder.resolve("root"));
        Files.writeString(root.resolve("index.html"), "welcome");
        Context context = tomcat.addContext(application.contextPath, root.toString());
        context.addWelcomeFile("index.html");
        application.parameters.forEach(context::addParameter);
        if (application.secured != null) {
            Guards.guard(tomcat, context, application.secured);
        }
        for (ServletContainerInitializer initializer : application.initializers) {
            context.addServletContainerInitializer(initializer, application.handled(initializer));
        }
        if (servlet) { // without one no filter is asked
            Tomcat.addServlet(context, "default", new DefaultServlet());
            context.addServletMappingDecoded("/", "default");
        }
        return context;
    }

    Connector connector() {
        return connector;
    }

    /** How many connections Tomcat counts, without the one that its acceptor waits for. */
    long connections() {
        return protocol().getConnectionCount() - 1;
    }

    AbstractProtocol<?> protocol() {
        return (AbstractProtocol<?>) connector.getProtocolHandler();
    }

    @Override
    void undeploy() {
        tomcat.getHost().removeChild(context);
    }

    @Override
    void end() throws LifecycleException {
        if (tomcat.getServer().getState().isAvailable()) {
            tomcat.stop();
            tomcat.destroy();
        }
    }

    /** Tomcat only logs why an application does not start. */
    private static final class Failures extends Handler {
        private volatile @Nullable Throwable first;

        @Override
        public void publish(LogRecord message) {
            if (first == null) {
                first = message.getThrown();
            }
        }

        @Override
        public void flush() {
            // Nothing is kept back
        }

        @Override
        public void close() {
            // Nothing is open
        }
    }
}
