package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cdi.SessionsOf;
import dev.duplex.cdi.WebSocketSessionScoped;
import dev.duplex.peer.Message;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.inject.Inject;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.ContextConfig;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.scan.StandardJarScanner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two WARs in one Tomcat, each with Duplex and Weld in its WEB-INF/lib, which start by themselves. */
@Timeout(60)
final class CdiWarTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** What goes to WEB-INF/lib, by its name or that of its module. */
    private static final String LIBRARY = ".*/(weld-[^/]*|jboss-[^/]*|jakarta\\.(enterprise|inject|interceptor)[^/]*"
            + "|duplex-(provider|cdi|servlet)-[^/]*(?<!tests)\\.jar|(provider|cdi|servlet)/target/classes)";

    @TempDir
    private Path folder;

    @WebSocketSessionScoped
    public static class Counter {
        private int count;

        public int next() {
            return ++count;
        }
    }

    @ApplicationScoped
    public static class Where {
        @Inject
        @SessionsOf(Counting.class)
        Set<Session> sessions;

        public String tell() {
            return sessions.size() + " "
                    + getClass().getClassLoader().getClass().getSimpleName();
        }
    }

    @ServerEndpoint("/counting")
    public static class Counting {
        @Inject
        Counter counter;

        @Inject
        Where where;

        @OnMessage
        public String count(String text) {
            return text + counter.next() + " " + where.tell() + " "
                    + CDI.current().select(Where.class).get().equals(where);
        }
    }

    @Test
    void eachIsInjectedByItsOwn() throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        Connector connector = new Connector();
        connector.setPort(0);
        connector.setProperty("address", "127.0.0.1");
        tomcat.setConnector(connector);
        Path war = war();
        Context one = add(tomcat, "/one", war);
        Context two = add(tomcat, "/two", war);
        tomcat.start();
        try {
            assertThat(List.of(one.getState(), two.getState())).containsOnly(LifecycleState.STARTED);
            try (WsPeer first = connect(connector, "/one");
                    WsPeer second = connect(connector, "/one");
                    WsPeer other = connect(connector, "/two")) {
                assertThat(ask(first, "a")).isEqualTo("a1 2 ParallelWebappClassLoader true");
                assertThat(ask(second, "b")).isEqualTo("b1 2 ParallelWebappClassLoader true");
                assertThat(ask(other, "c")).isEqualTo("c1 1 ParallelWebappClassLoader true");
                assertThat(ask(first, "d")).isEqualTo("d2 2 ParallelWebappClassLoader true");
            }
        } finally {
            tomcat.stop();
            tomcat.destroy();
        }
    }

    private static Context add(Tomcat tomcat, String path, Path war) {
        StandardContext context = new StandardContext();
        context.setName(path);
        context.setPath(path);
        context.setDocBase(war.toString());
        ContextConfig config = new ContextConfig();
        config.setDefaultWebXml(tomcat.noDefaultWebXmlPath());
        context.addLifecycleListener(config);
        context.setParentClassLoader(CdiWarTest.class.getClassLoader());
        ((StandardJarScanner) context.getJarScanner()).setScanClassPath(false); // but WEB-INF/lib
        tomcat.getHost().addChild(context);
        Tomcat.addServlet(context, "default", "org.apache.catalina.servlets.DefaultServlet");
        context.addServletMappingDecoded("/", "default");
        return context;
    }

    private static WsPeer connect(Connector connector, String path) throws IOException {
        return WebSockets.connect(URI.create("ws://127.0.0.1:" + connector.getLocalPort() + path + "/counting"));
    }

    private static String ask(WsPeer peer, String text) throws IOException {
        peer.write(text);
        Message message = peer.readMessage(LIMIT);
        return Objects.requireNonNull(message, "a message, not the end").text();
    }

    private Path war() throws IOException {
        Path war = folder.resolve("app");
        Path lib = Files.createDirectories(war.resolve("WEB-INF").resolve("lib"));
        for (Path path : OwnProcess.classPath().toList()) {
            if (path.toString().replace('\\', '/').matches(LIBRARY)) {
                if (Files.isDirectory(path)) {
                    JettyWarTest.pack(
                            path, lib.resolve(path.getParent().getParent().getFileName() + ".jar"));
                } else {
                    Files.copy(path, lib.resolve(path.getFileName()));
                }
            }
        }
        Files.createFile(war.resolve("WEB-INF").resolve("beans.xml"));
        for (Class<?> type : List.of(CdiWarTest.class, Counter.class, Where.class, Counting.class)) {
            String name = type.getName().replace('.', '/') + ".class";
            Path copy = war.resolve("WEB-INF").resolve("classes").resolve(name);
            Files.createDirectories(copy.getParent());
            try (InputStream compiled =
                    Objects.requireNonNull(CdiWarTest.class.getClassLoader().getResourceAsStream(name))) {
                Files.copy(compiled, copy);
            }
        }
        return war;
    }
}
