package dev.duplex.tck.official;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The TCK in a process of its own. Shows how far it is, class by class, and keeps in its folder {@code log.txt}, what the
 * process printed during each test that failed, where its threads were in each that took long, and JUnit's report.
 *
 * <p>What the process says is read by one virtual thread; what that finds is guarded by {@code this}, which nobody holds
 * while they wait.
 */
final class TckProcess {
    private static final Duration POLL = Duration.ofSeconds(1);

    /** Before the first test, and between two while applications are deployed. */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(2);

    private static final Duration LONGEST_DUMP = Duration.ofSeconds(20);

    /** Of what a test prints its last lines are kept. */
    private static final int LINES_OF_A_TEST = 2_000;

    /**
     * What to run.
     *
     * @param title for those who read what comes out
     * @param classPath of the process, the jar with the tests included
     * @param properties of the process
     * @param jar with the tests
     * @param tests the patterns of those to run, see {@link TckName#matching}
     * @param folder for everything that is written; it is emptied
     * @param longestTest after which a test is interrupted; the process ends when it goes on for as long again
     * @param longestRun after which the process ends, from the first test on
     */
    record Order(
            String title,
            List<Path> classPath,
            Map<String, String> properties,
            Path jar,
            String tests,
            Path folder,
            Duration longestTest,
            Duration longestRun) {}

    private final Order order;
    private final Path failures;
    private final List<TckResult> results = new ArrayList<>();
    private final Deque<String> lines = new ArrayDeque<>();
    private final CompletableFuture<Void> outputRead = new CompletableFuture<>();

    /** Of which test there is a dump; of the thread that waits. */
    private @Nullable String dumped;

    private TckLine.Plan plan = new TckLine.Plan(0, 0);
    private int classes;
    private int resultsOfEarlierClasses;
    private @Nullable String running;
    private long beginNanos;
    private long signNanos = System.nanoTime();

    private TckProcess(Order order) {
        this.order = order;
        this.failures = order.folder().resolve("failures");
    }

    /** Runs the tests and waits for their end; throws when the process could not run them. */
    static TckRun run(Order order) throws IOException, InterruptedException {
        return new TckProcess(order).run();
    }

    private TckRun run() throws IOException, InterruptedException {
        deleteRecursively(order.folder());
        Files.createDirectories(failures);
        Path temporary = Files.createDirectories(order.folder().resolve("tmp"));
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g"));
        order.properties().forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.add("-Djava.io.tmpdir=" + temporary);
        command.add("-cp");
        command.add(String.join(
                File.pathSeparator,
                order.classPath().stream().map(Path::toString).toList()));
        command.add(TckMain.class.getName());
        command.add(order.jar().toString());
        command.add(order.tests());
        command.add("" + order.longestTest().toSeconds());
        command.add(order.folder().resolve("xml").toString());
        long startNanos = System.nanoTime();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            Thread.ofVirtual().name("tck-output").start(() -> readOutput(process));
            await(process);
            outputRead.get(POLL.toSeconds() * 10, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("The output of the TCK's process could not be kept in " + log(), e);
        } finally {
            process.destroyForcibly();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - startNanos);
        deleteRecursively(temporary);
        synchronized (this) {
            if (plan.tests() == 0) {
                throw new IOException("The TCK's process has found no test; its output is " + log());
            }
            return new TckRun(order.title(), results, took, order.folder());
        }
    }

    /** Waits for the end of the process, and is the end of it when a deadline has passed. */
    private void await(Process process) throws IOException, InterruptedException {
        while (!process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
            long now = System.nanoTime();
            String test;
            Duration silence;
            Duration sinceBegin;
            synchronized (this) {
                test = running;
                silence = Duration.ofNanos(now - signNanos);
                sinceBegin = plan.tests() == 0 ? Duration.ZERO : Duration.ofNanos(now - beginNanos);
            }
            if (test != null
                    && !test.equals(dumped)
                    && silence.compareTo(order.longestTest().dividedBy(2)) > 0) {
                dumped = test;
                dumpThreads(process, test);
            }
            if (silence.compareTo(
                            test == null ? LONGEST_PAUSE : order.longestTest().multipliedBy(2))
                    > 0) {
                end(process, "goes on after %d s, though it was interrupted".formatted(silence.toSeconds()));
            } else if (sinceBegin.compareTo(order.longestRun()) > 0) {
                end(
                        process,
                        "did not end before the run's deadline of %d s"
                                .formatted(order.longestRun().toSeconds()));
            }
        }
        failRunning("did not end before the process did, with exit code " + process.exitValue());
    }

