package dev.duplex.se;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A server of other people's in a process of its own, which ends when this is closed. */
final class Daemon implements AutoCloseable {
    private final Process process;
    private final Path output;

    /** What fails while the daemon does not listen yet. */
    interface Attempt {
        void run() throws IOException;
    }

    private Daemon(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /**
     * Starts it.
     *
     * @param folder for what it says
     */
    static Daemon start(Path folder, String... command) throws IOException {
        File output = folder.resolve("output.txt").toFile();
        return new Daemon(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output)
                        .start(),
                output.toPath());
    }

    /** Waits until the attempt succeeds. */
    void awaits(Attempt attempt) throws IOException, InterruptedException {
        long until = System.nanoTime() + RawClient.LIMIT.toNanos();
        IOException failed;
        do {
            try {
                attempt.run();
                return;
            } catch (IOException e) {
                failed = e;
            }
        } while (System.nanoTime() - until < 0 && !process.waitFor(20, TimeUnit.MILLISECONDS));
        throw new AssertionError("the daemon does not listen; it said:\n" + Files.readString(output), failed);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(RawClient.LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
