package dev.duplex.se.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.websocket.DeploymentException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.zip.ZipFile;
import jdk.security.jarsigner.JarSigner;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is found at a place, by which loader, and what is said of a place where nothing is. */
final class PlacesTest {
    @TempDir
    Path folder;

    private static String endpoint(String type) {
        return """
            package app;
            @jakarta.websocket.server.ServerEndpoint("/%1$s")
            public class %1$s {
                static {
                    dev.duplex.se.discovery.Witness.saw("%1$s is initialised");
                }
            }
            """.formatted(type);
    }

    private static Discovery open(Path first, Path... more) throws DeploymentException {
        return Places.of(first, more).open(true, PlacesTest.class.getClassLoader());
    }

    private static List<String> names(Discovery discovery) {
        return discovery.found().stream().map(Class::getName).sorted().toList();
    }

    /** Opens it, and keeps what is logged meanwhile. */
    private static Discovery logged(List<LogRecord> lines, Path path) throws DeploymentException {
        Logger logger = Logger.getLogger("dev.duplex.se.discovery");
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.setLevel(Level.ALL);
        logger.addHandler(handler);
        try {
            return open(path);
        } finally {
            logger.removeHandler(handler);
            logger.setLevel(null);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "chat.war, /chat",
        "chat-1.0.WAR, /chat-1.0",
        "ROOT.war, ''",
        ".war, ''",
        "two words.war, /two%20words",
        "größe.war, /gr%C3%B6%C3%9Fe",
        "chat.jar, ''",
        "classes, ''"
    })
    void contextPathIsThatOfTheName(String name, String expected) {
        assertThat(Places.of(folder.resolve(name)).contextPath()).isEqualTo(expected);
    }

    @Test
    void archiveWithWebInfIsAWarWhateverItsName() throws Exception {
        Path file = Archive.empty().with("WEB-INF/web.xml", "").file(folder.resolve("chat.zip"));
        assertThat(Places.of(file).contextPath()).isEqualTo("/chat");
        assertThat(Places.ofClassPath().contextPath()).isEmpty();
    }

    @Test
    void whatMattersIsFoundLoadedAndNotInitialised() throws Exception {
        Witness.LINES.clear();
        Path jar = Archive.compiled(endpoint("Annotated"), """
            package app;
            public class Programmatic extends Between {
                static {
                    dev.duplex.se.discovery.Witness.saw("Programmatic is initialised");
                }
                public static class Nested extends Programmatic {}
            }
            abstract class Between extends jakarta.websocket.Endpoint {
                @Override
                public void onOpen(jakarta.websocket.Session session, jakarta.websocket.EndpointConfig config) {}
            }
            class Hidden extends Between {}
            """, """
            package app;
            public abstract class Config implements jakarta.websocket.server.ServerApplicationConfig {}
            """, """
            package app;
            import jakarta.websocket.server.ServerEndpointConfig;
            import java.util.Set;
            public class MyConfig extends Config {
                @Override
                public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends jakarta.websocket.Endpoint>> found) {
                    return Set.of();
                }
                @Override
                public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> found) {
                    return found;
                }
            }
            """, """
            package app;
            public class Nothing {
                static {
                    dev.duplex.se.discovery.Witness.saw("Nothing is initialised");
                }
            }
            """).file(folder.resolve("app.jar"));
        Discovery discovery = open(jar);
        try (AutoCloseable resource = discovery.resource()) {
            assertThat(names(discovery))
                    .containsExactly("app.Annotated", "app.MyConfig", "app.Programmatic", "app.Programmatic$Nested");
            assertThat(discovery.found()).allSatisfy(type -> {
                assertThat(type.getClassLoader()).isSameAs(discovery.loader());
                assertThat(type.getProtectionDomain().getCodeSource().getLocation())
                        .isEqualTo(jar.toRealPath().toUri().toURL());
            });
            assertThat(Witness.LINES).isEmpty();
            assertThat(resource).isNotNull();
        }
    }

