package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cdi.Cdi;
import dev.duplex.container.DuplexServerContainer;
import dev.duplex.se.discovery.Archive;
import io.github.classgraph.ClassGraph;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What of the class path and of the module path is served, by programs in processes of their own. */
@Timeout(120)
final class ClassPathTest {
    private static final String MAIN = """
        package app;
        import dev.duplex.se.*;
        import jakarta.websocket.*;
        import java.util.concurrent.*;
        public class Main {
            public static class Answers extends Endpoint {
                static final BlockingQueue<String> ALL = new LinkedBlockingQueue<>();
                @Override
                public void onOpen(Session session, EndpointConfig config) {
                    session.addMessageHandler(String.class, ALL::add);
                    session.getAsyncRemote().sendText("hello");
                }
            }
            public static void main(String[] args) throws Exception {
                try (DuplexServer server = DuplexServer.builder().port(0).deploy(Application.ofClassPath().build()).start()) {
                    for (DeployedApplication each : server.applications()) {
                        System.out.println(each.contextPath() + each.paths());
                    }
                    for (String path : args) {
                        ContainerProvider.getWebSocketContainer()
                                .connectToServer(new Answers(), ClientEndpointConfig.Builder.create().build(), server.uri(path));
                        System.out.println(Answers.ALL.poll(20, TimeUnit.SECONDS));
                    }
                }
            }
        }
        """;

    private static String endpoint(String inPackage, String path) {
        return """
            package %s;
            import jakarta.websocket.*;
            @jakarta.websocket.server.ServerEndpoint("%s")
            public class Greeter {
                @OnMessage
                public String answer(String text, Session session) {
                    return text + " from " + session.getRequestURI().getPath();
                }
            }
            """.formatted(inPackage, path);
    }

    @TempDir
    Path folder;

    @Test
    void endpointsOfJarsAndDirectoriesOfTheClassPathAreServed() throws Exception {
        Path one = Archive.compiled(MAIN, endpoint("app", "/one")).file(folder.resolve("one.jar"));
        Path two = Archive.compiled(endpoint("app.two", "/two")).directory(folder.resolve("two of größe"));
        assertThat(run(
                        "-cp",
                        OwnProcess.classPath(Stream.concat(own(), Stream.of(one, two))),
                        "app.Main",
                        "/one",
                        "/two"))
                .containsExactly("[/one, /two]", "hello from /one", "hello from /two");
    }

    @Test
    void endpointsOfOneJarWithTheServerInItAreServed() throws Exception {
        Archive all = Archive.compiled(MAIN, endpoint("app", "/one"));
        for (Path part : own().toList()) {
            all.with(part);
        }
        assertThat(run("-cp", all.file(folder.resolve("all.jar")).toString(), "app.Main", "/one"))
                .containsExactly("[/one]", "hello from /one");
    }

    @Test
    void endpointsOfModulesAreServed() throws Exception {
        String modules = OwnProcess.classPath(own());
        Path app = Archive.module(OwnProcess.classPath(own()), MAIN, endpoint("app", "/one"), """
            module app {
                requires dev.duplex.container.se;
                exports app;
            }
            """)
                .file(folder.resolve("app.jar"));
        assertThat(run("-p", modules + File.pathSeparator + app, "-m", "app/app.Main", "/one"))
                .containsExactly("[/one]", "hello from /one");
    }

    @Test
    void unpackedWarIsGoneAfterTheJvmAndNotBeforeItsLastHook() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("temporary"));
        Path war = Archive.empty()
                .with("index.html", "page")
                .with("WEB-INF/classes/", Archive.compiled(endpoint("war", "/one")))
                .file(folder.resolve("chat.war"));
        Path main = Archive.compiled("""
            package app;
            import dev.duplex.se.*;
            import java.nio.file.*;
            public class Leaving {
                public static void main(String[] args) throws Exception {
                    DuplexServer server = DuplexServer.builder().port(0).deploy(Application.of(Path.of(args[0])).build()).start();
                    System.out.println(server.applications().getFirst().paths());
                    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                        try (var unpacked = Files.newDirectoryStream(Path.of(System.getProperty("java.io.tmpdir")))) {
                            System.out.println(Files.readString(unpacked.iterator().next().resolve("index.html")));
                        } catch (java.io.IOException e) {
                            System.out.println(e);
                        }
                    }));
                    System.exit(0);
                }
            }
            """).file(folder.resolve("leaving.jar"));
        assertThat(run(
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        OwnProcess.classPath(Stream.concat(own(), Stream.of(main))),
                        "app.Leaving",
                        war.toString()))
                .containsExactly("[/one]", "page");
        assertThat(temporary).isEmptyDirectory();
    }

    /** What a program needs that has an embedded server: none of what is optional. */
    private static Stream<Path> own() {
        return OwnProcess.places(
                DuplexServer.class,
                Cdi.class,
                DuplexServerContainer.class,
                ServerContainer.class,
                Session.class,
                ClassGraph.class,
                NullMarked.class);
    }

    /** The lines that a Java program prints which says nothing else. */
    private List<String> run(String... arguments) throws Exception {
        List<String> lines = OwnProcess.run(folder, arguments);
        assertThat(folder.resolve("errors")).isEmptyFile();
        return lines;
    }
}
