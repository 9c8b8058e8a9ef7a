package dev.duplex.se;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.container.DuplexServerContainer;
import dev.duplex.se.discovery.Archive;
import io.github.classgraph.ClassGraph;
import jakarta.websocket.WebSocketContainer;
import jakarta.websocket.server.ServerContainer;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Without CDI on the class path everything else works, and what needs it is refused. */
final class NoCdiTest {
    @Test
    @Timeout(120)
    void aProgramWithoutCdiServesAndConnectsAndIsToldWhatNeedsIt(@TempDir Path folder) throws Exception {
        Path echo = Archive.compiled("""
            package app;
            @jakarta.websocket.server.ServerEndpoint("/echo")
            public class Echo {
                @jakarta.websocket.OnMessage
                public String answer(String text) {
                    return "found " + text;
                }
            }
            """).directory(folder.resolve("echo"));
        Path injected = Archive.compiled("""
            package app;
            @jakarta.websocket.server.ServerEndpoint("/injected")
            public class Injected {
                @jakarta.inject.Inject
                Runnable service;
                @jakarta.websocket.OnMessage
                public void take(String text) {
                    service.run();
                }
            }
            """).directory(folder.resolve("injected"));
        String classPath = Stream.of(
                        DuplexServer.class,
                        DuplexServerContainer.class,
                        ServerContainer.class,
                        WebSocketContainer.class,
                        ClassGraph.class)
                .map(NoCdiTest::place)
                .collect(Collectors.joining(File.pathSeparator));
        Path output = folder.resolve("output");
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        Path.of("src", "test", "no-cdi", "NoCdi.java").toString(),
                        echo.toString(),
                        injected.toString())
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
                        "methods of the builder true",
                        "echo of named classes",
                        "echo of found a directory",
                        "CDI was asked for, and it is not there: put org.jboss.weld.se:weld-se-core on the class path"
                                + " of the server",
                        "injected: app.Injected has members with @Inject, and nothing here injects them: its"
                                + " application needs CDI, or the endpoint a configurator that makes its instances");
        assertThat(program.exitValue()).isZero();
    }

    private static String place(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