    @Test
    void rootsOfAWarAreItsClassesAndThenItsLibrariesByName() throws Exception {
        Path war = Archive.empty()
                .with("index.html", "page")
                .with("WEB-INF/lib/b.jar", Archive.compiled(endpoint("B")).bytes())
                .with("WEB-INF/lib/a.JAR", Archive.compiled(endpoint("A")).bytes())
                .with("WEB-INF/lib/read.me", "no jar")
                .with("WEB-INF/lib/below/c.jar", "no jar")
                .with("WEB-INF/classes/", Archive.compiled(endpoint("C")))
                .file(folder.resolve("my chat.war"));
        Discovery discovery = open(war);
        try (AutoCloseable resource = discovery.resource()) {
            Path files = discovery.files();
            assertThat(files).isNotNull();
            assertThat(files.resolve("index.html")).hasContent("page");
            URI base = files.toUri();
            assertThat(discovery.roots())
                    .extracting(Root::name)
                    .containsExactly(
                            "my chat.war/WEB-INF/classes",
                            "my chat.war/WEB-INF/lib/a.JAR",
                            "my chat.war/WEB-INF/lib/b.jar");
            assertThat(discovery.roots())
                    .extracting(Root::location)
                    .containsExactly(
                            base.resolve("WEB-INF/classes/"),
                            base.resolve("WEB-INF/lib/a.JAR"),
                            base.resolve("WEB-INF/lib/b.jar"));
            assertThat(discovery.roots())
                    .extracting(Root::classNames)
                    .containsExactly(List.of("app.C"), List.of("app.A"), List.of("app.B"));
            assertThat(discovery.name()).isEqualTo("my chat.war");
            assertThat(resource).isNotNull();
        }
    }

    @Test
    void classesThatCannotBeLoadedAreSkippedWithALine() throws Exception {
        Archive all = Archive.compiled(endpoint("Good"), endpoint("Newer"), """
            package app;
            public class Missing {}
            """, """
            package app;
            @jakarta.websocket.server.ServerEndpoint("/orphan")
            public class Orphan extends Missing {}
            """, """
            package app;
            public interface Absent {}
            """, """
            package app;
            @jakarta.websocket.server.ServerEndpoint("/lonely")
            public class Lonely implements Absent {}
            """, """
            package app;
            public class Elsewhere extends Missing {}
            """, endpoint("Moved"));
        byte[] newer = all.bytes("app/Newer.class");
        newer[7] = 99; // the major version
        byte[] moved = all.bytes("app/Moved.class");
        byte[] broken = Arrays.copyOf(moved, moved.length - 3);
        Path jar = all.without("app.Missing", "app.Absent", "app.Moved")
                .with("app/Newer.class", newer)
                .with("app/Broken.class", broken)
                .with("app/Garbage.class", "no class")
                .with("app/other/Moved.class", moved)
                .file(folder.resolve("odd.jar"));
        List<LogRecord> lines = new CopyOnWriteArrayList<>();
        Discovery discovery = logged(lines, jar);
        try (AutoCloseable resource = discovery.resource()) {
            assertThat(names(discovery)).containsExactly("app.Good");
            assertThat(discovery.skipped())
                    .satisfiesExactlyInAnyOrder(
                            line -> assertThat(line)
                                    .startsWith("app.Newer of odd.jar cannot be loaded: "
                                            + "java.lang.UnsupportedClassVersionError: "),
                            line -> assertThat(line)
                                    .isEqualTo("app.Orphan of odd.jar cannot be loaded: "
                                            + "java.lang.NoClassDefFoundError: app/Missing"),
                            line -> assertThat(line)
                                    .isEqualTo("app.Lonely of odd.jar cannot be loaded: "
                                            + "java.lang.NoClassDefFoundError: app/Absent"),
                            line -> assertThat(line)
                                    .isEqualTo("app/Broken.class of odd.jar is not the class file of app.Broken"),
                            line -> assertThat(line)
                                    .isEqualTo("app/Garbage.class of odd.jar is not the class file of app.Garbage"),
                            line -> assertThat(line)
                                    .isEqualTo("app/other/Moved.class of odd.jar is not the class file of"
                                            + " app.other.Moved"));
            assertThat(lines)
                    .filteredOn(line -> line.getLevel().equals(Level.FINE))
                    .extracting(LogRecord::getMessage)
                    .containsAll(discovery.skipped());
            assertThat(resource).isNotNull();
        }
    }

