package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.peer.Message;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import jakarta.inject.Inject;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of an application whose CDI cannot inject it, or that has none. */
@Timeout(120)
final class HostInjectionTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** The only bean of an archive. */
    static final class Bean {}

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
        WebApplication application = WebApplication.of(EchoTest.Echo.class)
                .at("/app")
                .before(WeldStart.of(folder, Bean.class).withoutExtensions().initializer());
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
