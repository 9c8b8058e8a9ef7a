package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.duplex.examples.Documents.Block;
import dev.duplex.examples.Documents.Command;
import dev.duplex.peer.PeerOptions;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The documents say what is true: snippets compile and run, commands are understood, links lead somewhere. */
class DocumentsTest {
    private static final Path README = Documents.PROJECT.resolve("README.md");

    private static final Path GUIDE = Documents.PROJECT.resolve("docs/peer.md");
    private static final Path ENDPOINTS = Documents.PROJECT.resolve("docs/endpoints.md");
    private static final Path SERVER = Documents.PROJECT.resolve("docs/server.md");
    private static final Path LISTENING = Documents.PROJECT.resolve("docs/listening.md");
    private static final Path CDI = Documents.PROJECT.resolve("docs/cdi.md");

    /** What a snippet need not import; also not the API that its document is about, but in the README. */
    private static final String IMPORTS = """
        import java.io.*;
        import java.net.*;
        import java.nio.charset.StandardCharsets;
        import java.nio.file.Path;
        import java.time.Duration;
        import java.util.*;
        import java.util.concurrent.*;
        import javax.net.ssl.SSLContext;
        import javax.net.ssl.SSLParameters;
        """;

    private static final String PEER_IMPORTS = "import dev.duplex.peer.*;\n";
    private static final String ENDPOINT_IMPORTS = """
        import dev.duplex.peer.PeerPolicy;
        import dev.duplex.peer.Tls;
        import dev.duplex.peer.WsPeer;
        import dev.duplex.se.Application;
        import dev.duplex.se.Authenticator;
        import dev.duplex.se.DeployedApplication;
        import dev.duplex.se.DuplexServer;
        import dev.duplex.se.User;
        import jakarta.websocket.*;
        import jakarta.websocket.server.*;
        """;

    /** What a snippet may use without declaring it. */
    private static final String PEER_FIELDS = """
        static dev.duplex.peer.PeerServer server;
        static dev.duplex.peer.WsPeer peer;
        static Socket socket;
        """;

    private static final String ENDPOINT_FIELDS = """
        static jakarta.websocket.Session session;
        static jakarta.websocket.Endpoint endpoint;
        static List<String> rows;
        static dev.duplex.se.DuplexServer.Builder builder;
        static String secret;
        """;

    /** The server of endpoints that a program started last: its clients ask it for its port. */
    private static final String HOSTED = "static dev.duplex.se.DuplexServer hosted;\n";

    /** Also when a server still runs. */
    private static final String FAIL_AT_ONCE = """
        Thread.currentThread().setUncaughtExceptionHandler((thread, failure) -> {
            failure.printStackTrace();
            Runtime.getRuntime().halt(1);
        });
        """;

    private static final Pattern DECLARES_A_TYPE =
            Pattern.compile("(@\\w+.*|((public|final|abstract) )*(class|record|interface|enum) .*)");
    /** Where a snippet listens, or else where it connects. */
    private static final Pattern LISTENS = Pattern.compile("(WebSockets\\.(?:server|bind)\\(\"wss?://[^\":/]+:)\\d+");

    private static final Pattern CONNECTS = Pattern.compile("(WebSockets\\.connect\\(\"wss?://[^\":/]+:)\\d+");
    private static final Pattern HOSTS = Pattern.compile("DuplexServer\\.builder\\(\\)\\.port\\(\\d+\\)");
    private static final Pattern CALLS = Pattern.compile("(URI\\.create\\(\"wss?://[^\":/]+:)\\d+");
    private static final Pattern HAS_MAIN = Pattern.compile("static void main\\(");
    private static final Pattern CLASS = Pattern.compile("class (\\w+)");
    private static final Pattern PRINTS = Pattern.compile("println\\(.*\\); // (.+)");

    @TempDir
    Path folder;

    /** The blocks of one document that carry the same name: one program. */
    record Joined(String name, List<Block> blocks) {
        Path document() {
            return blocks.get(0).document();
        }

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
                .contains(
                        "docs/cdi.md",
                        "docs/concurrency.md",
                        "docs/design.md",
                        "docs/endpoints.md",
                        "docs/limits.md",
                        "docs/listening.md",
                        "docs/peer.md",
                        "docs/server.md");
        assertThat(javaBlocks()).hasSizeGreaterThan(15);
    }