    @Test
    void classWhoseSignatureIsWrongIsSkipped() throws Exception {
        Path keys = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "signer",
                        "-dname",
                        "CN=signer",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        "secret")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool").toFile())
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        KeyStore store = KeyStore.getInstance(keys.toFile(), "secret".toCharArray());
        KeyStore.PrivateKeyEntry signer = (KeyStore.PrivateKeyEntry)
                store.getEntry("signer", new KeyStore.PasswordProtection("secret".toCharArray()));
        Archive classes = Archive.compiled(endpoint("Good"), endpoint("Forged"));
        Path signed = folder.resolve("signed.jar");
        try (ZipFile plain =
                        new ZipFile(classes.file(folder.resolve("plain.jar")).toFile());
                OutputStream out = Files.newOutputStream(signed)) {
            new JarSigner.Builder(signer).build().sign(plain, out);
        }
        Archive forged = Archive.empty().with(signed);
        Path jar = forged.with("app/Forged.class", changed(forged.bytes("app/Forged.class")))
                .file(folder.resolve("forged.jar"));
        Discovery discovery = open(jar);
        try (AutoCloseable resource = discovery.resource()) {
            assertThat(names(discovery)).containsExactly("app.Good");
            assertThat(discovery.skipped())
                    .singleElement(InstanceOfAssertFactories.STRING)
                    .startsWith("app.Forged of forged.jar cannot be loaded: java.lang.SecurityException: ");
            assertThat(resource).isNotNull();
        }
    }

    /** Of a class file, in a way that leaves it one: its minor version. */
    private static byte[] changed(byte[] classFile) {
        classFile[5] ^= 1;
        return classFile;
    }

    @Test
    void whatIsNotThereIsNamed() {
        Path missing = folder.resolve("missing.war");
        assertThatExceptionOfType(DeploymentException.class)
                .isThrownBy(() -> open(missing))
                .withMessage(missing + " is not there: name a WAR, a jar or a directory of classes");
    }

    @ParameterizedTest
    @CsvSource({"empty.war, ''", "text.jar, this is no archive", "text, this is none either"})
    void whatIsNoArchiveIsNamed(String name, String content) throws Exception {
        Path file = Files.writeString(folder.resolve(name), content);
        assertThatExceptionOfType(DeploymentException.class)
                .isThrownBy(() -> open(file))
                .withMessageStartingWith(file + " cannot be opened as a WAR, a jar or a directory of classes: ")
                .withMessageMatching("(?s).*zip (END header not found|file is empty).*");
    }

    @Test
    void twoWarsAreNotOneApplication() throws Exception {
        Path one = Archive.empty().with("index.html", "one").file(folder.resolve("one.war"));
        Path two = Archive.empty().with("index.html", "two").file(folder.resolve("two.war"));
        assertThatExceptionOfType(DeploymentException.class)
                .isThrownBy(() -> open(one, two))
                .withMessage(two.toRealPath()
                        + " is a second WAR: two WARs are two applications, each with its context path");
    }

    @Test
    void whyNothingSaysWhereItLookedAndWhatCameNearest() throws Exception {
        Discovery empty = open(Archive.empty().with("index.html", "page").file(folder.resolve("pages.war")));
        Discovery near = open(Archive.compiled("""
            package app;
            public class Programmatic extends jakarta.websocket.Endpoint {
                @Override
                public void onOpen(jakarta.websocket.Session session, jakarta.websocket.EndpointConfig config) {}
            }
            """).with("app/Odd.class", "").directory(folder.resolve("near")));
        Discovery nothing = open(Files.createDirectory(folder.resolve("nothing")));
        try (AutoCloseable first = empty.resource();
                AutoCloseable second = near.resource();
                AutoCloseable third = nothing.resource()) {
            assertThat(empty.whyNothing())
                    .isEqualTo(
                            "nothing of pages.war was deployed: it has no WEB-INF/classes and no jar in WEB-INF/lib");
            assertThat(near.whyNothing())
                    .isEqualTo("nothing of near was deployed: its only class is not a public one with @ServerEndpoint,"
                            + " nor one that a ServerApplicationConfig deploys; looked into near; found"
                            + " app.Programmatic; app/Odd.class of near is not the class file of app.Odd");
            assertThat(nothing.whyNothing())
                    .isEqualTo("nothing of nothing was deployed: there is no class in it; looked into nothing");
            assertThat(List.of(first, second, third)).doesNotContainNull();
        }
    }
}
