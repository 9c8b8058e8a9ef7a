package dev.duplex.se.cli;

import jakarta.websocket.DeploymentException;
import java.io.IOException;
import java.net.BindException;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The program {@code duplex-server}. Exits with 0 for success, also when it was told to stop, 1 when it could not start, 2 for wrong usage.
 */
@Command(
        name = "duplex-server",
        header = "Serves Jakarta WebSocket applications.%n",
        versionProvider = Main.Version.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class Main {
    private Main() {}

    /** Runs one command; without any it shows the help. */
    public static void main(String... args) {
        CommandLine commandLine = new CommandLine(new Main()).addSubcommand(Serve.commandLine(args));
        int code = execute(commandLine, args.length == 0 ? new String[] {"--help"} : args);
        if (code != 0) {
            System.exit(code);
        }
    }

    /** Runs the arguments; whatever fails is said in one sentence that tells what to do. Returns the exit code. */
    static int execute(CommandLine commandLine, String... args) {
        return commandLine
                .setParameterExceptionHandler(Main::correct)
                .setExecutionExceptionHandler(Main::explain)
                .execute(args);
    }

    private static int correct(ParameterException failure, String... args) {
        CommandLine command = failure.getCommandLine();
        complain(
                command,
                failure.getMessage() + " (" + command.getCommandSpec().qualifiedName()
                        + " --help tells how to use it)");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static int explain(Exception failure, CommandLine command, ParseResult parsed) throws Exception {
        String text = Objects.requireNonNullElse(failure.getMessage(), failure.toString());
        switch (failure) {
            case IllegalArgumentException wrong -> {
                complain(command, text);
                return command.getCommandSpec().exitCodeOnInvalidInput();
            }
            case BindException taken ->
                complain(command, text + "; choose another port with --port, 0 takes a free one");
            case IOException lost -> complain(command, text);
            case DeploymentException refused -> complain(command, text);
            default -> throw failure;
        }
        return command.getCommandSpec().exitCodeOnExecutionException();
    }

    private static void complain(CommandLine command, String sentence) {
        command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + sentence);
    }

    /** The version as the jar's manifest says it. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"Duplex " + (version == null ? "from its sources" : version)};
        }
    }
}
