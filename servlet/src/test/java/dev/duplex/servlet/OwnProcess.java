package dev.duplex.servlet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of the tests in processes of their own, with further jars behind the class path of the tests. */
final class OwnProcess {
    private OwnProcess() {}

    /**
     * Runs a program to its end, which must be a good one; the lines that it prints.
     *
     * @param output a folder for what it says
     * @param jars a folder of jars that the build has copied
     */
    static List<String> run(Path output, Path jars, Class<?> program, String... arguments)
            throws IOException, InterruptedException {
        List<String> rest = new ArrayList<>(List.of(program.getName()));
        rest.addAll(List.of(arguments));
        return run(output, jars, rest, classPath().toList());
    }

    /** The same for a program as source, without those jars of the class path of the tests that have a word in their names. */
    static List<String> runWithout(String word, Path output, Path jars, String program)
            throws IOException, InterruptedException {
        return run(
                output,
                jars,
                List.of(program),
                classPath()
                        .filter(place -> !Path.of(place).getFileName().toString().contains(word))
                        .toList());
    }

    private static Stream<String> classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator));
    }

    private static List<String> run(Path output, Path jars, List<String> program, List<String> places)
            throws IOException, InterruptedException {
        List<String> classPath = new ArrayList<>(places);
        try (Stream<Path> files = Files.list(jars)) {
            files.map(Path::toString).sorted().forEach(classPath::add);
        }
        assertThat(classPath)
                .as("jars that the build has put into %s", jars)
                .hasSizeGreaterThan(places.size());
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                String.join(File.pathSeparator, classPath)));
        command.addAll(program);
        Path lines = output.resolve("lines");
        Path errors = output.resolve("errors");
        Process process = new ProcessBuilder(command)
                .redirectOutput(lines.toFile())
                .redirectError(errors.toFile())
                .start();
        try {
            assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(errors, UTF_8)).isZero();
        return Files.readAllLines(lines, UTF_8);
    }
}
