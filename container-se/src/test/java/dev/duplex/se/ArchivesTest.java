package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.duplex.se.discovery.Archive;
import jakarta.websocket.DeploymentException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which archives an application can be in, and what of them is served. */
@Timeout(120)
final class ArchivesTest {
    private static final String NOT_FOUND = "HTTP/1.1 404 ";

    private static final Archive ONE = Archive.compiled(endpoint("One", "/one"));
    private static final Archive TWO = Archive.compiled(endpoint("Two", "/two"));

    @TempDir
    Path folder;

    /** The source of an endpoint that answers its name and what it is told. */
    static String endpoint(String type, String path) {
        return """
            package app;
            @jakarta.websocket.server.ServerEndpoint("%2$s")
            public class %1$s {
                @jakarta.websocket.OnMessage
                public String answer(String text) {
                    return "%1$s " + text;
                }
            }
            """.formatted(type, path);
    }

    private static Archive war() {
        return Archive.empty().with("WEB-INF/classes/", ONE).with("WEB-INF/lib/two.jar", TWO.bytes());
    }

    private static DuplexServer serve(Application.Builder... applications) throws Exception {
        DuplexServer.Builder builder = DuplexServer.builder().port(0);
        Stream.of(applications).map(Application.Builder::build).forEach(builder::deploy);
        return builder.start();
    }

    private static void answers(DuplexServer server, String path, String said, String expected) throws IOException {
        try (RawClient client = RawClient.upgraded(server, path)) {
            client.sendText(said);
            client.expectText(expected);
        }
    }

