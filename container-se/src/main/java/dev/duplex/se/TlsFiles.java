package dev.duplex.se;

import dev.duplex.peer.Tls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/**
 * The files of a server's certificate and private key. While the server runs it looks at them now and then: what they hold then, new connections
 * get, and those that there are go on as they are. What cannot be used is warned of, and what was there before stays. Immutable.
 *
 * <pre>{@code
 * builder.tlsFiles(TlsFiles.pem(Path.of("fullchain.pem"), Path.of("privkey.pem")))
 * }</pre>
 */
public final class TlsFiles {
    /** Often enough for who waits for a new certificate to be served, and nothing beside what a server does. */
    private static final Duration EVERY = Duration.ofSeconds(10);

    private final Supplier<SSLContext> loader;
    private final List<Path> files;
    private final Duration every;

    private TlsFiles(Supplier<SSLContext> loader, List<Path> files, Duration every) {
        this.loader = loader;
        this.files = files;
        this.every = every;
    }

    /**
     * PEM files, as {@link Tls.Builder#certificate(Path)} and {@link Tls.Builder#privateKey(Path)} take them; the same file may hold both.
     *
     * @param certificates the server's own first, each issued by the next
     * @param privateKey not encrypted
     */
    public static TlsFiles pem(Path certificates, Path privateKey) {
        return of(
                () -> Tls.context()
                        .privateKey(privateKey)
                        .certificate(certificates)
                        .build(),
                certificates,
                privateKey);
    }

    /** A PKCS#12 or JKS store, whose keys have the store's password, which is kept in memory. */
    public static TlsFiles keyStore(Path file, char[] password) {
        char[] kept = password.clone();
        return of(() -> Tls.context().keyStore(file, kept).build(), file);
    }

    /**
     * Any files from which a context can be made, such as those of trusted clients' certificates among them.
     *
     * @param loader makes a context of what the files hold now, or throws; may block
     * @param files all that it reads
     */
    public static TlsFiles of(Supplier<SSLContext> loader, Path... files) {
        return new TlsFiles(loader, List.of(files), EVERY);
    }

    /**
     * The same files, looked at so often; default 10 s.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public TlsFiles every(Duration period) {
        if (period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException("the files must be looked at after a positive time, not " + period);
        }
        return new TlsFiles(loader, files, period);
    }

    /**
     * The context of what the files hold now; blocks.
     *
     * @throws RuntimeException when they cannot be used; its text says which and why
     */
    SSLContext load() {
        return loader.get();
    }

    List<Path> files() {
        return files;
    }

    Duration every() {
        return every;
    }

    @Override
    public String toString() {
        return files.toString();
    }
}
