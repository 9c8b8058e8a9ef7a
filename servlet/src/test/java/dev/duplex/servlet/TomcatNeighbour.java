package dev.duplex.servlet;

import dev.duplex.peer.RawPeer;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.scan.StandardJarScanner;

/** A program that runs Tomcat with Tomcat's own WebSocket container beside Duplex, and tells who serves an application. */
final class TomcatNeighbour {
    private static final String OTHER = "org.apache.tomcat.websocket.server.WsSci";

    private TomcatNeighbour() {}

    /** How the two get into the application. */
    enum Start {
        /** The other one is begun first. */
        BEHIND,
        /** The other one is begun last. */
        BEFORE,
        /** As Tomcat finds them. */
        FOUND,
        /** As Tomcat finds them, and is told to leave the other one out. */
        LEFT_OUT
    }

    /** Returns what it gets. */
    @ServerEndpoint("/echo")
    public static final class Echo {
        @OnMessage
        public String echo(String text) {
            return text;
        }
    }

    /** Adds a filter that every request has to pass. */
    public static final class Application implements ServletContainerInitializer {
        @Override
        public void onStartup(Set<Class<?>> classes, ServletContext context) {
            Filter filter = (request, response, chain) -> {
                ((HttpServletResponse) response).setHeader("X-Filtered", "yes");
                chain.doFilter(request, response);
            };
            FilterRegistration.Dynamic added = context.addFilter("application", filter);
            added.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*");
        }
    }

    @SuppressWarnings("SystemOut") // the parent reads it
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("tomcat");
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        Connector connector = new Connector("HTTP/1.1");
        connector.setPort(0);
        connector.setProperty("address", "127.0.0.1");
        tomcat.setConnector(connector);
        Context context = context(tomcat, folder, Start.valueOf(arguments[0]));
        try {
            tomcat.start();
            report(context);
            echo(connector.getLocalPort());
        } finally {
            tomcat.stop();
            tomcat.destroy();
        }
    }

    @SuppressWarnings("SystemOut") // the parent reads it
    private static void report(Context context) {
        System.out.println("application " + context.getState());
        Object container = context.getServletContext().getAttribute(SoleContainer.ATTRIBUTE);
        System.out.println(
                "container " + (container == null ? null : container.getClass().getName()));
        System.out.println("filters "
                + Stream.of(context.findFilterDefs())
                        .map(FilterDef::getFilterName)
                        .sorted()
                        .toList());
    }

    private static Context context(Tomcat tomcat, Path folder, Start start) throws Exception {
        Path root = Files.createDirectory(folder.resolve("root"));
        Context context;
        if (start == Start.BEHIND || start == Start.BEFORE) {
            ServletContainerInitializer other = Class.forName(OTHER)
                    .asSubclass(ServletContainerInitializer.class)
                    .getConstructor()
                    .newInstance();
            context = tomcat.addContext("", root.toString());
            Tomcat.addServlet(context, "default", "org.apache.catalina.servlets.DefaultServlet");
            context.addServletMappingDecoded("/", "default");
            if (start == Start.BEHIND) {
                context.addServletContainerInitializer(other, Set.of(Echo.class));
            }
            context.addServletContainerInitializer(new DuplexInitializer(), Set.of(Echo.class));
            if (start == Start.BEFORE) {
                context.addServletContainerInitializer(other, Set.of(Echo.class));
            }
        } else {
            String file = Echo.class.getName().replace('.', '/') + ".class";
            Path copy = root.resolve("WEB-INF/classes").resolve(file);
            Files.createDirectories(copy.getParent());
            Files.copy(Echo.class.getClassLoader().getResourceAsStream(file), copy);
            context = tomcat.addWebapp("", root.toString());
            ((StandardJarScanner) context.getJarScanner())
                    .setScanClassPath(false); // there are the endpoints of other tests
            if (start == Start.LEFT_OUT) {
                context.setContainerSciFilter(OTHER);
            }
        }
        context.addServletContainerInitializer(new Application(), Set.of());
        return context;
    }

    @SuppressWarnings("SystemOut") // the parent reads it
    private static void echo(int port) throws IOException {
        try (RawPeer raw = new RawPeer(new Socket(InetAddress.getLoopbackAddress(), port), true)) {
            raw.ask("/echo");
            String head = raw.head();
            System.out.println(head.lines().findFirst().orElseThrow());
            System.out.println("filtered " + head.contains("X-Filtered: yes"));
            raw.frame(RawPeer.TEXT, "echo");
            System.out.println(raw.frame().text());
        }
    }
}
