package dev.duplex.se;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.container.DuplexServerContainer;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Classes that were compiled with one version of the Jakarta API run with the next one. */
final class NextApiTest {
    private static final Path API = Path.of("target", "next-api");

    @Test
    @Timeout(120)
    void theSameClassesServeAnApplicationOfTheNextApi(@TempDir Path folder) throws Exception {
        List<String> jars;
        try (Stream<Path> files = Files.list(API)) {
            jars = files.map(Path::toString).sorted().toList();
        }
        assertThat(jars)
                .as("jars of the next API that the build has put into %s", API)
                .hasSize(2);
        String classPath = Stream.concat(
                        Stream.of(place(DuplexServer.class), place(DuplexServerContainer.class)), jars.stream())
                .collect(Collectors.joining(File.pathSeparator));
        Path output = folder.resolve("output");
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        Path.of("src", "test", "next-api", "NextApi.java").toString())
                .redirectOutput(output.toFile())
                .redirectError(folder.resolve("errors").toFile())
                .start();
        try {
            assertThat(program.waitFor(100, TimeUnit.SECONDS)).isTrue();
        } finally {
            program.destroyForcibly();
        }
        assertThat(Files.readString(output, UTF_8).lines())
                .as(Files.readString(folder.resolve("errors"), UTF_8))
                .containsExactly(
                        "complete true",
                        "certificates none",
                        "local 127.0.0.1 true",
                        "local name true",
                        "remote 127.0.0.1 true",
                        "remote name true",
                        "locale de_CH",
                        "afterResponse with headers",
                        "open true",
                        "afterResponse with headers",
                        "failed: DeploymentException",
                        "afterResponse without headers",
                        "failed: EOFException",
                        "suit yourself");
        assertThat(program.exitValue()).isZero();
    }

    private static String place(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }
}
