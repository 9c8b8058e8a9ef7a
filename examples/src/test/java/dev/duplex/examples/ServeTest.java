package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import dev.duplex.se.cli.Serve;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server as a program: {@code ./duplex serve}, and the executable jar. */
final class ServeTest {
    private static final Path CLASSES = Documents.PROJECT.resolve("examples/target/classes");
    private static final Path JAR = Documents.PROJECT.resolve("container-se/target/duplex-server.jar");
    private static final String PACKAGE = "dev/duplex/examples/endpoint";

    @TempDir
    private Path folder;

    @Test
    void servesAWarAtItsNameAndEndsWithZeroWhenItIsToldTo() throws Exception {
        Path war = war("shop.war", "Echo.class");
        try (Program server = Program.start("serve", "--port", "0", war.toString());
                StandardClient client = StandardClient.connect(listed(server, "/shop/echo"))) {
            client.send("there?");
            assertThat(client.next()).isEqualTo("there?");
            server.stop();
            assertThat(client.end().getCloseCode().getCode()).isEqualTo(1001);
            assertThat(server.exitCode()).isZero();
            assertThat(server.rest())
                    .containsExactly("Stopping: waiting for what is running, 20s at most.", "Stopped.");
        }
    }

    @Test
    void servesSeveralApplicationsAtTheContextPathsThatTheyAreGiven() throws Exception {
        Path echo = war("one.war", "Echo.class");
        try (Program server = Program.start("serve", "--port", "0", "/two=" + echo, echo.toString())) {
            assertThat(server.line()).matches("Serving after \\d+\\.\\d\\d s \\(Ctrl\\+C stops it\\):");
            for (String path : List.of("/one/echo", "/two/echo")) {
                String url = server.url();
                assertThat(URI.create(url).getPath()).isEqualTo(path);
                assertEchoes(url);
            }
        }
    }

    @Test
    void servesClassesAtTheRootWithWhatAFileAndTheEnvironmentSay() throws Exception {
        Path classes = folder.resolve("classes");
        Files.createDirectories(classes.resolve(PACKAGE));
        Files.copy(
                CLASSES.resolve(PACKAGE).resolve("Echo.class"),
                classes.resolve(PACKAGE).resolve("Echo.class"));
        Path file =
                Files.writeString(folder.resolve("server.properties"), "port=1\ngrace=3s\narchives=" + classes + "\n");
        try (Program server = Program.run(
                folder,
                Map.of("DUPLEX_PORT", "0", "DUPLEX_CONFIG", file.toString()),
                Program.commandLine("serve").toArray(String[]::new))) {
            assertEchoes(listed(server, "/echo"));
            server.stop();
            assertThat(server.rest()).contains("Stopping: waiting for what is running, 3s at most.");
        }
    }

    @Test
    void theJarRunsByItself() throws Exception {
        assertThat(JAR).as("made by the build of container-se").exists();
        Path war = war("ROOT.war", "Echo.class");
        try (Program server = runJar("serve", "--port", "0", war.toString())) {
            assertEchoes(listed(server, "/echo"));
            server.stop();
            assertThat(server.exitCode()).isZero();
            assertThat(server.errors()).isEmpty();
        }
        try (Program version = runJar("--version")) {
            assertThat(version.rest()).singleElement().asString().matches("Duplex \\d+\\..*");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theJarAndTheLauncherInjectAndSayNothingOfIt(boolean jar) throws Exception {
        Path classes = Files.createDirectories(folder.resolve("hello.war/WEB-INF/classes"));
        Path source = Files.writeString(folder.resolve("Hello.java"), """
            @jakarta.websocket.server.ServerEndpoint("/hello")
            public class Hello {
                @jakarta.inject.Inject
                Greeter greeter;

                @jakarta.websocket.OnMessage
                public String hello(String name) {
                    return greeter.greet(name);
                }

                @jakarta.enterprise.context.ApplicationScoped
                public static class Greeter {
                    String greet(String name) {
                        return "Hello " + name;
                    }
                }
            }
            """);
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-proc:none",
                                "-cp",
                                JAR.toString(),
                                "-d",
                                classes.toString(),
                                source.toString()))
                .isZero();
        String[] serve = {"serve", "--port", "0", folder.resolve("hello.war").toString()};
        try (Program server = jar ? runJar(serve) : launch(serve);
                WsPeer peer = WebSockets.connect(listed(server, "/hello/hello"))) {
            peer.write("Größe");
            assertThat(peer.readMessage(Duration.ofSeconds(30)).text()).isEqualTo("Hello Größe");
            server.stop();
            assertThat(server.exitCode()).isZero();
            assertThat(server.errors()).isEmpty();
        }
    }

    @Test
    void everyOptionHasItsRowWithItsDefault() throws IOException {
        List<String> rows = Files.readAllLines(Documents.PROJECT.resolve("docs/cli.md"));
        assertThat(Serve.commandLine().getCommandSpec().options())
                .filteredOn(option -> !option.usageHelp())
                .allSatisfy(option -> assertThat(rows)
                        .as(option.longestName())
                        .anyMatch(row -> row.startsWith("| `--")
                                && row.contains("`" + option.longestName() + "`")
                                && (option.defaultValue() == null
                                        || row.contains("| " + option.defaultValue() + " |"))));
    }

    private Program runJar(String... arguments) throws IOException {
        List<String> line = Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-jar",
                                JAR.toString()),
                        Stream.of(arguments))
                .toList();
        return Program.run(folder, Map.of(), line.toArray(String[]::new));
    }

    private Program launch(String... arguments) throws IOException {
        String launcher = Documents.PROJECT.resolve("duplex").toString();
        Map<String, String> home = Map.of("JAVA_HOME", System.getProperty("java.home"));
        return Program.run(
                folder,
                home,
                Stream.concat(Stream.of(launcher), Stream.of(arguments)).toArray(String[]::new));
    }

    private static String listed(Program server, String path) throws InterruptedException {
        String url = server.url();
        assertThat(URI.create(url).getPath()).isEqualTo(path);
        return url;
    }

    private static void assertEchoes(String url) throws Exception {
        try (WsPeer peer = WebSockets.connect(url)) {
            peer.write("Größe €");
            assertThat(peer.readMessage(Duration.ofSeconds(30)).text()).isEqualTo("Größe €");
        }
    }

    /** An application of some classes of the examples. */
    private Path war(String name, String... classes) throws IOException {
        Path war = folder.resolve(name);
        try (OutputStream file = Files.newOutputStream(war);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            for (String type : classes) {
                zip.putNextEntry(new ZipEntry("WEB-INF/classes/" + PACKAGE + "/" + type));
                Files.copy(CLASSES.resolve(PACKAGE).resolve(type), zip);
            }
        }
        return war;
    }
}
