package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
    @Test
    void listsEveryCommandWhenNoneIsGiven() throws Exception {
        try (Program program = Program.start()) {
            assertThat(program.exitCode()).isZero();
            assertThat(String.join("\n", program.rest()))
                    .contains("  echo ", "  echo-client ", "  ticker ", "  ticker-client ")
                    .contains("  push ", "  tls-echo ", "  connect ", "  endpoint ");
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
        assertHelpFits(Main.commandLine(), "duplex");
    }

    private static void assertHelpFits(CommandLine commands, String path) {
        for (CommandLine command : commands.getSubcommands().values()) {
            String name = path + " " + command.getCommandName();
            assertThat(command.getUsageMessage()).contains("Usage: " + name);
            assertThat(command.getUsageMessage().lines()).allMatch(line -> line.length() <= 80);
            assertHelpFits(command, name);
        }
    }
}
