package dev.duplex.peer.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A program that a test needs and that no Maven repository has. Where it is missing, the test is skipped and says which package
 * has it; where the environment says {@code CI=true}, the test fails, so that no build is green for want of a program.
 */
public final class Tool {
    public static final Tool KEYTOOL = new Tool("the JDK", "keytool", "-help");
    public static final Tool OPENSSL = new Tool("Debian's openssl", "openssl", "version");
    public static final Tool NODE = new Tool("Debian's nodejs, version 20 or later", "node", "--version");
    public static final Tool NPM = new Tool("Debian's npm", "npm", "--version");
    public static final Tool PYTHON =
            new Tool("Debian's python3 and python3-websockets", "python3", "-c", "import websockets");
    public static final Tool NGINX = new Tool("Debian's nginx", "nginx", "-v");
    public static final Tool HAPROXY = new Tool("Debian's haproxy", "haproxy", "-v");
    public static final Tool CHROMIUM = new Tool("Debian's chromium", "chromium", "--version");

    private static final Duration PROBE = Duration.ofSeconds(30);

    private final String origin;
    private final String name;
    private final List<String> probe;
    private Optional<Path> path = Optional.empty();

    private Tool(String origin, String name, String... probe) {
        this.origin = origin;
        this.name = name;
        this.probe = List.of(probe);
    }

    /**
     * The first program of that name that answers the probe, of the JDK's, those on the PATH and Debian's; ends the test
     * if there is none.
     */
    public synchronized String path() {
        if (path.isEmpty()) {
            path = Stream.of(
                            Stream.of(System.getProperty("java.home") + "/bin"),
                            Stream.of(System.getenv("PATH").split(File.pathSeparator)),
                            Stream.of("/usr/bin", "/usr/sbin"))
                    .flatMap(folders -> folders)
                    .map(Path::of)
                    .map(folder -> folder.resolve(name))
                    .filter(Files::isExecutable)
                    .filter(this::answers)
                    .findFirst();
        }
        return path.map(Path::toString).orElseGet(this::missing);
    }

    private boolean answers(Path program) {
        try {
            return run(
                            PROBE,
                            null,
                            Stream.concat(Stream.of(program.toString()), probe.stream())
                                    .toList())
                    .isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    private String missing() {
        String message = "This test needs the program " + name + " of " + origin;
        if ("true".equals(System.getenv("CI"))) {
            return fail(message);
        }
        // Surefire counts such tests and does not say why.
        System.getLogger(Tool.class.getName()).log(Level.WARNING, message + "; it is skipped");
        return abort(message);
    }

    /** Runs this program to its end, which must be a success. */
    public void run(Duration limit, Path folder, String... arguments) throws IOException {
        List<String> command =
                Stream.concat(Stream.of(path()), Stream.of(arguments)).toList();
        assertThat(run(limit, folder, command)).as(String.join(" ", command)).isEmpty();
    }

    /** What was wrong with the run: empty after exit 0 within the limit, else the code and all it printed. */
    private static Optional<String> run(Duration limit, @Nullable Path folder, List<String> command)
            throws IOException {
        Path output = Files.createTempFile("tool", ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder == null ? null : folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (ended && process.exitValue() == 0) {
                return Optional.empty();
            }
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            return Optional.of((ended ? "exit " + process.exitValue() : "no end within " + limit) + "\n"
                    + Files.readString(output));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while " + command + " ran", e);
        } finally {
            Files.delete(output);
        }
    }
}
