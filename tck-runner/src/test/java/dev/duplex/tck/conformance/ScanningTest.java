package dev.duplex.tck.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is deployed of what a scan found: chapter 6.2. */
@SuppressWarnings("try") // some connections are only there to be open
class ScanningTest {
    @ServerEndpoint("/one")
    public static class One {
        @OnMessage
        public String message(String text) {
            return "one " + text;
        }
    }

    @ServerEndpoint("/two")
    public static class Two {
        @OnMessage
        public String message(String text) {
            return "two " + text;
        }
    }

    public static final class Programmatic extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            try {
                session.getBasicRemote().sendText("programmatic");
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static Deployed scanned(Class<?>... classes) throws Exception {
        return Deployed.with(builder -> builder.scanned(Set.of(classes)));
    }

    private static boolean served(Deployed server, String path) throws IOException {
        try (Wire wire = Wire.request(server.uri(path))) {
            return wire.status() == 101;
        }
    }

    @Test
    void withoutAnApplicationConfigEveryAnnotatedEndpointIsDeployedAndNoProgrammaticOne() throws Exception {
        try (Deployed server = scanned(One.class, Two.class, Programmatic.class);
                Caller one = server.call("/one");
                Caller two = server.call("/two")) {
            assertThat(one.ask("x")).isEqualTo("one x");
            assertThat(two.ask("x")).isEqualTo("two x");
            assertThat(served(server, "/")).isFalse();
        }
    }

    public static final class Choosing implements ServerApplicationConfig {
        static final Set<Class<?>> ANNOTATED = new CopyOnWriteArraySet<>();
        static final Set<Class<?>> PROGRAMMATIC = new CopyOnWriteArraySet<>();

        @Override
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> classes) {
            PROGRAMMATIC.addAll(classes);
            return Set.of(ServerEndpointConfig.Builder.create(Programmatic.class, "/programmatic")
                    .build());
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
            ANNOTATED.addAll(scanned);
            return Set.of(One.class);
        }
    }

    @Test
    void anApplicationConfigGetsWhatTheScanFoundOfEachKind() throws Exception {
        try (Deployed server = scanned(One.class, Two.class, Programmatic.class, Choosing.class)) {
            assertThat(Choosing.ANNOTATED).containsExactlyInAnyOrder(One.class, Two.class);
            assertThat(Choosing.PROGRAMMATIC).containsExactly(Programmatic.class);
            assertThat(served(server, "/one")).isTrue();
        }
    }

    @Test
    void anApplicationConfigDecidesWhatIsDeployed() throws Exception {
        try (Deployed server = scanned(One.class, Two.class, Programmatic.class, Choosing.class);
                Wire programmatic = server.wire("/programmatic")) {
            assertThat(programmatic.next(Wire.TEXT).text()).isEqualTo("programmatic");
            assertThat(served(server, "/one")).isTrue();
            assertThat(served(server, "/two")).isFalse();
        }
    }

    public static final class OnlyTwo implements ServerApplicationConfig {
        @Override
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> classes) {
            return Set.of(ServerEndpointConfig.Builder.create(Programmatic.class, "/other")
                    .build());
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
            return Set.of(One.class, Two.class); // One is in the results of the other config too, which is no error
        }
    }

    @Test
    void theResultsOfAllApplicationConfigsAreDeployed() throws Exception {
        try (Deployed server = scanned(One.class, Two.class, Programmatic.class, Choosing.class, OnlyTwo.class)) {
            for (String path : List.of("/one", "/two", "/programmatic", "/other")) {
                assertThat(served(server, path)).as(path).isTrue();
            }
        }
    }

    public static final class Nothing implements ServerApplicationConfig {
        @Override
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> classes) {
            return Set.of();
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
            return Set.of();
        }
    }

    @Test
    void anApplicationConfigCanSuppressTheDeploymentOfTheScan() throws Exception {
        try (Deployed server = scanned(One.class, Programmatic.class, Nothing.class)) {
            assertThat(served(server, "/one")).isFalse();
            server.container().addEndpoint(Two.class);
            assertThat(served(server, "/two")).isTrue();
        }
    }

    public static final class Nulls implements ServerApplicationConfig {
        @Override
        @SuppressWarnings("NullAway") // what applications do
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> classes) {
            return null;
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
            return scanned;
        }
    }

    @Test
    void nullIsAnEmptySet() throws Exception {
        try (Deployed server = scanned(One.class, Nulls.class)) {
            assertThat(served(server, "/one")).isTrue();
        }
    }

    /** Shows to the test what it was given, through a system property: it is loaded twice. */
    public static final class Reporting implements ServerApplicationConfig {
        static final String PREFIX = "dev.duplex.tck.reporting.";

        @Override
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> classes) {
            return Set.of();
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
            Set<String> names = new TreeSet<>();
            scanned.forEach(type -> names.add(type.getName().replaceFirst(".*\\$", "")));
            boolean fromJar = getClass().getClassLoader() instanceof URLClassLoader;
            System.setProperty(PREFIX + (fromJar ? "jar" : "classes"), String.join(",", names));
            return scanned;
        }
    }

    @ServerEndpoint("/from-jar")
    public static class FromJar {
        @OnMessage
        public String message(String text) {
            return "from jar " + text;
        }
    }

    @Test
    void eachApplicationConfigGetsTheScanOfItsOwnArchive(@TempDir Path folder) throws Exception {
        Path jar = folder.resolve("endpoints.jar");
        List<Class<?>> packed = List.of(FromJar.class, Reporting.class);
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream archive = new JarOutputStream(out)) {
            for (Class<?> type : packed) {
                String entry = type.getName().replace('.', '/') + ".class";
                archive.putNextEntry(new JarEntry(entry));
                try (InputStream in =
                        Objects.requireNonNull(type.getClassLoader().getResourceAsStream(entry))) {
                    in.transferTo(archive);
                }
                archive.closeEntry();
            }
        }
        try (URLClassLoader loader =
                new JarFirst(jar.toUri().toURL(), getClass().getClassLoader())) {
            List<Class<?>> classes = new ArrayList<>(List.of(One.class, Two.class, Reporting.class));
            for (Class<?> type : packed) {
                classes.add(Class.forName(type.getName(), false, loader));
            }
            try (Deployed server = Deployed.with(builder -> builder.scanned(Set.copyOf(classes)))) {
                assertThat(System.getProperty(Reporting.PREFIX + "classes")).isEqualTo("One,Two");
                assertThat(System.getProperty(Reporting.PREFIX + "jar")).isEqualTo("FromJar");
                assertThat(served(server, "/one")).isTrue();
                assertThat(served(server, "/from-jar")).isTrue();
            }
        } finally {
            System.clearProperty(Reporting.PREFIX + "classes");
            System.clearProperty(Reporting.PREFIX + "jar");
        }
    }

    /** Looks into its jar before it asks its parent. */
    private static final class JarFirst extends URLClassLoader {
        JarFirst(URL jar, ClassLoader parent) {
            super(new URL[] {jar}, parent);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                if (loaded != null) {
                    return loaded;
                }
                try {
                    return findClass(name);
                } catch (ClassNotFoundException e) {
                    return super.loadClass(name, resolve);
                }
            }
        }
    }
}