    private static void isNotFound(DuplexServer server, String path) throws IOException {
        try (RawClient client = RawClient.to(server)) {
            client.send(RawClient.upgrade(path));
            assertThat(client.answer()).startsWith(NOT_FOUND);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat.war", "chat with spaces & more+.war", "größe-日本.war", "a#b%41!c.war"})
    void classesAndLibrariesOfAWarAreServedBelowItsName(String name) throws Exception {
        String path = new URI(null, null, "/" + name.replace(".war", ""), null).toASCIIString();
        try (DuplexServer server = serve(Application.of(war().file(folder.resolve(name))))) {
            answers(server, path + "/one", "hello", "One hello");
            answers(server, path + "/two", "hello", "Two hello");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"chat", "chat.war", "with space/grö ße!/chat"})
    void directoryWithWebInfIsAWar(String name) throws Exception {
        try (DuplexServer server = serve(Application.of(war().directory(folder.resolve(name))))) {
            answers(server, "/chat/one", "hello", "One hello");
            answers(server, "/chat/two", "hello", "Two hello");
        }
    }

    @Test
    void rootWarIsServedAtTheRoot() throws Exception {
        try (DuplexServer server = serve(Application.of(war().file(folder.resolve("ROOT.war"))))) {
            answers(server, "/one", "hello", "One hello");
        }
    }

    @Test
    void contextPathThatIsSaidGoesBeforeTheName() throws Exception {
        try (DuplexServer server =
                serve(Application.of(war().file(folder.resolve("chat.war"))).contextPath("/other"))) {
            answers(server, "/other/one", "hello", "One hello");
            isNotFound(server, "/chat/one");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"one.jar", "one", "with space/ünd 100%/one.jar"})
    void jarIsServedAtTheRootWhateverItsName(String name) throws Exception {
        try (DuplexServer server = serve(Application.of(ONE.file(folder.resolve(name))))) {
            answers(server, "/one", "hello", "One hello");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classes", "with space/ünd 100%/a+b!/target"})
    void directoryOfClassesIsServedAtTheRoot(String name) throws Exception {
        try (DuplexServer server = serve(Application.of(ONE.directory(folder.resolve(name))))) {
            answers(server, "/one", "hello", "One hello");
        }
    }

    @Test
    void directoryThatTheScannerTakesForAnInsideOfAJarIsRefused() throws Exception {
        Path classes = ONE.directory(folder.resolve("a!/classes"));
        assertThatExceptionOfType(DeploymentException.class)
                .isThrownBy(() -> serve(Application.of(classes)))
                .withMessage(
                        classes.toRealPath() + " cannot be scanned: a path with \"!/\" in it reads as one inside of an"
                                + " archive; move it elsewhere");
    }

    @Test
    void severalPlacesAreOneApplication() throws Exception {
        String greeting = """
            package app;
            public class Greeting {
                public static String of(String name) {
                    return "hello " + name;
                }
            }
            """;
        Archive both = Archive.compiled(greeting, """
            package app;
            @jakarta.websocket.server.ServerEndpoint("/greeting")
            public class Greeter {
                @jakarta.websocket.OnMessage
                public String answer(String name) {
                    return Greeting.of(name);
                }
            }
            """);
        try (DuplexServer server = serve(Application.of(
                war().file(folder.resolve("chat.war")),
                both.only("app.Greeting").file(folder.resolve("greeting.jar")),
                both.only("app.Greeter").directory(folder.resolve("classes"))))) {
            answers(server, "/chat/one", "hello", "One hello");
            answers(server, "/chat/greeting", "you", "hello you");
        }
    }

    @Test
    void jarsThatAManifestNamesBelongToTheJar() throws Exception {
        TWO.file(folder.resolve("lib/two.jar"));
        Path jar = Archive.empty()
                .with("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nClass-Path: lib/two.jar\n\n")
                .with("", ONE)
                .file(folder.resolve("one.jar"));
        try (DuplexServer server = serve(Application.of(jar))) {
            answers(server, "/one", "hello", "One hello");
            answers(server, "/two", "hello", "Two hello");
        }
    }

    @Test
    void classesOfAWarGoBeforeThoseOfItsLibraries() throws Exception {
        Archive war = Archive.empty()
                .with("WEB-INF/classes/", ONE)
                .with(
                        "WEB-INF/lib/0.jar",
                        Archive.compiled(endpoint("One", "/other")).bytes());
        try (DuplexServer server = serve(Application.of(war.file(folder.resolve("ROOT.war"))))) {
            answers(server, "/one", "hello", "One hello");
            isNotFound(server, "/other");
        }
    }

    @Test
    void twoDeployedWarsOfTheSameClassesShareNoState() throws Exception {
        Path war =
                Archive.empty().with("WEB-INF/classes/", Archive.compiled("""
                    package app;
                    @jakarta.websocket.server.ServerEndpoint("/count")
                    public class Counting {
                        private static int count;
                        @jakarta.websocket.OnMessage
                        public synchronized String answer(String text) {
                            count++;
                            return text + count;
                        }
                    }
                    """)).file(folder.resolve("counting.war"));
        try (DuplexServer server =
                serve(Application.of(war).contextPath("/a"), Application.of(war).contextPath("/b"))) {
            answers(server, "/a/count", "a", "a1");
            answers(server, "/a/count", "a", "a2");
            answers(server, "/b/count", "b", "b1");
        }
    }

    @Test
    void sameApplicationIsReadAnewAtEachDeployment() throws Exception {
        Path classes = ONE.directory(folder.resolve("classes"));
        Application application = Application.of(classes).build();
        try (DuplexServer server = serve()) {
            DeployedApplication first = server.deploy(application);
            answers(server, "/one", "hello", "One hello");
            first.undeploy(Duration.ZERO);
            isNotFound(server, "/one");
            TWO.directory(classes);
            server.deploy(application);
            answers(server, "/two", "hello", "Two hello");
        }
    }

    @Test
    void applicationConfigOfALibraryCanNameClassesOfTheWar() throws Exception {
        Archive all = Archive.compiled("""
            package app;
            public class Programmatic extends jakarta.websocket.Endpoint {
                @Override
                public void onOpen(jakarta.websocket.Session session, jakarta.websocket.EndpointConfig config) {
                    session.addMessageHandler(String.class, text -> session.getAsyncRemote().sendText("Programmatic " + text));
                }
            }
            """, """
            package app;
            import jakarta.websocket.server.*;
            import java.util.*;
            public class Config implements ServerApplicationConfig {
                @Override
                public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends jakarta.websocket.Endpoint>> found) {
                    if (!found.isEmpty()) {
                        throw new IllegalStateException("found " + found);
                    }
                    return Set.of(ServerEndpointConfig.Builder.create(Programmatic.class, "/programmatic").build());
                }
                @Override
                public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> found) {
                    if (!found.equals(Set.of(Two.class))) {
                        throw new IllegalStateException("found " + found);
                    }
                    return Set.of(Two.class, Three.class);
                }
            }
            """, endpoint("Two", "/two"), endpoint("Three", "/three"));
        Archive war = Archive.empty()
                .with(
                        "WEB-INF/classes/",
                        all.only("app.Programmatic", "app.Three").with("", ONE))
                .with(
                        "WEB-INF/lib/config.jar",
                        all.only("app.Config", "app.Two").bytes());
        try (DuplexServer server = serve(Application.of(war.file(folder.resolve("ROOT.war"))))) {
            answers(server, "/programmatic", "hello", "Programmatic hello");
            answers(server, "/two", "hello", "Two hello");
            answers(server, "/three", "hello", "Three hello");
            isNotFound(server, "/one"); // nobody has chosen it
        }
    }

    private static Archive config(String name, String configs, String annotated) {
        return Archive.compiled("""
            package app;
            import jakarta.websocket.server.*;
            import java.util.Set;
            public class %s implements ServerApplicationConfig {
                @Override
                public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends jakarta.websocket.Endpoint>> found) {
                    return %s;
                }
                @Override
                public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> found) {
                    return %s;
                }
            }
            """.formatted(name, configs, annotated));
    }

    @Test
    void applicationConfigThatReturnsNullChoosesNothing() throws Exception {
        Archive war = Archive.empty()
                .with("WEB-INF/classes/", config("Nothing", "null", "null").with("", ONE))
                .with(
                        "WEB-INF/lib/two.jar",
                        config("Everything", "Set.of()", "found").with("", TWO).bytes());
        try (DuplexServer server = serve(Application.of(war.file(folder.resolve("ROOT.war"))))) {
            answers(server, "/two", "hello", "Two hello");
            isNotFound(server, "/one");
        }
    }

    @Test
    void endpointThatExtendsOneThroughClassesOfTheHostIsFound() throws Exception {
        Archive war = Archive.empty().with("WEB-INF/classes/", Archive.compiled("""
            package app;
            public class Mine extends dev.duplex.se.discovery.Bases.Programmatic {}
            """, """
            package app;
            public class Chosen extends dev.duplex.se.discovery.Bases.EveryEndpoint {}
            """));
        try (DuplexServer server = serve(Application.of(war.file(folder.resolve("ROOT.war"))))) {
            answers(server, "/Mine", "hello", "programmatic hello");
        }
    }

    @Test
    void badEndpointTakesAllOfItsApplicationWithIt() throws Exception {
        Archive war = war().with(
                        "WEB-INF/lib/bad.jar",
                        Archive.compiled(endpoint("Bad", "/{same}/{same}")).bytes());
        try (DuplexServer server = serve(Application.of(ONE.file(folder.resolve("good.jar"))))) {
            Application bad =
                    Application.of(war.file(folder.resolve("bad.war"))).build();
            assertThatExceptionOfType(DeploymentException.class)
                    .isThrownBy(() -> server.deploy(bad))
                    .withMessageStartingWith("bad.war: app.Bad: ");
            isNotFound(server, "/bad/one");
            isNotFound(server, "/bad/two");
            answers(server, "/one", "hello", "One hello");
            assertThat(server.applications()).hasSize(1);
        }
    }

    @Test
    void endpointWithoutAClassThatItNeedsIsABadOne() throws Exception {
        Archive all = Archive.compiled("""
            package app;
            public class Missing {}
            """, """
            package app;
            @jakarta.websocket.server.ServerEndpoint("/needy")
            public class Needy {
                @jakarta.websocket.OnMessage
                public String answer(String text) {
                    return text;
                }
                public void unused(Missing missing) {}
            }
            """);
        Path jar = all.without("app.Missing").file(folder.resolve("needy.jar"));
        assertThatExceptionOfType(DeploymentException.class)
                .isThrownBy(() -> serve(Application.of(jar)))
                .withMessage("needy.jar: app.Needy needs a class that is missing:"
                        + " java.lang.NoClassDefFoundError: app/Missing");
    }

    @Test
    void twoApplicationsAtOneContextPathAreRefused() throws Exception {
        Path war = war().file(folder.resolve("chat.war"));
        try (DuplexServer server = serve(Application.of(war))) {
            assertThatExceptionOfType(DeploymentException.class)
                    .isThrownBy(() -> server.deploy(Application.of(war).build()))
                    .withMessage("there is an application at /chat/ already: undeploy it, or give this one another"
                            + " context path");
            answers(server, "/chat/one", "hello", "One hello");
        }
    }

    @Test
    void isolatedApplicationDoesNotSeeWhatTheTestHasAndAnotherOneDoes() throws Exception {
        Path war = Archive.empty()
                .with("WEB-INF/classes/", Archive.compiled("""
                    package org.assertj.core.api;
                    public class Assertions {
                        public static String version() {
                            return "the application's";
                        }
                    }
                    """, """
                    package app;
                    @jakarta.websocket.server.ServerEndpoint("/version")
                    public class Version {
                        @jakarta.websocket.OnMessage
                        public String answer(String text) throws Exception {
                            try {
                                return (String) Class.forName("org.assertj.core.api.Assertions").getMethod("version").invoke(null);
                            } catch (NoSuchMethodException e) {
                                return "the test's";
                            }
                        }
                    }
                    """))
                .file(folder.resolve("version.war"));
        try (DuplexServer server = serve(
                Application.of(war).contextPath("/own"),
                Application.of(war).contextPath("/parent").isolated(false))) {
            answers(server, "/own/version", "?", "the application's");
            answers(server, "/parent/version", "?", "the test's");
        }
    }

    @Test
    void unpackedFilesAreGoneAfterUndeployAndAfterAFailure() throws Exception {
        Archive noisy = war().with("WEB-INF/marker-" + folder.getFileName(), "");
        Path war = noisy.file(folder.resolve("chat.war"));
        Path bad = noisy.with("WEB-INF/lib/broken.jar", "no jar").file(folder.resolve("bad.war"));
        try (DuplexServer server = serve()) {
            DeployedApplication deployed = server.deploy(Application.of(war).build());
            assertThat(unpacked()).hasSize(1);
            deployed.undeploy(Duration.ZERO);
            assertThat(unpacked()).isEmpty();
            assertThatExceptionOfType(DeploymentException.class)
                    .isThrownBy(() -> server.deploy(Application.of(bad).build()))
                    .withMessage(bad + " cannot be opened as a WAR, a jar or a directory of classes:"
                            + " bad.war/WEB-INF/lib/broken.jar cannot be read: zip END header not found");
            assertThat(unpacked()).isEmpty();
        }
    }

    /** The directories that hold the marker of this test. */
    private List<Path> unpacked() throws IOException {
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(directory -> Files.exists(directory.resolve("WEB-INF/marker-" + folder.getFileName())))
                    .toList();
        }
    }
}
