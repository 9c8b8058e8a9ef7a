package dev.duplex.tck.official;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.duplex.tck.official.TckResult.Outcome;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A TCK of a few tests runs in its process, on the embedded server, through the adapter. */
@Timeout(120)
final class TckProcessTest {
    private static final String PACKAGE = "com.sun.ts.tests.websocket.fake";

    @TempDir
    private Path folder;

    @Test
    void everyTestIsToldOfAndOfThoseThatFailTheLogIsKept() throws Exception {
        Path jar = jarOf("""
            package %s;
            import jakarta.websocket.OnMessage;
            import jakarta.websocket.server.ServerEndpoint;
            @ServerEndpoint("/echo")
            public class Echo {
                @OnMessage public String echo(String message) { return message; }
            }
            """, """
            package %s;
            import jakarta.websocket.*;
            import java.net.*;
            import java.util.concurrent.*;
            import org.jboss.arquillian.container.test.api.Deployment;
            import org.jboss.arquillian.junit5.ArquillianExtension;
            import org.jboss.arquillian.test.api.ArquillianResource;
            import org.jboss.shrinkwrap.api.ShrinkWrap;
            import org.jboss.shrinkwrap.api.spec.WebArchive;
            import org.junit.jupiter.api.*;
            import org.junit.jupiter.api.extension.ExtendWith;
            @ExtendWith(ArquillianExtension.class)
            @TestMethodOrder(MethodOrderer.MethodName.class)
            public class EchoClientIT {
                @ArquillianResource URL url;
                @Deployment(testable = false) public static WebArchive archive() {
                    return ShrinkWrap.create(WebArchive.class, "fake_web.war").addClass(Echo.class);
                }
                @Test void aMessageComesBack() throws Exception {
                    BlockingQueue<String> received = new LinkedBlockingQueue<>();
                    Session session = ContainerProvider.getWebSocketContainer().connectToServer(
                            new Endpoint() {
                                @Override public void onOpen(Session session, EndpointConfig config) {
                                    session.addMessageHandler(String.class, received::add);
                                }
                            },
                            ClientEndpointConfig.Builder.create().build(),
                            URI.create("ws://" + url.getHost() + ":" + url.getPort() + "/fake_web/echo"));
                    session.getBasicRemote().sendText("hello");
                    Assertions.assertEquals("hello", received.poll(5, TimeUnit.SECONDS));
                    session.close();
                }
                @Test void bFails() {
                    System.out.print("what the test printed");
                    throw new IllegalStateException("of\\npurpose", new RuntimeException("the cause"));
                }
                @Test void cWaitsForWhatNeverComes() throws Exception {
                    new CountDownLatch(1).await(2000, TimeUnit.SECONDS);
                }
                @Test @Disabled("not today") void dIsSkipped() {}
            }
            """, """
            package %s;
            import org.jboss.arquillian.container.test.api.Deployment;
            import org.jboss.arquillian.junit5.ArquillianExtension;
            import org.jboss.shrinkwrap.api.spec.WebArchive;
            import org.junit.jupiter.api.Test;
            import org.junit.jupiter.api.extension.ExtendWith;
            @ExtendWith(ArquillianExtension.class)
            public class NoArchiveIT {
                @Deployment(testable = false) public static WebArchive archive() {
                    throw new IllegalStateException("no archive");
                }
                @Test void cannotRun() {}
            }
            """);
        TckRun run = TckProcess.run(order(jar, "fake.*", Duration.ofSeconds(5), Duration.ofMinutes(2)));
        assertThat(run.results())
                .extracting(TckResult::test, TckResult::outcome)
                .containsExactlyInAnyOrder(
                        tuple("fake.EchoClientIT.aMessageComesBack", Outcome.PASSED),
                        tuple("fake.EchoClientIT.bFails", Outcome.FAILED),
                        tuple("fake.EchoClientIT.cWaitsForWhatNeverComes", Outcome.FAILED),
                        tuple("fake.EchoClientIT.dIsSkipped", Outcome.SKIPPED),
                        tuple("fake.NoArchiveIT.cannotRun", Outcome.FAILED));
        assertThat(problem(run, "fake.EchoClientIT.bFails"))
                .isEqualTo("IllegalStateException: of purpose, by RuntimeException: the cause");
        assertThat(problem(run, "fake.EchoClientIT.cWaitsForWhatNeverComes")).contains("timed out after 5 seconds");
        assertThat(problem(run, "fake.EchoClientIT.dIsSkipped")).contains("not today");
        assertThat(problem(run, "fake.NoArchiveIT.cannotRun")).contains("no archive");
        assertThat(run.folder().resolve("failures/fake.EchoClientIT.bFails.txt"))
                .content()
                .startsWith("fake.EchoClientIT.bFails\nIllegalStateException: of purpose")
                .contains(
                        "what the test printed",
                        "Caused by: java.lang.RuntimeException: the cause",
                        "EchoClientIT.java:");
        assertThat(run.folder().resolve("failures/fake.EchoClientIT.aMessageComesBack.txt"))
                .doesNotExist();
        assertThat(run.folder().resolve("xml/TEST-junit-jupiter.xml")).content().contains("aMessageComesBack");
    }

