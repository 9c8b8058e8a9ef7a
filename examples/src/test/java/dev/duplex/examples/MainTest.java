package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
    private static final Pattern COMMAND = Pattern.compile("\\./duplex((?: (?:'[^']*'|\"[^\"]*\"|[^\\s|`)]+))+)");
    private static final Pattern ARGUMENT = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

    @Test
    void listsEveryCommandWhenNoneIsGiven() throws Exception {
        try (Program program = Program.start()) {
            assertThat(program.exitCode()).isZero();
            assertThat(String.join("\n", program.rest()))
                    .contains("  echo ", "  echo-client ", "  ticker ", "  ticker-client ")
                    .contains("  push ", "  tls-echo ", "  connect ");
        }
    }

    @Test
    void suggestsTheCommandThatWasMeant() throws Exception {
        try (Program program = Program.start("ehco")) {
            assertThat(program.exitCode()).isEqualTo(2);
            assertThat(program.errors())
                    .contains("ehco")
                    .contains("./duplex --help")
                    .hasLineCount(1);
        }
    }

    @Test
    void everyCommandHasAHelpThatFitsATerminal() {
        CommandLine duplex = Main.commandLine();
        for (CommandLine command : duplex.getSubcommands().values()) {
            assertThat(command.getUsageMessage()).contains("Usage: duplex " + command.getCommandName());
            assertThat(command.getUsageMessage().lines()).allMatch(line -> line.length() <= 80);
        }
    }

    @Test
    void understandsEveryCommandOfTheReadme() throws Exception {
        Path readme = Path.of(System.getProperty("basedir", "")).resolve("README.md");
        List<String> commands = COMMAND.matcher(Files.readString(readme))
                .results()
                .map(command -> command.group(1))
                .toList();
        assertThat(commands).hasSizeGreaterThan(15);
        for (String command : commands) {
            String[] arguments = ARGUMENT.matcher(command)
                    .results()
                    .map(argument -> argument.group(1) != null
                            ? argument.group(1)
                            : argument.group(2) != null ? argument.group(2) : argument.group(3))
                    .toArray(String[]::new);
            assertThatCode(() -> Main.commandLine().parseArgs(arguments))
                    .as("./duplex" + command)
                    .doesNotThrowAnyException();
        }
    }
}
