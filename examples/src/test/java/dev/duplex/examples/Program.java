package dev.duplex.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real process with its input and output; every wait has a deadline, and closing stops the process by its handle. */
final class Program implements AutoCloseable {
    static final Duration DEADLINE = Duration.ofSeconds(30);

    private static final Pattern URL = Pattern.compile("wss?://\\S+");

    private final Process process;
    private final Writer input;

    /** What it printed and nobody has looked at yet; empty is the end. */
    private final BlockingQueue<Optional<String>> output;

    private final BlockingQueue<Optional<String>> errors;
    private final List<String> errorsSeen = new ArrayList<>();

    private Program(Process process) {
        this.process = process;
        input = process.outputWriter(UTF_8);
        output = lines(process.getInputStream());
        errors = lines(process.getErrorStream());
    }

    /** Starts a command of the command line, as {@code ./duplex} would. */
    static Program start(String... command) throws IOException {
        return new Program(new ProcessBuilder(commandLine(command)).start());
    }

    /** The same with its output piped into another program of the system. */
    static Program startPipedInto(String other, String... command) throws IOException {
        List<String> line = new ArrayList<>(List.of("sh", "-c", "\"$@\" | " + other, "sh"));
        line.addAll(commandLine(command));
        return new Program(new ProcessBuilder(line).start());
    }

    static List<String> commandLine(String... command) {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        line.addAll(List.of(command));
        return line;
    }

    /** Runs any program with these changes to its environment. */
    static Program run(Path folder, Map<String, String> environment, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().putAll(environment);
        return new Program(builder.start());
    }

    private static BlockingQueue<Optional<String>> lines(InputStream stream) {
        BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
        Thread.startVirtualThread(() -> {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
                reader.lines().map(Optional::of).forEach(lines::add);
            } catch (IOException | UncheckedIOException e) {
                lines.add(Optional.of("unreadable: " + e));
            } finally {
                lines.add(Optional.empty());
            }
        });
        return lines;
    }

    /** The next line of the output. */
    String line() throws InterruptedException {
        Optional<String> line = next(output);
        if (line.isEmpty()) {
            throw new AssertionError("The program ended with code " + exitCode() + ": " + errors());
        }
        return line.get();
    }

    /** The first URL of the output from here on: where a server says that it listens. */
    String url() throws InterruptedException {
        while (true) {
            Matcher url = URL.matcher(line());
            if (url.find()) {
                return url.group();
            }
        }
    }

    /** What is left of the output once the program has ended. */
    List<String> rest() throws InterruptedException {
        List<String> rest = new ArrayList<>();
        for (Optional<String> line = next(output); line.isPresent(); line = next(output)) {
            rest.add(line.get());
        }
        return rest;
    }

    /** The next line of the errors that has this text in it. */
    String error(String part) throws InterruptedException {
        for (Optional<String> line = next(errors); line.isPresent(); line = next(errors)) {
            errorsSeen.add(line.get());
            if (line.get().contains(part)) {
                return line.get();
            }
        }
        throw new AssertionError("No '" + part + "' in: " + errorsSeen);
    }

    /** All errors, from the start, once the program has ended. */
    String errors() throws InterruptedException {
        for (Optional<String> line = next(errors); line.isPresent(); line = next(errors)) {
            errorsSeen.add(line.get());
        }
        return String.join("\n", errorsSeen);
    }

    void type(String line) throws IOException {
        input.write(line + "\n");
        input.flush();
    }

    void endInput() throws IOException {
        input.close();
    }

    long pid() {
        return process.pid();
    }

    /** Asks it to stop, as Ctrl+C or a service manager would. */
    void stop() {
        process.toHandle().destroy(); // that of the process itself would close its output too
    }

    int exitCode() throws InterruptedException {
        if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("The program did not end within " + DEADLINE);
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static Optional<String> next(BlockingQueue<Optional<String>> lines) throws InterruptedException {
        Optional<String> line = lines.poll(DEADLINE.toSeconds(), TimeUnit.SECONDS);
        if (line == null) {
            throw new AssertionError("The program printed nothing for " + DEADLINE);
        }
        return line;
    }
}
