package dev.duplex.se.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * What an option is that the command line does not say: a variable of the environment ({@code --max-connections} is
 * {@code DUPLEX_MAX_CONNECTIONS}), else the line of the file ({@code max-connections=5000}).
 */
final class Settings implements IDefaultValueProvider {
    /** The variable that names the file when the command line does not. */
    static final String FILE = "DUPLEX_CONFIG";

    private static final String CONTAINER = "dev.duplex.";

    /** The option that names the file; read before all the others, which have their defaults from there. */
    @Command
    private static final class File {
        @Option(names = "--config")
        private @Nullable Path path;
    }

    private final Map<String, String> environment;
    private final String[] arguments;
    private @Nullable Properties
            file; // read when the first option asks: only then can it be said what is wrong with it

    /**
     * Settings for a command line.
     *
     * @param arguments all that is on it
     */
    Settings(Map<String, String> environment, String... arguments) {
        this.environment = environment;
        this.arguments = arguments.clone();
    }

    /** The defaults of the container that the file sets, {@code dev.duplex.*}. */
    Map<String, String> containerProperties() {
        Map<String, String> properties = new TreeMap<>();
        if (file != null) {
            for (String key : file.stringPropertyNames()) {
                if (key.startsWith(CONTAINER)) {
                    properties.put(key, file.getProperty(key));
                }
            }
        }
        return properties;
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        String key = key(argument);
        String said = environment.get("DUPLEX_" + key.replace('-', '_').toUpperCase(Locale.ROOT));
        return said == null ? file(argument.command()).getProperty(key) : said;
    }

    private Properties file(CommandSpec command) {
        if (file == null) {
            file = new Properties();
            Path path = path();
            if (path != null) {
                try (Reader reader = Files.newBufferedReader(path, UTF_8)) {
                    file.load(reader);
                } catch (IOException | IllegalArgumentException e) { // the second for a broken escape
                    throw new ParameterException(
                            command.commandLine(), "the configuration file " + path + " cannot be read: " + e, e);
                }
                check(file, path, command);
            }
        }
        return file;
    }

    private @Nullable Path path() {
        File said = new File();
        new CommandLine(said).setUnmatchedArgumentsAllowed(true).parseArgs(arguments);
        String variable = environment.get(FILE);
        return said.path != null || variable == null ? said.path : Path.of(variable);
    }

    private static void check(Properties file, Path path, CommandSpec command) {
        Set<String> known = new TreeSet<>();
        command.args().forEach(argument -> known.add(key(argument)));
        for (String key : file.stringPropertyNames()) {
            if (!key.startsWith(CONTAINER) && !known.contains(key)) {
                throw new ParameterException(
                        command.commandLine(),
                        "%s has the key %s, which is none; there are %s, and the container's own, %s*"
                                .formatted(path, key, String.join(", ", known), CONTAINER));
            }
        }
    }

    private static String key(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName().substring(2) : "archives";
    }
}