    private void end(Process process, String why) throws IOException, InterruptedException {
        process.destroyForcibly();
        failRunning(why + "; the process was ended");
        System.out.println(order.title() + ": the process was ended");
        process.waitFor();
    }

    private synchronized void failRunning(String problem) throws IOException {
        if (running != null) {
            hear(new TckLine.End(new TckResult(
                    running, TckResult.Outcome.FAILED, (System.nanoTime() - signNanos) / 1_000_000, problem)));
        }
    }

    /** With the virtual ones, which a stack trace of the process lacks. Without a JDK there is no dump. */
    private void dumpThreads(Process process, String test) throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (Files.isExecutable(jcmd)) {
            Process dump = new ProcessBuilder(
                            jcmd.toString(),
                            "" + process.pid(),
                            "Thread.dump_to_file",
                            threads(test).toString())
                    .redirectErrorStream(true)
                    .redirectOutput(order.folder().resolve("jcmd.txt").toFile())
                    .start();
            if (!dump.waitFor(LONGEST_DUMP.toSeconds(), TimeUnit.SECONDS)) {
                dump.destroyForcibly();
            }
        }
    }

    private Path threads(String test) {
        return failures.resolve(test + ".threads.txt");
    }

    private Path log() {
        return order.folder().resolve("log.txt");
    }

    private void readOutput(Process process) {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
                BufferedWriter log = Files.newBufferedWriter(log())) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (!line.isEmpty()) {
                    log.write(line);
                    log.newLine();
                    log.flush();
                    hear(line);
                }
            }
            outputRead.complete(null);
        } catch (IOException | RuntimeException e) {
            // A process whose output nobody takes would stop at a full pipe.
            process.destroyForcibly();
            outputRead.completeExceptionally(e);
        }
    }

    private synchronized void hear(String line) throws IOException {
        if (TckLine.is(line)) {
            signNanos = System.nanoTime();
            hear(TckLine.parse(line));
        } else {
            lines.add(line);
            if (lines.size() > LINES_OF_A_TEST) {
                lines.remove();
            }
        }
    }

    private synchronized void hear(TckLine line) throws IOException {
        switch (line) {
            case TckLine.Plan said -> {
                plan = said;
                beginNanos = System.nanoTime();
                System.out.printf("%s: %d tests in %d classes%n", order.title(), plan.tests(), plan.classes());
            }
            case TckLine.Begin begin -> {
                running = begin.test();
                lines.clear();
            }
            case TckLine.End end -> end(end.result());
            case TckLine.ClassEnd end -> {
                classes++;
                List<TckResult> ofClass = results.subList(resultsOfEarlierClasses, results.size());
                resultsOfEarlierClasses = results.size();
                long passed = ofClass.stream().filter(TckResult::passed).count();
                long millis = ofClass.stream().mapToLong(TckResult::millis).sum();
                System.out.printf(
                        "%s: class %d of %d, %s: %d of %d passed, %.1f s%n",
                        order.title(), classes, plan.classes(), end.name(), passed, ofClass.size(), millis / 1000.0);
            }
        }
    }

    private synchronized void end(TckResult result) throws IOException {
        running = null;
        results.add(result);
        if (result.passed()) {
            Files.deleteIfExists(threads(result.test()));
        } else {
            List<String> text = new ArrayList<>(List.of(result.test(), result.problem(), ""));
            text.addAll(lines);
            Files.write(failures.resolve(result.test() + ".txt"), text);
        }
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
