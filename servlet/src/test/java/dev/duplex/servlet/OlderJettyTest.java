package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The same classes take connections over from the Jetty before, with its environment of Jakarta EE 10. */
final class OlderJettyTest {
    @Test
    @Timeout(120)
    void servesAnApplicationOfJetty120(@TempDir Path folder) throws Exception {
        Stream<Path> others = OwnProcess.classPath()
                .filter(jar -> !jar.getFileName().toString().contains("jetty"));
        assertThat(OwnProcess.run(
                                folder,
                                Stream.concat(others, OwnProcess.jars(Path.of("target", "jetty-12.0"))),
                                Path.of("src", "test", "jetty-12.0", "OlderJetty.java")
                                        .toString())
                        .lines())
                .containsExactly(
                        "version 12.0.25",
                        "message 0",
                        "message 125",
                        "message 70000",
                        "message 1000000",
                        "ended true 1001");
    }
}