    @Test
    void aTestThatIgnoresItsInterruptEndsTheProcessAndTheRestIsMissing() throws Exception {
        TckRun run = TckProcess.run(order(jarOf(STUBBORN), "*", Duration.ofSeconds(1), Duration.ofMinutes(2)));
        assertThat(run.results()).singleElement().satisfies(result -> {
            assertThat(result.test()).isEqualTo("fake.StubbornIT.aGoesOnForEver");
            assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(result.problem())
                    .matches("goes on after \\d+ s, though it was interrupted; the process was ended");
        });
        assertThat(run.folder().resolve("failures/fake.StubbornIT.aGoesOnForEver.threads.txt"))
                .content()
                .contains("StubbornIT.aGoesOnForEver");
    }

    @Test
    void aRunThatIsNotOverAtItsDeadlineIsEnded() throws Exception {
        TckRun run = TckProcess.run(order(jarOf(STUBBORN), "*", Duration.ofMinutes(5), Duration.ofSeconds(2)));
        assertThat(run.results())
                .singleElement()
                .extracting(TckResult::problem)
                .isEqualTo("did not end before the run's deadline of 2 s; the process was ended");
    }

    @Test
    void aProcessThatDiesIsTheFailureOfTheTestThatRan() throws Exception {
        Path jar = jarOf("""
            package %s;
            import org.junit.jupiter.api.Test;
            public class DyingIT {
                @Test void dies() { Runtime.getRuntime().halt(3); }
            }
            """);
        assertThat(TckProcess.run(order(jar, "*", Duration.ofSeconds(30), Duration.ofMinutes(1)))
                        .results())
                .singleElement()
                .extracting(TckResult::problem)
                .isEqualTo("did not end before the process did, with exit code 3");
    }

    @Test
    void patternsThatMatchNoTestAreRefused() throws Exception {
        TckProcess.Order order = order(jarOf(STUBBORN), "spec.*", Duration.ofSeconds(30), Duration.ofMinutes(1));
        assertThatThrownBy(() -> TckProcess.run(order))
                .isInstanceOf(IOException.class)
                .hasMessage("The TCK's process has found no test; its output is %s", folder.resolve("run/log.txt"));
    }

    private static final String STUBBORN = """
        package %s;
        import org.junit.jupiter.api.*;
        @TestMethodOrder(MethodOrderer.MethodName.class)
        public class StubbornIT {
            private static volatile boolean going = true;
            @Test void aGoesOnForEver() { while (going) Thread.onSpinWait(); }
            @Test void bNeverRuns() {}
        }
        """;

    private static String problem(TckRun run, String test) {
        return run.results().stream()
                .filter(result -> result.test().equals(test))
                .findFirst()
                .orElseThrow()
                .problem();
    }

    private TckProcess.Order order(Path jar, String tests, Duration longestTest, Duration longestRun) {
        List<Path> classPath = new ArrayList<>(List.of(jar));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            classPath.add(Path.of(entry));
        }
        return new TckProcess.Order(
                "A TCK",
                classPath,
                Map.of("arquillian.xml", TckHost.SE.folder() + "/arquillian.xml"),
                jar,
                tests,
                folder.resolve("run"),
                longestTest,
                longestRun);
    }

    /** Compiles the sources, whose package is open, and packs them as the TCK is packed. */
    private Path jarOf(String... sources) throws IOException {
        Path sourceFolder = Files.createDirectories(folder.resolve("src"));
        Path classes = Files.createDirectories(folder.resolve("classes"));
        List<String> arguments = new ArrayList<>(List.of(
                "-proc:none", "-nowarn", "-d", classes.toString(), "-cp", System.getProperty("java.class.path")));
        for (String source : sources) {
            String name = source.replaceFirst("(?s).*?public class (\\w+).*", "$1");
            arguments.add(Files.writeString(sourceFolder.resolve(name + ".java"), source.formatted(PACKAGE))
                    .toString());
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new)))
                .isZero();
        Path jar = folder.resolve("tck.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out);
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                entries.putNextEntry(
                        new JarEntry(classes.relativize(file).toString().replace(File.separatorChar, '/')));
                entries.write(Files.readAllBytes(file));
            }
        }
        return jar;
    }
}
