package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cdi.Cdi;
import dev.duplex.container.DuplexServerContainer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
        List<Path> jars;
        try (Stream<Path> files = Files.list(API)) {
            jars = files.sorted().toList();
        }
        assertThat(jars)
                .as("jars of the next API that the build has put into %s", API)
                .hasSize(2);
        String classPath = OwnProcess.classPath(Stream.concat(
                OwnProcess.places(DuplexServer.class, Cdi.class, DuplexServerContainer.class), jars.stream()));
        String program = Path.of("src", "test", "next-api", "NextApi.java").toString();
        assertThat(OwnProcess.run(folder, "-cp", classPath, program))
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
    }
}
