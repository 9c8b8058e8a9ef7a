package dev.duplex.se.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What the command line says when it cannot do as it was told. What it does else is tested with a program that runs. */
final class MainTest {
    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private final StringWriter errors = new StringWriter();
    private Path classes;

    @BeforeEach
    void makeAnApplication() throws IOException {
        classes = Files.createDirectories(folder.resolve("classes/dev/duplex/se"));
        Files.copy(Path.of("target/test-classes/dev/duplex/se/Echo.class"), classes.resolve("Echo.class"));
        classes = folder.resolve("classes");
    }

    @Test
    void saysWhatThereIsToServe() {
        assertThat(serve()).isEqualTo(2);
        assertComplaint("there is nothing to serve: name a WAR, a jar or a directory of classes");
    }

    @Test
    void saysWhichArchiveIsMissing() {
        String missing = folder.resolve("missing.war").toString();
        assertThat(serve(missing)).isNotZero();
        assertComplaint(missing);
    }

    @Test
    void saysThatAPortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());
            assertThat(serve("--port", port, classes.toString())).isEqualTo(1);
            assertComplaint("Cannot listen on ws://127.0.0.1:" + port);
            assertComplaint("choose another port with --port, 0 takes a free one");
        }
    }

    @Test
    void aContextIsForOneApplication() {
        assertThat(serve("--context", "/app", "/one=" + classes, "/two=" + classes))
                .isEqualTo(2);
        assertComplaint("--context is for one application, and these are 2: say it of each, as in /chat=chat.war");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--grace | soon | 'soon' is no time such as 10s, 1m30s or 0.5s",
                "--port | 65536 | a port is between 0 and 65535, which 65536 is not",
                "--context | app | a context path is empty, or starts with / and does not end with it, not app",
                "--allow-origin | example.com | example.com",
                "--max-connections | 0 | maxConnections must be at least 1, not 0",
                "--listen | localhost | --listen is for NAME:PORT, which localhost is not",
                "--proxy-protocol | proxy | proxy is no address, nor a network such as 10.0.0.0/8",
                "--tls-cert | cert.pem | --tls-cert and --tls-key need each other",
                "--health | health | health",
                "--max-connections-per-address | 0 | maxConnectionsPerAddress must be at least 1, not 0",
                "--set | dev.duplex.colour=red | colour",
            })
    void namesTheRuleAndTheValue(String option, String value, String complaint) {
        assertThat(serve(option, value, classes.toString())).isPositive();
        assertComplaint(complaint);
    }

    @Test
    void refusesAFileWithAKeyThatIsNone() throws IOException {
        assertThat(serve("--config", file("prot=8080\n"), classes.toString())).isEqualTo(2);
        assertComplaint("has the key prot, which is none; there are allow-origin, ");
    }

    @Test
    void refusesAFileThatCannotBeRead() {
        assertThat(serve("--config", folder.resolve("no.properties").toString(), classes.toString()))
                .isEqualTo(2);
        assertComplaint("the configuration file " + folder.resolve("no.properties") + " cannot be read");
    }

    @Test
    void theCommandLineBeatsTheEnvironmentAndThatTheFile() throws IOException {
        String file = file("port=70001\n");
        assertThat(serve("--config", file, classes.toString())).isEqualTo(2);
        assertComplaint("which 70001 is not");
        environment.put("DUPLEX_PORT", "70002");
        assertThat(serve("--config", file, classes.toString())).isEqualTo(2);
        assertComplaint("which 70002 is not");
        assertThat(serve("--config", file, "--port", "70003", classes.toString()))
                .isEqualTo(2);
        assertComplaint("which 70003 is not");
    }

    @Test
    void theEnvironmentCanNameTheFileAndTheFileTheArchives() throws IOException {
        environment.put("DUPLEX_CONFIG", file("archives=/one=" + classes + ",/two=" + classes + "\ncontext=/app\n"));
        assertThat(serve()).isEqualTo(2);
        assertComplaint("--context is for one application, and these are 2");
    }

    @Test
    void theFileSetsDefaultsOfTheContainer() throws IOException {
        assertThat(serve("--config", file("dev.duplex.pingFrequency=often\n"), classes.toString()))
                .isPositive();
        assertComplaint("often");
    }

    @Test
    void theHelpTellsOfEveryOption() {
        StringWriter help = new StringWriter();
        CommandLine command = command();
        command.usage(new PrintWriter(help));
        assertThat(command.getCommandSpec().options())
                .allSatisfy(option -> assertThat(help.toString()).contains(option.longestName()));
    }

    private int serve(String... arguments) {
        errors.getBuffer().setLength(0);
        return Main.execute(command(arguments).setErr(new PrintWriter(errors, true)), arguments);
    }

    private CommandLine command(String... arguments) {
        Settings settings = new Settings(environment, arguments);
        return new CommandLine(new Serve(settings)).setDefaultValueProvider(settings);
    }

    private void assertComplaint(String text) {
        assertThat(errors.toString()).contains(text);
        assertThat(errors.toString().lines()).as("one sentence").hasSize(1);
    }

    private String file(String content) throws IOException {
        return Files.writeString(folder.resolve("duplex.properties"), content).toString();
    }
}
