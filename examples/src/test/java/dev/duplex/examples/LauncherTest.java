package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code duplex}: once on this very tree, and on a small copy whose Maven and JDKs are scripts that tell. */
class LauncherTest {
    private static final Path PROJECT = Documents.PROJECT;

    private static final Instant BUILT = Instant.parse("2020-01-01T12:00:00Z");

    private static final List<String> SOURCES = List.of(
            "pom.xml",
            "provider/src/main/java/A.java",
            "cdi/src/main/java/D.java",
            "container-se/src/main/java/C.java",
            "examples/src/main/java/B.java");

    @TempDir
    Path folder;

    private Path copy;
    private Path tools;

    @BeforeEach
    void makeASmallCopyThatIsBuilt() throws IOException {
        copy = Files.createDirectories(folder.resolve("a project"));
        tools = Files.createDirectories(folder.resolve("tools"));
        Files.copy(PROJECT.resolve("duplex"), copy.resolve("duplex"));
        for (String source : SOURCES) {
            Path file = copy.resolve(source);
            Files.createDirectories(file.getParent());
            Files.createFile(file);
        }
        makeOlderThanTheBuild(copy);
        Files.createDirectories(copy.resolve("examples/target"));
        Files.setLastModifiedTime(Files.createFile(copy.resolve("examples/target/built")), FileTime.from(BUILT));
        tool("mvn", "echo \"mvn $*\" >>'" + folder.resolve("mvn.log") + "'");
    }

    @Test
    void startsAServerOnTheBuiltTreeWithoutBuildingIt() throws Exception {
        tool("mvn", "echo 'Maven must not run: the tree is built'; exit 1");
        // The real script with the real JDK that runs this test.
        Map<String, String> environment =
                Map.of("JAVA_HOME", System.getProperty("java.home"), "PATH", tools + ":" + System.getenv("PATH"));
        try (Program server = Program.run(
                        folder, environment, PROJECT.resolve("duplex").toString(), "echo", "--port", "0");
                WsPeer peer = WebSockets.connect(server.url())) {
            peer.write("Größe €");
            assertThat(peer.readMessage(Program.DEADLINE).text()).isEqualTo("Größe €");
            // The signal goes to the script's process, which by then is the server itself.
            server.stop();
            assertThat(peer.readMessage(Program.DEADLINE)).isNull();
            assertThat(server.exitCode()).isEqualTo(143);
        }
    }

    @Test
    void handsOverArgumentsAndExitCodeAsTheyAre() throws Exception {
        jdk("jdk-21", "21");
        try (Program script = launch("jdk-21", "connect", "-H", "a: b c", "*", "")) {
            assertThat(script.exitCode()).isEqualTo(42);
            assertThat(script.rest()).containsSubsequence("[connect]", "[-H]", "[a: b c]", "[*]", "[]");
        }
    }

    @Test
    void findsItsProjectThroughLinksAndFromAnyFolder() throws Exception {
        jdk("jdk-21", "21");
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Files.createSymbolicLink(folder.resolve("absolute"), copy.resolve("duplex"));
        Files.createSymbolicLink(bin.resolve("relative"), Path.of("../absolute"));
        String classes = copy.toRealPath() + "/examples/target/classes:";
        try (Program script = Program.run(
                folder, environment("jdk-21"), bin.resolve("relative").toString())) {
            assertThat(script.rest()).anyMatch(line -> line.contains(classes));
        }
    }

    @Test
    void takesTheFirstJdkThatIsNewEnough() throws Exception {
        jdk("jdk-17", "17");
        jdk("jdk-8", "1.8");
        Path jdk25 = jdk("jdk-25", "25");
        Files.createSymbolicLink(tools.resolve("java"), jdk25.resolve("bin/java"));
        for (String home : List.of("jdk-17", "jdk-8", "no-such-jdk")) {
            try (Program script = launch(home)) {
                assertThat(script.line()).isEqualTo("started by jdk-25");
            }
        }
    }

    @Test
    void doesNotTakeARuntimeWithoutACompiler() throws Exception {
        Path jre = jdk("jre-25", "25");
        Files.delete(jre.resolve("bin/javac"));
        Path jdk = jdk("jdk-21", "21");
        Files.createSymbolicLink(tools.resolve("java"), jdk.resolve("bin/java"));
        try (Program script = launch("jre-25")) {
            assertThat(script.line()).isEqualTo("started by jdk-21");
        }
    }

    @Test
    void doesNotBuildWhatIsBuilt() throws Exception {
        jdk("jdk-21", "21");
        try (Program script = launch("jdk-21")) {
            assertThat(script.exitCode()).isEqualTo(42);
            assertThat(folder.resolve("mvn.log")).doesNotExist();
        }
    }

