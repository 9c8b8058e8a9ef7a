package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.duplex.examples.Documents.Block;
import dev.duplex.examples.Documents.Command;
import dev.duplex.peer.PeerOptions;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documents say what is true: snippets compile and run, commands are understood, links lead somewhere. */
class DocumentsTest {
    private static final Path README = Documents.PROJECT.resolve("README.md");

    /** What a snippet need not import. */
    private static final String IMPORTS = """
        import dev.duplex.peer.*;
        import java.net.*;
        import java.nio.charset.StandardCharsets;
        import java.nio.file.Path;
        import java.time.Duration;
        import java.util.*;
        import javax.net.ssl.SSLContext;
        """;

    /** What a snippet may use without declaring it. */
    private static final String FIELDS = """
        static PeerServer server;
        static WsPeer peer;
        static Socket socket;
        """;

    private static final Pattern DECLARES_A_TYPE =
            Pattern.compile("(@\\w+.*|((public|final|abstract) )*(class|record|interface|enum) .*)");
    /** Where a snippet listens, or else where it connects. */
    private static final Pattern LISTENS = Pattern.compile("(WebSockets\\.(?:server|bind)\\(\"wss?://[^\":/]+:)\\d+");

    private static final Pattern CONNECTS = Pattern.compile("(WebSockets\\.connect\\(\"wss?://[^\":/]+:)\\d+");
    private static final Pattern PRINTS = Pattern.compile("println\\(.*\\); // (.+)");

    @TempDir
    Path folder;

    /** The blocks of one document that carry the same name: one program. */
    record Joined(String name, List<Block> blocks) {
        List<String> lines() {
            return blocks.stream().flatMap(block -> block.lines().stream()).toList();
        }

        @Override
        public String toString() {
            return name + " at " + blocks;
        }
    }

