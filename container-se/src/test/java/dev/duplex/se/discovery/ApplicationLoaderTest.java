package dev.duplex.se.discovery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which classes and resources an application gets, and from whom. */
@Timeout(120)
final class ApplicationLoaderTest {
    private static final ClassLoader PARENT = ApplicationLoaderTest.class.getClassLoader();

    @TempDir
    Path folder;

    private static Discovery open(boolean isolated, Path... paths) throws Exception {
        return Places.of(paths[0], List.of(paths).subList(1, paths.length).toArray(Path[]::new))
                .open(isolated, PARENT);
    }

    private static String text(URL url) throws IOException {
        try (InputStream in = url.openStream()) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    /** The bytes of a class of the test's class path, as if an application had brought its own copy. */
    private static Archive copyOf(Class<?>... types) throws IOException {
        Archive archive = Archive.empty();
        for (Class<?> type : types) {
            String entry = type.getName().replace('.', '/') + ".class";
            try (InputStream in = type.getClassLoader().getResourceAsStream(entry)) {
                archive.with(entry, in.readAllBytes());
            }
        }
        return archive;
    }

    @Test
    void applicationsOwnClassesGoFirstButNotThoseThatItSharesWithItsHost() throws Exception {
        Path jar = copyOf(Assertions.class, ServerEndpoint.class, Places.class).file(folder.resolve("copies.jar"));
        Discovery isolated = open(true, jar);
        Discovery shared = open(false, jar);
        try (AutoCloseable first = isolated.resource();
                AutoCloseable second = shared.resource()) {
            assertThat(isolated.loader().loadClass(Assertions.class.getName()).getClassLoader())
                    .isSameAs(isolated.loader());
            assertThat(isolated.loader().loadClass(ServerEndpoint.class.getName()))
                    .isSameAs(ServerEndpoint.class);
            assertThat(isolated.loader().loadClass(Places.class.getName())).isSameAs(Places.class);
            assertThat(isolated.loader().loadClass("java.sql.Connection")).isSameAs(java.sql.Connection.class);
            assertThat(isolated.loader().loadClass(Test.class.getName())).isSameAs(Test.class); // it has no own one
            assertThat(shared.loader().loadClass(Assertions.class.getName())).isSameAs(Assertions.class);
            assertThat(List.of(first, second)).doesNotContainNull();
        }
    }

    @Test
    void classThatTheHostWouldShareButHasNotIsTheApplications() throws Exception {
        Path jar = Archive.compiled("""
            package jakarta.servlet;
            public class Servlet {}
            """).file(folder.resolve("servlet.jar"));
        Discovery discovery = open(true, jar);
        try (AutoCloseable resource = discovery.resource()) {
            assertThat(discovery.loader().loadClass("jakarta.servlet.Servlet").getClassLoader())
                    .isSameAs(discovery.loader());
            assertThatExceptionOfType(ClassNotFoundException.class)
                    .isThrownBy(() -> discovery.loader().loadClass("jakarta.servlet.Filter"))
                    .withMessage("jakarta.servlet.Filter");
            assertThat(resource).isNotNull();
        }
    }

    @Test
    void applicationsOwnResourcesGoFirst() throws Exception {
        Path parent = Archive.empty()
                .with("both.txt", "parent")
                .with("parent.txt", "parent")
                .file(folder.resolve("p.jar"));
        Path own =
                Archive.empty().with("both.txt", "own").with("own.txt", "own").file(folder.resolve("own.jar"));
        Discovery host = open(true, parent);
        Discovery isolated = Places.of(own).open(true, host.loader());
        Discovery shared = Places.of(own).open(false, host.loader());
        try (AutoCloseable first = host.resource();
                AutoCloseable second = isolated.resource();
                AutoCloseable third = shared.resource()) {
            assertThat(text(isolated.loader().getResource("both.txt"))).isEqualTo("own");
            assertThat(text(shared.loader().getResource("both.txt"))).isEqualTo("parent");
            assertThat(texts(isolated, "both.txt")).containsExactly("own", "parent");
            assertThat(texts(shared, "both.txt")).containsExactly("parent", "own");
            for (Discovery each : List.of(isolated, shared)) {
                assertThat(text(each.loader().getResource("own.txt"))).isEqualTo("own");
                assertThat(text(each.loader().getResource("parent.txt"))).isEqualTo("parent");
                assertThat(each.loader().getResource("none.txt")).isNull();
            }
            assertThat(List.of(first, second, third)).doesNotContainNull();
        }
    }

    private static List<String> texts(Discovery discovery, String name) throws IOException {
        List<String> texts = new ArrayList<>();
        for (URL url : Collections.list(discovery.loader().getResources(name))) {
            texts.add(text(url));
        }
        return texts;
    }

    @Test
    void servicesOfALibraryAreFoundAndTheirUrlNamesTheJar() throws Exception {
        Path war = Archive.empty()
                .with(
                        "WEB-INF/lib/greeter.jar",
                        Archive.compiled("""
                            package app;
                            public class Greeter implements Runnable {
                                @Override
                                public void run() {}
                            }
                            """)
                                .with("META-INF/services/java.lang.Runnable", "app.Greeter\n")
                                .bytes())
                .file(folder.resolve("services.war"));
        Discovery discovery = open(true, war);
        try (AutoCloseable resource = discovery.resource()) {
            assertThat(discovery
                            .loader()
                            .getResource("META-INF/services/java.lang.Runnable")
                            .toString())
                    .matches("jar:file:/.*/WEB-INF/lib/greeter\\.jar!/META-INF/services/java\\.lang\\.Runnable");
            assertThat(ServiceLoader.load(Runnable.class, discovery.loader()))
                    .extracting(service -> service.getClass().getName())
                    .contains("app.Greeter");
            assertThat(resource).isNotNull();
        }
    }

    @Test
    void jarOfSeveralReleasesGivesTheClassOfThisOne() throws Exception {
        String source = """
            package app;
            @jakarta.websocket.server.ServerEndpoint("/%1$s")
            public class Versioned {}
            """;
        Path jar = Archive.empty()
                .with("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nMulti-Release: true\n\n")
                .with("", Archive.compiled(source.formatted("old")))
                .with("META-INF/versions/21/", Archive.compiled(source.formatted("new"), """
                    package app;
                    @jakarta.websocket.server.ServerEndpoint("/added")
                    public class Added {}
                    """))
                .with("META-INF/versions/1000/", Archive.compiled(source.formatted("future")))
                .file(folder.resolve("versions.jar"));
        Discovery discovery = open(true, jar);
        try (AutoCloseable resource = discovery.resource()) {
            assertThat(discovery.found())
                    .extracting(type -> type.getAnnotation(ServerEndpoint.class).value())
                    .containsExactlyInAnyOrder("/new", "/added");
            assertThat(discovery.skipped()).isEmpty();
            assertThat(resource).isNotNull();
        }
    }

    @Test
    void replacedJarIsReadAnewAlthoughAResourceOfTheOldOneWasRead() throws Exception {
        Path jar = Archive.empty().with("text", "old").file(folder.resolve("text.jar"));
        Discovery before = open(true, jar);
        assertThat(text(before.loader().getResource("text"))).isEqualTo("old");
        assertThat(before.loader().getResource("text").toURI().toString())
                .isEqualTo("jar:" + jar.toRealPath().toUri().toURL() + "!/text");
        before.resource().close();
        Archive.empty().with("another", "entry").with("text", "new and longer").file(jar);
        Discovery after = open(true, jar);
        try (AutoCloseable resource = after.resource()) {
            assertThat(text(after.loader().getResource("text"))).isEqualTo("new and longer");
            assertThat(resource).isNotNull();
        }
    }

    @Test
    void nothingKeepsTheJarsOfAClosedApplicationOpen() throws Exception {
        Path jar = Archive.compiled("""
            package app;
            @jakarta.websocket.server.ServerEndpoint("/one")
            public class One {}
            """).with("text", "text").file(folder.resolve("held.jar"));
        Discovery discovery = open(true, jar);
        assertThat(text(discovery.loader().getResource("text"))).isEqualTo("text");
        InputStream left = discovery.loader().getResourceAsStream("text"); // which the application forgets to close
        assertThat(left).isNotNull();
        assertThat(openFiles()).anyMatch(file -> file.endsWith("held.jar"));
        discovery.resource().close();
        assertThat(openFiles()).noneMatch(file -> file.endsWith("held.jar"));
        assertThatExceptionOfType(ClassNotFoundException.class)
                .isThrownBy(() -> discovery.loader().loadClass("app.Two"));
    }

    /** Of this process. */
    private static List<String> openFiles() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.map(ApplicationLoaderTest::target).toList();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }

    @Test
    void twoThreadsCanLoadClassesThatNeedEachOther() throws Exception {
        Path jar = Archive.compiled("""
            package app;
            public class Left extends Middle {}
            """, """
            package app;
            public class Right extends Middle {}
            """, """
            package app;
            public class Middle {}
            """).file(folder.resolve("parallel.jar"));
        Discovery discovery = open(true, jar);
        try (AutoCloseable resource = discovery.resource();
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            assertThat(discovery.loader().isRegisteredAsParallelCapable()).isTrue();
            CountDownLatch both = new CountDownLatch(2);
            List<Future<Class<?>>> loading = new ArrayList<>();
            for (String name : List.of("app.Left", "app.Right")) {
                loading.add(threads.submit(() -> {
                    both.countDown();
                    both.await();
                    return discovery.loader().loadClass(name);
                }));
            }
            assertThat(loading.get(0).get().getSuperclass())
                    .isSameAs(loading.get(1).get().getSuperclass());
            assertThat(resource).isNotNull();
        }
    }
}
