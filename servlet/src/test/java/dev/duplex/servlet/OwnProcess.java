package dev.duplex.servlet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Java programs in processes of their own, with a class path that is told. */
final class OwnProcess {
    private OwnProcess() {}

    /** What a program has written. */
    record Output(List<String> lines, String errors) {}

    /** Runs a program to its end, which must be a good one. */
    static Output run(Path folder, Stream<Path> classPath, Class<?> program, String... arguments)
            throws IOException, InterruptedException {
        return run(folder, classPath, program.getName(), arguments);
    }

    /**
     * Runs a program to its end, which must be a good one.
     *
     * @param folder for what it says
     * @param program the name of its class, or its only source file
     */
    static Output run(Path folder, Stream<Path> classPath, String program, String... arguments)
            throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Path errors = folder.resolve("errors");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath.map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
                program));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(errors, UTF_8);
        assertThat(process.exitValue()).as(said).isZero();
        return new Output(Files.readAllLines(output, UTF_8), said);
    }

    /** The class path of the tests. */
    static Stream<Path> classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of);
    }

    /** The jars that the build has put into a folder; there must be some. */
    static Stream<Path> jars(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> jars = files.sorted().toList();
            assertThat(jars).as("jars that the build has put into %s", folder).isNotEmpty();
            return jars.stream();
        }
    }

    /** The jars and directories where these classes are. */
    static Stream<Path> places(Class<?>... types) {
        return Stream.of(types).map(OwnProcess::place).distinct();
    }

    private static Path place(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
