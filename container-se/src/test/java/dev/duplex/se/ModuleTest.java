package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.container.DuplexServerContainer;
import io.github.classgraph.ClassGraph;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.File;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user's module has to know. */
final class ModuleTest {
    @Test
    void aModuleNeedsNoneOfTheOptionalLibraries(@TempDir Path folder) throws Exception {
        Path module = Files.writeString(
                folder.resolve("module-info.java"), "module user { requires dev.duplex.container.se; }");
        Path program = Files.createDirectory(folder.resolve("user")).resolve("Program.java");
        Files.writeString(program, """
            package user;

            final class Program {
                public static void main(String... args) throws Exception {
                    dev.duplex.se.DuplexServer.builder().port(0).start().close();
                }
            }
            """);
        String path = Stream.of(
                        DuplexServer.class,
                        DuplexServerContainer.class,
                        ServerEndpoint.class,
                        Session.class,
                        ClassGraph.class)
                .map(ModuleTest::place)
                .collect(Collectors.joining(File.pathSeparator));
        StringWriter said = new StringWriter();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options =
                    List.of("--release", "21", "-proc:none", "--module-path", path, "-d", folder.toString());
            assertThat(compiler.getTask(said, files, null, options, null, files.getJavaFileObjects(module, program))
                            .call())
                    .as(said.toString())
                    .isTrue();
        }
        assertThat(said.toString()).isEmpty();
    }

    private static String place(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
