package dev.duplex.tck.autobahn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.python.util.PythonInterpreter;

/**
 * The Autobahn suite in a process of its own, in one of its two roles, with the folder that its log and reports go to.
 * Safe for any thread. Closing it ends the process.
 */
final class SuiteProcess implements AutoCloseable {
    /** From one sign of life to the next: more than Jython's start takes, and than suite.py gives any case. */
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(3);

    private static final Duration PROGRESS_PERIOD = Duration.ofSeconds(5);

    private final String name;
    private final Set<String> cases;
    private final Path folder;
    private final Process process;
    private final long startNanos = System.nanoTime();
    private final CompletableFuture<Integer> knownCases = new CompletableFuture<>();
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final AtomicInteger finishedCases = new AtomicInteger();
    private volatile String lastCase = "none";
    private volatile long lastSignNanos = startNanos;

    private SuiteProcess(String name, String role, String url, Set<String> cases, Path folder) throws IOException {
        this.name = name;
        this.cases = cases;
        this.folder = folder;
        deleteRecursively(folder);
        Files.createDirectories(folder);
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        // The suite runs for a minute or two: compiling its Python well costs more than it brings.
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx1g",
                        "--enable-native-access=ALL-UNNAMED",
                        // Else Jython keeps a cache beside its jar, and runs a site.py that is not its own.
                        "-Dpython.cachedir.skip=true",
                        "-Dpython.import.site=false",
                        "-cp",
                        String.join(
                                File.pathSeparator,
                                pathOf(SuiteMain.class),
                                pathOf(PythonInterpreter.class),
                                suiteJar()),
                        SuiteMain.class.getName(),
                        role,
                        url,
                        folder.toString(),
                        String.join(",", cases))
                .redirectErrorStream(true)
                .start();
        Thread.ofVirtual().name(name + "-suite-output").start(this::readOutput);
    }

    /** Starts the suite's client, which runs the cases against a server, writes its reports and ends. */
    static SuiteProcess client(String name, URI server, Set<String> cases, Path folder) throws IOException {
        return new SuiteProcess(name, "client", server.toString(), cases, folder);
    }

    /** Starts the suite's server, which runs the cases that a client asks for, and does not end by itself. */
    static SuiteProcess server(String name, Set<String> cases, Path folder) throws IOException {
        return new SuiteProcess(name, "server", "", cases, folder);
    }

    /** Where the suite's server listens; waits until it does. */
    URI uri() throws IOException, InterruptedException {
        return URI.create("ws://127.0.0.1:" + said(port));
    }

    /** How many cases the suite has, run or not; waits until it has loaded them. */
    int knownCases() throws IOException, InterruptedException {
        return said(knownCases);
    }

    /** Completes when the process has ended. */
    Future<?> end() {
        return process.onExit();
    }

    /** Waits for what ends the run and shows how far it is; throws when the suite finishes no case any more. */
    void await(Future<?> end) throws IOException, InterruptedException, ExecutionException {
        while (true) {
            try {
                end.get(PROGRESS_PERIOD.toMillis(), TimeUnit.MILLISECONDS);
                showProgress();
                return;
            } catch (TimeoutException e) {
                showProgress();
                if (System.nanoTime() - lastSignNanos > LONGEST_SILENCE.toNanos()) {
                    throw failure("has finished no case for " + LONGEST_SILENCE.toSeconds() + " s");
                }
            }
        }
    }

    private void showProgress() {
        System.out.printf(
                "Autobahn, %s: case %d of %d (last %s), %d s%n",
                name, finishedCases.get(), cases.size(), lastCase, (System.nanoTime() - startNanos) / 1_000_000_000);
    }

    /** The verdicts in the suite's report; throws when it has written none. */
    Map<String, Verdict> verdicts() throws IOException {
        Path index = folder.resolve("index.json");
        if (!Files.exists(index)) {
            throw failure("has written no report");
        }
        Map<String, Verdict> verdicts = new LinkedHashMap<>();
        for (JsonNode agent : new ObjectMapper().readTree(index.toFile())) {
            for (Map.Entry<String, JsonNode> result : agent.properties()) {
                JsonNode fields = result.getValue();
                String behavior = fields.required("behavior").asText();
                verdicts.put(
                        result.getKey(),
                        Verdict.of(behavior, fields.required("behaviorClose").asText()));
            }
        }
        return verdicts;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private <T> T said(CompletableFuture<T> value) throws IOException, InterruptedException {
        try {
            return value.get(LONGEST_SILENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            IOException failure = failure("did not start");
            failure.initCause(e);
            throw failure;
        }
    }

    private IOException failure(String what) {
        return new IOException("The suite " + what + "; its log is " + log());
    }

    private Path log() {
        return folder.resolve("suite.log");
    }

    /** Keeps all the process writes; lines that begin with {@code @} are suite.py's, for us. */
    private void readOutput() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
                BufferedWriter log = Files.newBufferedWriter(log())) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                log.write(line);
                log.newLine();
                log.flush();
                if (line.startsWith("@")) {
                    hear(line.substring(1).split(" ", -1));
                }
            }
            giveUp(new IOException("The suite's process has ended."));
        } catch (IOException e) {
            // A process whose output nobody takes would stop at a full pipe.
            process.destroyForcibly();
            giveUp(e);
        }
    }

    private void giveUp(IOException why) {
        knownCases.completeExceptionally(why);
        port.completeExceptionally(why);
    }

    private void hear(String[] words) {
        lastSignNanos = System.nanoTime();
        switch (words[0]) {
            case "cases" -> knownCases.complete(Integer.parseInt(words[1]));
            case "port" -> port.complete(Integer.parseInt(words[1]));
            case "case" -> {
                lastCase = words[1];
                finishedCases.incrementAndGet();
            }
            default -> throw new IllegalStateException("suite.py says what nobody here knows: " + words[0]);
        }
    }

    private static String pathOf(Class<?> type) {
        URL location = type.getProtectionDomain().getCodeSource().getLocation();
        return Path.of(URI.create(location.toString())).toString();
    }

    /** The jar holds the suite as Python source, so there is no class to ask. */
    private static String suiteJar() throws IOException {
        URL script = SuiteProcess.class.getResource("/autobahntestsuite/fuzzing.py");
        if (script == null || !(script.openConnection() instanceof JarURLConnection jar)) {
            throw new IOException("The suite's jar is not on the class path.");
        }
        return Path.of(URI.create(jar.getJarFileURL().toString())).toString();
    }

    private static void deleteRecursively(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
