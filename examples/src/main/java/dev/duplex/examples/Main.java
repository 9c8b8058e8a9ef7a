package dev.duplex.examples;

import dev.duplex.peer.HandshakeException;
import dev.duplex.se.cli.Serve;
import jakarta.websocket.DeploymentException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.util.Objects;
import javax.net.ssl.SSLException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Runs one command and exits with its code: 0 for success, 1 when it could not start or connect, 2 for wrong usage;
 * {@link Connect} adds a code of its own. A server's command returns at once: its acceptor keeps the program alive.
 */
@Command(
        name = "duplex",
        header = "WebSocket servers and clients to try and to read.%n",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footer = {
            "",
            "To begin, in one terminal:  ./duplex echo",
            "and in a second one:        ./duplex connect ws://localhost:8080",
            "",
            "./duplex COMMAND --help tells the options of a command."
        },
        subcommands = {
            EchoServer.class,
            EchoClient.class,
            TickerServer.class,
            TickerClient.class,
            Push.class,
            TlsEchoServer.class,
            Connect.class,
            Endpoints.class
        })
final class Main {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = CommandLine.ScopeType.INHERIT,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    private Main() {}

    public static void main(String... args) {
        int code = commandLine(args).execute(args.length == 0 ? new String[] {"--help"} : args);
        if (code != 0) {
            System.exit(code);
        }
    }

    static CommandLine commandLine(String... args) {
        return new CommandLine(new Main())
                .addSubcommand(Serve.commandLine(args))
                .setParameterExceptionHandler(Main::correct)
                .setExecutionExceptionHandler(Main::explain);
    }

    private static int correct(ParameterException failure, String... args) {
        CommandLine command = failure.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        complain(command, failure.getMessage() + " (./" + name + " --help tells how to use it)");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static int explain(Exception failure, CommandLine command, ParseResult parsed) throws Exception {
        if (failure instanceof IllegalArgumentException) {
            complain(command, String.valueOf(failure.getMessage()));
            return command.getCommandSpec().exitCodeOnInvalidInput();
        }
        if (failure instanceof IOException expected) {
            complain(command, advice(expected));
            return command.getCommandSpec().exitCodeOnExecutionException();
        }
        if (failure instanceof DeploymentException refused) {
            complain(command, refused.getMessage() + "; check the path, and which headers the server asks for");
            return command.getCommandSpec().exitCodeOnExecutionException();
        }
        throw failure;
    }

    private static void complain(CommandLine command, String sentence) {
        command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + sentence);
    }

    /** What failed and where, as the API tells it, and then what to do about it. */
    private static String advice(IOException failure) {
        String hint = switch (failure) {
            case BindException e -> "; choose another port with --port, 0 takes a free one";
            case ConnectException e -> "; is its server running?";
            case HandshakeException e -> "; check the path, and which headers the server asks for";
            case SSLException e -> "; a certificate of your own is trusted by ./duplex connect --trust FILE";
            default -> "";
        };
        return Objects.requireNonNullElse(failure.getMessage(), failure.toString()) + hint;
    }
}