    @ParameterizedTest
    @MethodSource("snippets")
    void compilesEverySnippet(Block block) throws IOException {
        assertThat(compile(block.document(), List.of(block.lines())))
                .as(block.toString())
                .isEmpty();
    }

    @Test
    void noticesASnippetThatDoesNotCompile() throws IOException {
        assertThat(compile(GUIDE, List.of(List.of("peer.write(1);"))).toString())
                .contains("no suitable method found for write(int)");
        assertThat(compile(GUIDE, List.of(List.of("final class Whole {", "    int read;", "}"))))
                .isEmpty();
        assertThat(compile(ENDPOINTS, List.of(List.of("session.read();"))).toString())
                .contains("cannot find symbol");
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
        assertThat(compile(program.document(), withFreePorts(program)))
                .as(program.toString())
                .isEmpty();
        assertThat(run(said.size())).as(program.toString()).isEqualTo(said);
    }

    @Test
    void theServersOfTheReadmeRunWithTheirClients() throws IOException {
        assertThat(programs())
                .filteredOn(program -> program.document().equals(README))
                .extracting(program -> String.join("\n", program.lines()))
                .satisfiesExactly(
                        endpoint -> assertThat(endpoint).contains("@ServerEndpoint", "connectToServer("),
                        peer -> assertThat(peer).contains("WebSockets.server(", "WebSockets.connect("));
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

    /** The blocks that are no part of a program. */
    private static List<Block> snippets() throws IOException {
        return javaBlocks().stream()
                .filter(block -> block.info().equals("java"))
                .toList();
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
    private static List<List<String>> withFreePorts(Joined program) {
        return program.blocks().stream()
                .map(block -> block.lines().stream()
                        .map(line -> LISTENS.matcher(line).replaceAll("$10"))
                        .map(line -> CONNECTS.matcher(line).replaceAll("$1\" + server.port() + \""))
                        .map(line -> HOSTS.matcher(line).replaceAll("Snippet.hosted = DuplexServer.builder().port(0)"))
                        .map(line -> CALLS.matcher(line).replaceAll("$1\" + Snippet.hosted.port() + \""))
                        .toList())
                .toList();
    }

    /**
     * Compiles blocks of a document into the folder, as one program; what is wrong with it. Their own imports come first. Blocks that
     * declare types stand beside the class Snippet, whose main runs the statements, and the main methods of types, in their order.
     */
    private List<String> compile(Path document, List<List<String>> blocks) throws IOException {
        boolean ofEndpoints = Set.of(ENDPOINTS, SERVER, LISTENING, CDI).contains(document);
        StringBuilder imports = new StringBuilder(IMPORTS);
        if (!document.equals(README)) {
            imports.append(ofEndpoints ? ENDPOINT_IMPORTS : PEER_IMPORTS);
        }
        StringBuilder types = new StringBuilder();
        StringBuilder statements = new StringBuilder();
        for (List<String> block : blocks) {
            block.stream()
                    .filter(DocumentsTest::isImport)
                    .forEach(line -> imports.append(line).append('\n'));
            String body = block.stream().filter(line -> !isImport(line)).collect(Collectors.joining("\n", "", "\n"));
            if (block.stream().noneMatch(line -> DECLARES_A_TYPE.matcher(line).matches())) {
                statements.append(body);
                continue;
            }
            types.append(body);
            Matcher name = CLASS.matcher(body);
            if (HAS_MAIN.matcher(body).find() && name.find()) {
                statements.append(name.group(1)).append(".main();\n");
            }
        }
        String code = imports + "final class Snippet {\n" + (ofEndpoints ? ENDPOINT_FIELDS : PEER_FIELDS) + HOSTED
                + "public static void main(String... args) throws Exception {\n" + FAIL_AT_ONCE + statements + "}\n}\n"
                + types;
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        List<String> options = List.of(
                "--release", "21", "-proc:none", "-cp", System.getProperty("java.class.path"), "-d", folder.toString());
        compiler.getTask(null, null, problems, options, null, List.of(new Source(code)))
                .call();
        return problems.getDiagnostics().stream().map(Object::toString).toList();
    }

    /** A source in which any public type may stand, as a reader would put each into a file of its own. */
    private static final class Source extends SimpleJavaFileObject {
        private final String code;

        private Source(String code) {
            super(URI.create("string:///Snippet.java"), Kind.SOURCE);
            this.code = code;
        }

        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return kind == Kind.SOURCE;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return code;
        }
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
