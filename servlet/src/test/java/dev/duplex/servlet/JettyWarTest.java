package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.cdi.Cdi;
import dev.duplex.container.DuplexServerContainer;
import dev.duplex.peer.RawPeer;
import jakarta.servlet.ServletException;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.eclipse.jetty.ee11.webapp.WebAppContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** WAR files in Jetty, which hides its own classes from what is in WEB-INF/lib. */
@Timeout(60)
final class JettyWarTest {
    private static final String SHOWING = """
        <?xml version="1.0" encoding="UTF-8"?>
        <!DOCTYPE Configure PUBLIC "-//Jetty//Configure//EN" "https://jetty.org/configure_10_0.dtd">
        <Configure>
          <Get name="hiddenClassMatcher">
            <Call name="add"><Arg>-org.eclipse.jetty.http.</Arg></Call>
            <Call name="add"><Arg>-org.eclipse.jetty.io.</Arg></Call>
            <Call name="add"><Arg>-org.eclipse.jetty.server.</Arg></Call>
            <Call name="add"><Arg>-org.eclipse.jetty.util.</Arg></Call>
          </Get>
        </Configure>
        """;

    @TempDir
    private Path war;

    /** Answers with the class loader of Duplex. */
    @ServerEndpoint("/loader")
    public static final class Loader {
        @OnMessage
        public String loader(String text, jakarta.websocket.Session session) {
            return session.getClass().getClassLoader().getClass().getSimpleName();
        }
    }

    @Test
    void servesAWarWhenTheServerHasDuplex() throws Exception {
        addEndpoint();
        try (JettyServer jetty = JettyServer.start(context())) {
            assertThat(answer(jetty)).isNotEqualTo("WebAppClassLoader");
        }
    }

    @Test
    void servesAWarWithDuplexThatSeesTheClassesOfJetty() throws Exception {
        addEndpoint();
        addDuplex();
        Files.writeString(war.resolve("WEB-INF").resolve("jetty-web.xml"), SHOWING);
        try (JettyServer jetty = JettyServer.start(context())) {
            assertThat(answer(jetty)).isEqualTo("WebAppClassLoader");
        }
    }

    @Test
    void saysAtDeploymentWhatIsHiddenAndWhatToDo() throws Exception {
        addEndpoint();
        addDuplex();
        assertThatThrownBy(() -> JettyServer.start(context()))
                .isInstanceOf(ServletException.class)
                .hasMessage("Jetty hides its class org.eclipse.jetty.http.HttpStatus from this application: put"
                        + " duplex-servlet with its dependencies, duplex-provider and duplex-cdi among them,"
                        + " on the class path of the server instead of into WEB-INF/lib, or show the"
                        + " application the packages http, io, server and util of org.eclipse.jetty by a"
                        + " WEB-INF/jetty-web.xml");
    }

    private WebAppContext context() {
        WebAppContext context = new WebAppContext(war.toString(), "/app");
        context.setThrowUnavailableOnStartupException(true);
        return context;
    }

    /** What an echo says, and the Close of the application's end. */
    private static String answer(JettyServer jetty) throws Exception {
        try (RawPeer raw = new RawPeer(new Socket(InetAddress.getLoopbackAddress(), jetty.port()), true)) {
            raw.ask("/app/loader");
            assertThat(raw.head()).startsWith("HTTP/1.1 101 ");
            raw.frame(RawPeer.TEXT, "whose?");
            String answer = raw.frame().text();
            CompletableFuture<Void> end = CompletableFuture.runAsync(() -> {
                try {
                    jetty.undeploy();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            raw.answerClose(1001);
            end.get(20, TimeUnit.SECONDS);
            return answer;
        }
    }

    private void addEndpoint() throws IOException {
        String path = Loader.class.getName().replace('.', '/') + ".class";
        Path copy = war.resolve("WEB-INF").resolve("classes").resolve(path);
        Files.createDirectories(copy.getParent());
        try (InputStream in = Loader.class.getClassLoader().getResourceAsStream(path)) {
            Files.copy(in, copy);
        }
    }

    private void addDuplex() throws Exception {
        Path lib = Files.createDirectories(war.resolve("WEB-INF").resolve("lib"));
        for (Class<?> type : List.of(DuplexInitializer.class, Cdi.class, DuplexServerContainer.class)) {
            Path place = Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
            Path jar = lib.resolve(type.getSimpleName() + ".jar");
            if (Files.isDirectory(place)) {
                pack(place, jar);
            } else {
                Files.copy(place, jar);
            }
        }
    }

    /** Makes a jar of a folder. */
    static void pack(Path folder, Path jar) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream packed = new JarOutputStream(out)) {
            for (Path file : files) {
                packed.putNextEntry(
                        new JarEntry(folder.relativize(file).toString().replace('\\', '/')));
                Files.copy(file, packed);
                packed.closeEntry();
            }
        }
    }
}
