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
}
