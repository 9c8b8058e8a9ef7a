package dev.duplex.peer.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A WebSocket implementation of other people in a child process, steered with the lines that src/test/peers/README.md
 * describes. Every wait ends within {@link #LIMIT}; a failure shows what the child wrote to stderr. Closing it ends it.
 */
public final class PeerProcess implements AutoCloseable {
    /** Far more than any step takes, also on a busy machine: it ends tests that would otherwise hang. */
    static final Duration LIMIT = Duration.ofSeconds(30);

    /** From the folder of any module: all use the same peers. */
    private static final Path PEERS = Path.of("..", "provider", "src", "test", "peers");

    private static final Path NODE = PEERS.resolve("node");

    private final Process process;
    private final Writer commands;
    private final List<Thread> readers;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** What the child said of each listener, connection and page, and was not asked for yet. Guarded by lock. */
    private final Map<String, Deque<List<String>>> events = new HashMap<>();
    /** Guarded by lock. */
    private final StringBuilder stderr = new StringBuilder();
    /** Whether stdout has ended, after which no event comes. Guarded by lock. */
    private boolean ended;

    private int names;

    private PeerProcess(String... command) throws IOException {
        process = new ProcessBuilder(command).start();
        commands = process.outputWriter(UTF_8);
        readers = List.of(
                Thread.ofVirtual()
                        .start(() -> forEachLine(process.inputReader(UTF_8), this::addEvent, () -> ended = true)),
                Thread.ofVirtual()
                        .start(() -> forEachLine(
                                process.errorReader(UTF_8),
                                line -> stderr.append(line).append('\n'),
                                () -> {})));
    }

    /** Node's ws. */
    public static PeerProcess node() throws IOException {
        String node = Tool.NODE.path();
        installPackages();
        return new PeerProcess(node, NODE.resolve("ws-peer.mjs").toString());
    }

    /** Python's websockets. */
    public static PeerProcess python() throws IOException {
        return new PeerProcess(
                Tool.PYTHON.path(), PEERS.resolve("websockets_peer.py").toString());
    }

    /** Headless Chromium, started when this returns. */
    public static PeerProcess chromium() throws IOException {
        String node = Tool.NODE.path();
        String chromium = Tool.CHROMIUM.path();
        installPackages();
        PeerProcess browser =
                new PeerProcess(node, NODE.resolve("chromium-peer.mjs").toString(), chromium);
        try {
            browser.next("browser", "ready");
            return browser;
        } catch (AssertionError e) {
            browser.close();
            throw e;
        }
    }

    /** Installs what package-lock.json pins, unless it is there: npm writes its own copy of the lock file at the end. */
    private static void installPackages() throws IOException {
        Path lock = NODE.resolve("package-lock.json");
        Path installed = NODE.resolve("node_modules").resolve(".package-lock.json");
        if (Files.notExists(installed)
                || Files.getLastModifiedTime(installed).compareTo(Files.getLastModifiedTime(lock)) < 0) {
            Tool.NPM.run(Duration.ofMinutes(3), NODE, "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        }
    }

    /** A server of the child's on a free port of 127.0.0.1. */
    RemoteServer listen(Map<String, ?> options) {
        String name = "listener" + ++names;
        send("listen", name, json(options));
        return new RemoteServer(
                this, name, Integer.parseInt(next(name, "listening").get(0)));
    }

    /** A connection that the child starts to open. */
    public RemotePeer connect(Map<String, ?> options) {
        String name = "connection" + ++names;
        send("connect", name, json(options));
        return new RemotePeer(this, name);
    }

    /** Runs the body of an async function in a new page of the browser. */
    public Page run(String script, Map<String, ?> contextOptions) {
        String name = "page" + ++names;
        send("run", name, script, json(contextOptions));
        return new Page(this, name);
    }

    /** A script at work in a page. */
    public record Page(PeerProcess browser, String name) {
        /** What the script returned; a script that threw ends the test. */
        public String result() {
            return browser.next(name, "result").get(0);
        }
    }

    void send(String... words) {
        try {
            commands.write(Stream.of(words)
                    .map(word -> URLEncoder.encode(word, UTF_8).replace("+", "%20"))
                    .collect(Collectors.joining(" ", "", "\n")));
            commands.flush();
        } catch (IOException e) {
            throw new AssertionError(describe("does not take \"" + words[0] + "\""), e);
        }
    }

    /** The fields of the next event of a name, which must be of this kind. */
    List<String> next(String name, String event) {
        lock.lock();
        try {
            Deque<List<String>> queue = events.computeIfAbsent(name, key -> new ArrayDeque<>());
            long nanos = LIMIT.toNanos();
            while (queue.isEmpty() && !ended && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            if (queue.isEmpty()) {
                throw new AssertionError(describe(
                        "said no \"" + event + "\" of " + name + (ended ? " before it ended" : " within " + LIMIT)));
            }
            List<String> found = queue.remove();
            assertThat(found.get(0))
                    .as(() -> describe("said of " + name + ": " + found))
                    .isEqualTo(event);
            return found.subList(1, found.size());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(describe("was not waited for any longer"), e);
        } finally {
            lock.unlock();
        }
    }

    /** Ends the child by ending its stdin, and by force if it does not end then. */
    @Override
    public void close() {
        List<ProcessHandle> descendants = process.descendants().toList();
        try {
            commands.close();
        } catch (IOException e) {
            // It has ended before; a test that needed it has failed by that.
        }
        try {
            if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
            descendants.forEach(ProcessHandle::destroyForcibly);
            for (Thread reader : readers) {
                reader.join(LIMIT);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            descendants.forEach(ProcessHandle::destroyForcibly);
            Thread.currentThread().interrupt();
        }
    }

    private void addEvent(String line) {
        List<String> words = new ArrayList<>();
        for (String word : line.split(" ", -1)) {
            words.add(URLDecoder.decode(word.replace("+", "%2B"), UTF_8));
        }
        String name = words.remove(1);
        events.computeIfAbsent(name, key -> new ArrayDeque<>()).add(words);
    }

    private void forEachLine(BufferedReader in, Consumer<String> use, Runnable atEnd) {
        try (in) {
            for (String line; (line = in.readLine()) != null; ) {
                underLock(use, line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            underLock(nothing -> atEnd.run(), "");
        }
    }

    private void underLock(Consumer<String> use, String line) {
        lock.lock();
        try {
            use.accept(line);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Called with the lock, or where a line of stderr more or less does not matter. */
    private String describe(String what) {
        return "The child " + process.info().commandLine().orElse("") + " " + what + "; its stderr:\n" + stderr;
    }

    /** JSON of maps, lists, numbers, booleans and strings. */
    private static String json(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> json(entry.getKey()) + ":" + json(entry.getValue()))
                    .collect(Collectors.joining(",", "{", "}"));
        }
        if (value instanceof List<?> list) {
            return list.stream().map(PeerProcess::json).collect(Collectors.joining(",", "[", "]"));
        }
        return value instanceof Number || value instanceof Boolean
                ? value.toString()
                : "\"" + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
