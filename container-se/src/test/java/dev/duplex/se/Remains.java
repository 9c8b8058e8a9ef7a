package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** What servers and clients have left in this process: threads and sockets, counted when this was made. */
public final class Remains {
    static {
        try (ServerSocket first = new ServerSocket(0)) { // with its first socket the JDK opens one for itself
            first.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final Path folder;
    private final long sockets;
    private final long virtual;
    private final long platform;

    /**
     * Counts.
     *
     * @param folder for dumps of threads
     */
    Remains(Path folder) {
        this.folder = folder;
        this.sockets = sockets();
        this.virtual = virtualThreads();
        this.platform = platformThreads();
    }

    /** Waits until there is no more than there was. */
    void areNoMore() throws InterruptedException {
        eventually("sockets", Remains::sockets, count -> count <= sockets);
        eventually("virtual threads", this::virtualThreads, count -> count <= virtual);
        eventually("platform threads", Remains::platformThreads, count -> count <= platform);
    }

    /** Waits until the count is what it should be; at the deadline it must be. */
    public static void eventually(String what, LongSupplier count, LongPredicate enough) throws InterruptedException {
        long until = System.nanoTime() + RawClient.LIMIT.toNanos();
        long now = count.getAsLong();
        while (!enough.test(now) && System.nanoTime() - until < 0) {
            Thread.sleep(20);
            now = count.getAsLong();
        }
        assertThat(now).as(what).matches(enough::test);
    }

    /** Threads of ours that are not virtual; the timer comes and goes as it is needed. */
    static long platformThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("duplex-")
                        && !thread.getName().equals("duplex-timer"))
                .count();
    }

    /** Threads of ours that are virtual; counted when they have little to do, because a dump of thousands that run has crashed JDK 25. */
    long virtualThreads() {
        Path dump = folder.resolve("threads.txt");
        try {
            Files.deleteIfExists(dump);
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpThreads(dump.toString(), ThreadDumpFormat.TEXT_PLAIN);
            try (Stream<String> lines = Files.lines(dump)) {
                return lines.filter(
                                line -> line.startsWith("#") && line.contains("\"duplex-") && line.contains("virtual"))
                        .count();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sockets of this process. */
    static long sockets() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(Remains::isSocket).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }
}