    @Test
    void seesTheDocuments() throws IOException {
        assertThat(Documents.all())
                .extracting(document -> Documents.PROJECT.relativize(document).toString())
                .contains("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "examples/README.md", "tck-runner/README.md")
                .contains("docs/concurrency.md", "docs/design.md", "docs/limits.md", "docs/peer.md");
        assertThat(javaBlocks()).hasSizeGreaterThan(15);
    }

    @ParameterizedTest
    @MethodSource("javaBlocks")
    void compilesEverySnippet(Block block) throws IOException {
        assertThat(compile(block.lines())).as(block.toString()).isEmpty();
    }

    @Test
    void noticesASnippetThatDoesNotCompile() throws IOException {
        assertThat(compile(List.of("peer.write(1);")).toString()).contains("no suitable method found for write(int)");
        assertThat(compile(List.of("final class Whole {", "    int read;", "}")))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("programs")
    void runsEveryProgramAndPrintsWhatItSays(Joined program) throws Exception {
        List<String> said = program.lines().stream()
                .map(PRINTS::matcher)
                .filter(Matcher::find)
                .map(line -> line.group(1))
                .toList();
        assertThat(said).isNotEmpty();
        assertThat(compile(withFreePorts(program.lines())))
                .as(program.toString())
                .isEmpty();
        assertThat(run(said.size())).as(program.toString()).isEqualTo(said);
    }

    @Test
    void theServerOfTheReadmeRunsWithItsClient() throws IOException {
        assertThat(programs())
                .filteredOn(program -> program.blocks().get(0).document().equals(README))
                .singleElement()
                .satisfies(program -> assertThat(String.join("\n", program.lines()))
                        .contains("WebSockets.server(", "WebSockets.connect("));
    }

    @Test
    void theFirstTwoCommandsOfTheReadmeTalkToEachOther() throws Exception {
        List<Command> commands = Documents.commands(README);
        String[] echo = commands.get(0).array();
        String[] connect = commands.get(1).array();
        String port = echo[Arrays.asList(echo).indexOf("--port") + 1];
        echo[Arrays.asList(echo).indexOf("--port") + 1] = "0";
        try (Program server = Program.start(echo)) {
            String free = server.url().replaceFirst(".*:(\\d+).*", "$1");
            connect[connect.length - 1] = connect[connect.length - 1].replace(":" + port, ":" + free);
            try (Program client = Program.start(connect)) {
                client.type("Größe €");
                assertThat(client.line()).isEqualTo("Größe €");
            }
        }
    }

    @Test
    void understandsEveryCommand() throws IOException {
        List<Command> commands = new ArrayList<>();
        for (Path document : Documents.all()) {
            commands.addAll(Documents.commands(document));
        }
        assertThat(commands).hasSizeGreaterThan(15);
        for (Command command : commands) {
            assertThatCode(() -> Main.commandLine().parseArgs(command.array()))
                    .as(command.toString())
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void everyLinkInsideTheProjectLeadsSomewhere() throws IOException {
        int links = 0;
        for (Path document : Documents.all()) {
            for (Documents.Link link : Documents.links(document)) {
                links++;
                assertThat(Documents.leadsSomewhere(link)).as(link.toString()).isTrue();
            }
        }
        assertThat(links).isGreaterThan(20);
        assertThat(Documents.leadsSomewhere(new Documents.Link(README, "docs/limits.md#no-such-heading")))
                .isFalse();
        assertThat(Documents.leadsSomewhere(new Documents.Link(README, "docs/no-such-document.md")))
                .isFalse();
    }

    @Test
    void everyOptionHasItsRowInTheLimits() throws IOException {
        assertThat(Files.readAllLines(Documents.PROJECT.resolve("docs/limits.md")))
                .filteredOn(line -> line.startsWith("| `"))
                .extracting(line -> line.replaceFirst("\\| `(\\w+)`.*", "$1"))
                .containsAll(Arrays.stream(PeerOptions.class.getRecordComponents())
                        .map(RecordComponent::getName)
                        .toList());
    }

    private static List<Block> javaBlocks() throws IOException {
        List<Block> blocks = new ArrayList<>();
        for (Path document : Documents.all()) {
            Documents.blocks(document).stream().filter(Block::isJava).forEach(blocks::add);
        }
        return blocks;
    }

    /** The blocks that carry {@code run=NAME}, by document and name. */
    private static List<Joined> programs() throws IOException {
        Map<String, List<Block>> programs = new LinkedHashMap<>();
        for (Block block : javaBlocks()) {
            String name = block.info().replaceFirst("^java *", "");
            if (!name.isEmpty()) {
                assertThat(name).as(block.toString()).startsWith("run=");
                programs.computeIfAbsent(block.document() + " " + name, key -> new ArrayList<>())
                        .add(block);
            }
        }
        return programs.values().stream()
                .map(blocks -> new Joined(blocks.get(0).info(), blocks))
                .toList();
    }

    /** The server takes a free port, and the client asks the server for it. */
    private static List<String> withFreePorts(List<String> lines) {
        return lines.stream()
                .map(line -> LISTENS.matcher(line).replaceAll("$10"))
                .map(line -> CONNECTS.matcher(line).replaceAll("$1\" + server.port() + \""))
                .toList();
    }

    /** Compiles a snippet into the folder; what is wrong with it. Its own imports come first, a type is taken as it is. */
    private List<String> compile(List<String> lines) throws IOException {
        String imports = lines.stream().filter(DocumentsTest::isImport).collect(Collectors.joining("\n"));
        String body = lines.stream().filter(line -> !isImport(line)).collect(Collectors.joining("\n"));
        boolean declaresAType =
                lines.stream().anyMatch(line -> DECLARES_A_TYPE.matcher(line).matches());
        String code = declaresAType
                ? body
                : FIELDS + "public static void main(String... args) throws Exception {\n" + body + "\n}";
        Path file = folder.resolve("Snippet.java");
        Files.writeString(file, IMPORTS + imports + "\nfinal class Snippet {\n" + code + "\n}\n");
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        try (var files = compiler.getStandardFileManager(problems, null, null)) {
            List<String> options = List.of(
                    "--release",
                    "21",
                    "-proc:none",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-d",
                    folder.toString());
            compiler.getTask(null, files, problems, options, null, files.getJavaFileObjects(file))
                    .call();
        }
        return problems.getDiagnostics().stream().map(Object::toString).toList();
    }

    /** Runs what was compiled in a JVM of its own, until it has printed so many lines; its server may still be running. */
    private List<String> run(int lines) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = folder + System.getProperty("path.separator") + System.getProperty("java.class.path");
        try (Program program = Program.run(folder, Map.of(), java, "-cp", classPath, "Snippet")) {
            List<String> printed = new ArrayList<>();
            while (printed.size() < lines) {
                printed.add(program.line());
            }
            return printed;
        }
    }

    private static boolean isImport(String line) {
        return line.startsWith("import ");
    }
}
