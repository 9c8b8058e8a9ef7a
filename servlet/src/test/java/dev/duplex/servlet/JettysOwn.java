package dev.duplex.servlet;

import dev.duplex.peer.Message;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.eclipse.jetty.ee11.annotations.AnnotationConfiguration;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.webapp.WebAppContext;

/** A program for a class path with Jetty's own WebSocket container: applications of both, and whose endpoints they serve. */
public final class JettysOwn {
    private static final String DISABLE = "org.eclipse.jetty.websocket.jakarta";
    private static final String JETTYS =
            "org.eclipse.jetty.ee11.websocket.jakarta.server.config.JakartaWebSocketServletContainerInitializer";

    /** Returns what it gets. */
    @ServerEndpoint("/echo")
    public static final class Echo {
        @OnMessage
        public String echo(String text) {
            return text;
        }
    }

    private JettysOwn() {}

    /** Takes a folder for a WAR. */
    public static void main(String... arguments) throws Exception {
        say("Duplex first", handler(new DuplexInitializer(), jettys()));
        say("Jetty's first", handler(jettys(), new DuplexInitializer()));
        ServletContextHandler disabled = handler(jettys(), new DuplexInitializer());
        disabled.setInitParameter(DISABLE, "false");
        say("Jetty's first, disabled", disabled);
        Path war = war(Path.of(arguments[0], "war"));
        say("a WAR, Duplex first", war(war, DuplexInitializer.class.getName() + ", *"));
        say("a WAR, Jetty's first", war(war, JETTYS + ", *"));
        WebAppContext without = war(war, JETTYS + ", *");
        without.setInitParameter(DISABLE, "false");
        say("a WAR, Jetty's disabled", without);
    }

    private static ServletContainerInitializer jettys() throws ReflectiveOperationException {
        return Class.forName(JETTYS)
                .asSubclass(ServletContainerInitializer.class)
                .getDeclaredConstructor()
                .newInstance();
    }

    private static ServletContextHandler handler(ServletContainerInitializer... initializers) {
        ServletContextHandler handler = new ServletContextHandler("/");
        for (ServletContainerInitializer initializer : initializers) {
            handler.addServletContainerInitializer(initializer, Echo.class);
        }
        return handler;
    }

    private static Path war(Path folder) throws Exception {
        String path = Echo.class.getName().replace('.', '/') + ".class";
        Path copy = folder.resolve("WEB-INF").resolve("classes").resolve(path);
        Files.createDirectories(copy.getParent());
        try (InputStream in = Echo.class.getClassLoader().getResourceAsStream(path)) {
            Files.copy(in, copy);
        }
        return folder;
    }

    private static WebAppContext war(Path folder, String order) {
        WebAppContext context = new WebAppContext(folder.toString(), "/");
        context.setThrowUnavailableOnStartupException(true);
        context.setAttribute(AnnotationConfiguration.SERVLET_CONTAINER_INITIALIZER_ORDER, order);
        return context;
    }

    private static void say(String what, ServletContextHandler context) throws Exception {
        String result;
        try (JettyServer jetty = JettyServer.start(context);
                WsPeer peer = WebSockets.connect(jetty.uri("/echo").toString())) {
            peer.write("echo");
            Message message = peer.readMessage(Duration.ofSeconds(20));
            result = context.getServletContext()
                            .getAttribute(SoleContainer.ATTRIBUTE)
                            .getClass()
                            .getName() + ", " + (message == null ? "nothing" : message.text());
            peer.shutdown();
        } catch (Exception e) {
            result = e.getClass().getSimpleName() + ": " + e.getMessage();
        }
        System.out.println(what + ": " + result);
    }
}
