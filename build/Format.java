import com.palantir.javaformat.java.Main;
import java.io.PrintWriter;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checks that every Java source below the working directory has the format of palantir-java-format ({@code check}), or
 * gives it that format ({@code apply}).
 *
 * <p>The formatter parses with the compiler of the JVM it is in. The usual Maven plugins run it in Maven's JVM, where an
 * older JDK rejects the language level of this project; this program runs on the JDK that the build selected.
 */
final class Format {
    private static final Set<String> SKIPPED = Set.of(".git", "node_modules", "target");

    private Format() {}

    public static void main(String[] args) throws Exception {
        List<String> arguments = new ArrayList<>(
                switch (args[0]) {
                    case "check" -> List.of("--palantir", "--dry-run", "--set-exit-if-changed");
                    case "apply" -> List.of("--palantir", "--replace");
                    default -> throw new IllegalArgumentException("format is check or apply, not " + args[0]);
                });
        Files.walkFileTree(Path.of(""), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                boolean skipped = SKIPPED.contains(directory.getFileName().toString());
                return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".java")) {
                    arguments.add(file.toString());
                }
                return FileVisitResult.CONTINUE;
            }
        });
        PrintWriter out = new PrintWriter(System.out, true);
        int exitCode =
                new Main(out, new PrintWriter(System.err, true), System.in).format(arguments.toArray(String[]::new));
        out.flush();
        if (exitCode != 0 && args[0].equals("check")) {
            System.err.println("The files named above are not formatted: mvn -N verify -Dformat=apply does it.");
        }
        System.exit(exitCode);
    }
}
