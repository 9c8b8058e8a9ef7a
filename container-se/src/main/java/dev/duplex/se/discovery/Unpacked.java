package dev.duplex.se.discovery;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Enumeration;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** A temporary directory with what is in an archive, until it is closed, or else the JVM ends. */
final class Unpacked implements Closeable {
    /** What an archive may always grow to: most applications are smaller. */
    private static final long SMALL_BYTES = 256L << 20;
    /** How often its own size a larger one may grow to: classes and pages grow to thrice theirs. */
    private static final int GROWTH = 20;

    private final Path directory;

    private Unpacked(Path directory) {
        this.directory = directory;
    }

    /**
     * Unpacks all of it.
     *
     * @throws IOException when it cannot be read, has an entry that would lie outside of the directory, or is too large; nothing is left then
     */
    static Unpacked of(Path archive) throws IOException {
        return of(archive, Math.max(SMALL_BYTES, GROWTH * Files.size(archive)));
    }

    /** With a limit of its size unpacked. */
    static Unpacked of(Path archive, long maxBytes) throws IOException {
        Unpacked unpacked = new Unpacked(Files.createTempDirectory("duplex-").toRealPath());
        boolean whole = false;
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            unpacked.directory.toFile().deleteOnExit();
            unpacked.addAll(zip, maxBytes);
            whole = true;
            return unpacked;
        } finally {
            if (!whole) {
                unpacked.close();
            }
        }
    }

    Path directory() {
        return directory;
    }

    private void addAll(ZipFile zip, long maxBytes) throws IOException {
        long left = maxBytes;
        Enumeration<? extends ZipEntry> entries = zip.entries();
        while (entries.hasMoreElements()) {
            ZipEntry entry = entries.nextElement();
            Path target = target(entry);
            createDirectories(target, entry.isDirectory());
            if (!entry.isDirectory()) {
                left -= add(zip, entry, target, left);
                if (left < 0) {
                    throw new IOException("it is larger than " + maxBytes
                            + " bytes when it is unpacked, which is too much for an archive of its size");
                }
            }
        }
    }

    /** Where an entry goes: into the directory, or nowhere. */
    private Path target(ZipEntry entry) throws IOException {
        String name = entry.getName();
        try {
            Path target = directory.resolve(name).normalize();
            if (target.startsWith(directory) && name.indexOf('\\') < 0) {
                return target;
            }
        } catch (InvalidPathException e) {
            throw new IOException("its entry " + name + " cannot be a file here: " + e.getReason(), e);
        }
        throw new IOException("its entry " + name + " would lie outside of it");
    }

    /** Returns how much it was, or a little more than was left. */
    private static long add(ZipFile zip, ZipEntry entry, Path target, long left) throws IOException {
        try (InputStream in = zip.getInputStream(entry);
                OutputStream out =
                        Files.newOutputStream(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            target.toFile().deleteOnExit();
            byte[] buffer = new byte[64 << 10];
            long written = 0;
            for (int length = in.read(buffer); length >= 0 && written <= left; length = in.read(buffer)) {
                out.write(buffer, 0, length);
                written += length;
            }
            return written;
        }
    }

    /** Each of them is deleted when the JVM ends, after its files: what is told first goes last, and after every shutdown hook. */
    private void createDirectories(Path target, boolean itself) throws IOException {
        Path relative = directory.relativize(target);
        int last = relative.getNameCount() - (itself ? 0 : 1);
        for (int count = 1; count <= last; count++) {
            Path made = directory.resolve(relative.subpath(0, count));
            if (!Files.isDirectory(made)) {
                Files.createDirectory(made);
                made.toFile().deleteOnExit();
            }
        }
    }

    @Override
    public void close() throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
