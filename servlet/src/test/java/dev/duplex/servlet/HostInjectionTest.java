package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.peer.Message;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.jboss.weld.environment.servlet.EnhancedListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of an application whose CDI cannot inject it, or that has none. */
@Timeout(120)
final class HostInjectionTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** The only bean of an archive. */
    static final class Bean {}

    /** Finds one bean archive, and no extension. */
    private static final class Poor extends URLClassLoader {
        Poor(URL archive, ClassLoader parent) {
            super(new URL[] {archive}, parent);
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            return name.equals("META-INF/beans.xml") || name.equals("META-INF/services/" + Extension.class.getName())
                    ? findResources(name)
                    : super.getResources(name);
        }
    }

    /** Starts Weld with a class loader that finds no extension. */
    private static ServletContainerInitializer withoutExtensions(Path folder) throws IOException {
        Files.writeString(
                Files.createDirectories(folder.resolve("META-INF")).resolve("beans.xml"),
                "<beans xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"4.0\" bean-discovery-mode=\"all\"/>");
        Path bean = folder.resolve(Bean.class.getName().replace('.', '/') + ".class");
        Files.createDirectories(bean.getParent());
        try (InputStream compiled = Objects.requireNonNull(HostInjectionTest.class
                .getClassLoader()
                .getResourceAsStream(folder.relativize(bean).toString()))) {
            Files.copy(compiled, bean);
        }
        URL archive = folder.toUri().toURL();
        return (classes, context) -> {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(new Poor(archive, before));
            try {
                new EnhancedListener().onStartup(classes, context);
            } finally {
                thread.setContextClassLoader(before);
            }
        };
    }

    /** What the class says that finds CDI, while something is done. */
    private static Queue<LogRecord> said(Work work) throws Exception {
        Queue<LogRecord> said = new ConcurrentLinkedQueue<>();
        Logger logger = Logger.getLogger(HostInjection.class.getName());
        Filter before = logger.getFilter();
        logger.setFilter(said::add);
        try {
            work.run();
            return said;
        } finally {
            logger.setFilter(before);
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void echoes(WebApplication application) throws Exception {
        try (Host.Running running = Host.TOMCAT.start(application);
                WsPeer peer = WebSockets.connect(running.uri("/echo"))) {
            peer.write("a");
            Message answer = peer.readMessage(LIMIT);
            assertThat(answer).isNotNull();
            assertThat(answer.text()).isEqualTo("a");
        }
    }

    @Test
    void aCdiContainerThatHasNotLoadedTheExtensionIsWarnedOfOnceAndInjectsNothing(@TempDir Path folder)
            throws Exception {
        WebApplication application =
                WebApplication.of(EchoTest.Echo.class).at("/app").before(withoutExtensions(folder));
        assertThat(said(() -> echoes(application))).singleElement().satisfies(record -> {
            assertThat(record.getLevel()).isEqualTo(Level.WARNING);
            assertThat(record.getMessage())
                    .isEqualTo("The CDI container of the application at /app/ has not loaded"
                            + " dev.duplex.cdi.WebSocketExtension, so it injects no endpoint: put the jar duplex-cdi"
                            + " where this container finds extensions, such as WEB-INF/lib");
        });
    }

    @Test
    void anotherApiOfCdiThanThatOfDuplexIsWarnedOfOnceAndInjectsNothing() throws Exception {
        WebApplication application = WebApplication.of(EchoTest.Echo.class)
                .before((classes, context) ->
                        context.setAttribute("jakarta.enterprise.inject.spi.BeanManager", new Object()));
        assertThat(said(() -> echoes(application))).singleElement().satisfies(record -> {
            assertThat(record.getLevel()).isEqualTo(Level.WARNING);
            assertThat(record.getMessage())
                    .isEqualTo("The application at / has CDI, but not the API of it that Duplex sees, so it injects no"
                            + " endpoint: put the jars of Duplex and those of CDI into the same place, such as"
                            + " WEB-INF/lib");
        });
    }

    @ServerEndpoint("/wanting")
    public static class Wanting {
        @Inject
        Runnable work;

        @OnMessage
        public void message(String text) {
            work.run();
        }
    }

    @Test
    void anEndpointWithMembersToInjectIsRefusedWhereNobodyInjects() {
        assertThatThrownBy(() -> {
                    try (Host.Running running = Host.UNDERTOW.start(WebApplication.of(Wanting.class))) {
                        assertThat(running.port()).as("deployed").isZero();
                    }
                })
                .hasStackTraceContaining(
                        Wanting.class.getName() + " has members with @Inject, and nothing here injects them");
    }

    @Test
    void withoutTheApiOfCdiEndpointsAreMadeByTheirConstructorsInEachContainer(@TempDir Path folder) throws Exception {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                .filter(entry -> !entry.matches(".*[/\\\\](weld-|jakarta\\.(enterprise|inject|interceptor))[^/\\\\]*"))
                .collect(Collectors.joining(java.io.File.pathSeparator));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        NoCdi.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(output)
                .content()
                .contains("CDI false", "TOMCAT a", "UNDERTOW a", "JETTY a")
                .doesNotContain("NoClassDefFoundError");
    }
}
