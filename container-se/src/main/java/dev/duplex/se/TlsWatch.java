package dev.duplex.se;

import dev.duplex.engine.ConnectionSettings;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the files of TLS now and then, on a virtual thread of its own, until it is closed. It compares what they hold: times say little of
 * links that are set to another directory, which is how certbot and Kubernetes bring new files.
 */
final class TlsWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(TlsWatch.class.getName());

    private final TlsFiles files;
    private final CountDownLatch closed = new CountDownLatch(1);
    /** What the files held when they were loaded. Written before the thread starts, then by it alone, as the next two. */
    private List<String> loaded = List.of();
    /** What they held at the last look if that could not be used. */
    private @Nullable List<String> unusable;

    private boolean warned; // of what they held at the last look

    TlsWatch(TlsFiles files) {
        this.files = files;
    }

    /**
     * The context to begin with.
     *
     * @throws RuntimeException when the files cannot be used; its text says which and why
     */
    SSLContext first() {
        loaded = digests(); // before the files are read: what changes meanwhile is seen by the next look
        return files.load();
    }

    /**
     * Begins to look.
     *
     * @param use is given each new context; what it throws says that this one cannot be used either
     */
    void start(Consumer<SSLContext> use) {
        Thread.ofVirtual().name("duplex-tls-files").start(() -> lookOn(use));
    }

    @Override
    public void close() {
        closed.countDown();
    }

    private void lookOn(Consumer<SSLContext> use) {
        long every = ConnectionSettings.nanos(files.every());
        try {
            while (!closed.await(every, TimeUnit.NANOSECONDS)) {
                look(use);
            }
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, "nobody has a reason to interrupt the thread that looks at files", e);
        }
    }

    private void look(Consumer<SSLContext> use) {
        List<String> now = digests();
        if (now.equals(loaded)) {
            unusable = null;
            return;
        }
        try {
            use.accept(files.load());
            loaded = now;
            unusable = null;
            LOG.log(Level.INFO, "new connections get the certificate that is in {0} now", files);
        } catch (RuntimeException | Error e) { // whatever it is, the server goes on with what it has
            if (!now.equals(unusable)) {
                unusable = now; // one file may be there and the other on its way: what counts is the next look
                warned = false;
            } else if (!warned) {
                warned = true;
                LOG.log(Level.WARNING, "the certificate stays as it is: what is in " + files + " cannot be used", e);
            }
        }
    }

    /** What tells contents apart, and keeps no private key in memory. */
    private List<String> digests() {
        List<String> digests = new ArrayList<>();
        for (Path file : files.files()) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digests.add(HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file))));
            } catch (IOException e) { // to load it will say so
                digests.add(e.toString());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }
        return digests;
    }
}