    @Test
    void buildsWhatIsMissing() throws Exception {
        jdk("jdk-21", "21");
        Files.delete(copy.resolve("examples/target/built"));
        assertBuilds();
    }

    @Test
    void buildsWhenASourceOfAnyModuleIsNewer() throws Exception {
        jdk("jdk-21", "21");
        for (String source : SOURCES) {
            makeOlderThanTheBuild(copy);
            Files.setLastModifiedTime(copy.resolve(source), FileTime.from(Instant.now()));
            assertBuilds();
        }
    }

    @Test
    void buildsWhenASourceWasDeleted() throws Exception {
        jdk("jdk-21", "21");
        Files.delete(copy.resolve("provider/src/main/java/A.java"));
        assertBuilds();
    }

    @Test
    void showsWhyABuildFailedAndStartsNothing() throws Exception {
        jdk("jdk-21", "21");
        tool("mvn", "echo 'B.java:[7,1] wrong'; exit 1");
        Files.delete(copy.resolve("examples/target/built"));
        try (Program script = launch("jdk-21", "echo")) {
            assertThat(script.exitCode()).isEqualTo(1);
            assertThat(script.rest()).isEmpty();
            assertThat(script.errors())
                    .contains("B.java:[7,1] wrong")
                    .endsWith("duplex: the build failed: its messages are above.");
            assertThat(copy.resolve("target/building")).doesNotExist();
        }
    }

    @Test
    void buildsOnceWhenStartedTwiceAtATime() throws Exception {
        jdk("jdk-21", "21");
        Path built = copy.resolve("examples/target/built");
        Files.delete(built);
        // A build that ends only when the test has seen that the second script waits for it.
        Path go = folder.resolve("go");
        tool(
                "mvn",
                "echo mvn >>'" + folder.resolve("mvn.log") + "'; until [ -f '" + go + "' ]; do sleep 0.1; done; touch '"
                        + built + "'");
        try (Program first = launch("jdk-21")) {
            first.error("building");
            try (Program second = launch("jdk-21")) {
                second.error("waiting");
                Files.createFile(go);
                assertThat(first.exitCode()).isEqualTo(42);
                assertThat(second.exitCode()).isEqualTo(42);
            }
        }
        assertThat(folder.resolve("mvn.log")).hasContent("mvn");
    }

    @Test
    void isNotHeldUpByTheLockOfAScriptThatWasKilled() throws Exception {
        jdk("jdk-21", "21");
        Files.delete(copy.resolve("examples/target/built"));
        long gone;
        try (Program ended = Program.run(folder, Map.of(), "true")) {
            ended.exitCode();
            gone = ended.pid();
        }
        Files.createDirectories(copy.resolve("target"));
        Files.createSymbolicLink(copy.resolve("target/building"), Path.of(String.valueOf(gone)));
        assertBuilds();
    }

    private void assertBuilds() throws Exception {
        Files.deleteIfExists(folder.resolve("mvn.log"));
        try (Program script = launch("jdk-21")) {
            assertThat(script.exitCode()).isEqualTo(42);
            assertThat(script.errors()).contains("duplex: building");
            assertThat(folder.resolve("mvn.log"))
                    .content()
                    .contains("-pl examples -am generate-test-sources")
                    .hasLineCount(1);
        }
    }

    private Program launch(String jdk, String... command) throws IOException {
        List<String> line = new ArrayList<>(List.of(copy.resolve("duplex").toString()));
        line.addAll(List.of(command));
        return Program.run(folder, environment(jdk), line.toArray(String[]::new));
    }

    private Map<String, String> environment(String jdk) {
        return Map.of("JAVA_HOME", folder.resolve(jdk).toString(), "PATH", tools + ":" + System.getenv("PATH"));
    }

    /** A folder that looks like a JDK of this version; started for real, it tells its name and arguments and exits with 42. */
    private Path jdk(String name, String version) throws IOException {
        Path home = folder.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        script(home.resolve("bin/javac"), "exit 1");
        script(home.resolve("bin/java"), """
            if [ "$1" = -XshowSettings:properties ]; then
              echo '    java.home = %s' >&2
              echo '    java.specification.version = %s' >&2
              exit 0
            fi
            echo 'started by %s'
            printf '[%%s]\\n' "$@"
            exit 42
            """.formatted(home, version, name));
        return home;
    }

    private void tool(String name, String body) throws IOException {
        script(tools.resolve(name), body);
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        if (!file.toFile().setExecutable(true)) {
            throw new IOException("Cannot make executable: " + file);
        }
    }

    private static void makeOlderThanTheBuild(Path tree) throws IOException {
        try (var files = Files.walk(tree)) {
            for (Path file : files.filter(path -> !path.endsWith("built")).toList()) {
                Files.setLastModifiedTime(file, FileTime.from(BUILT.minusSeconds(60)));
            }
        }
    }
}
