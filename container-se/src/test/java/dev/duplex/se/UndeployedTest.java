package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.duplex.se.discovery.Archive;
import dev.duplex.se.discovery.Witness;
import jakarta.websocket.DeploymentException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is left of an application that was undeployed, or that could not be deployed: nothing, its classes included. */
@Timeout(120)
final class UndeployedTest {
    private static final String ENDPOINT = """
        package app;
        import jakarta.websocket.*;
        import jakarta.websocket.server.*;
        import java.util.List;
        @ServerEndpoint(value = "/heavy", decoders = Heavy.Coder.class, encoders = Heavy.Coder.class, configurator = Heavy.Handshake.class)
        public class Heavy {
            public record Note(String text) {}
            public static class Coder implements Decoder.Text<Note>, Encoder.Text<Note> {
                @Override
                public void init(EndpointConfig config) {}
                @Override
                public void destroy() {}
                @Override
                public Note decode(String text) {
                    return new Note(text);
                }
                @Override
                public boolean willDecode(String text) {
                    return true;
                }
                @Override
                public String encode(Note note) {
                    return note.text();
                }
            }
            public static class Handshake extends ServerEndpointConfig.Configurator {
                public Handshake() {
                    dev.duplex.se.discovery.Witness.loadedBy(getClass().getClassLoader());
                }
            }
            @OnOpen
            public void open(Session session) {
                session.setMaxIdleTimeout(600_000);
                session.getAsyncRemote().setSendTimeout(600_000);
            }
            @OnMessage
            public Note message(Note note, Session session) throws Exception {
                session.getAsyncRemote().sendText("first").get();
                session.getAsyncRemote().sendText("second", result -> {});
                return note;
            }
            @OnClose
            public void close() {
                throw new IllegalStateException("to be logged");
            }
            @OnError
            public void error(Throwable failure) {}
        }
        """;

    private static final String BAD = """
        package app;
        import jakarta.websocket.*;
        import jakarta.websocket.server.*;
        public class Zzz extends Exception implements ServerApplicationConfig {
            @Override
            public java.util.Set<ServerEndpointConfig> getEndpointConfigs(java.util.Set<Class<? extends Endpoint>> found) {
                return java.util.Set.of(ServerEndpointConfig.Builder.create(Zzz.class, "/bad").build());
            }
            @Override
            public java.util.Set<Class<?>> getAnnotatedEndpointClasses(java.util.Set<Class<?>> found) {
                return found;
            }
        }
        """;

    @TempDir
    Path folder;

    @BeforeEach
    void forget() {
        Witness.LOADERS.clear();
    }

    /** Waits until nobody has the loaders any more. */
    private static void areCollected() throws InterruptedException {
        assertThat(Witness.LOADERS).isNotEmpty();
        Remains.eventually(
                "class loaders that something has",
                () -> {
                    System.gc();
                    return Witness.LOADERS.stream()
                            .map(WeakReference::get)
                            .filter(loader -> loader != null)
                            .count();
                },
                count -> count == 0);
    }

    private static Archive war(String... sources) {
        return Archive.empty()
                .with("WEB-INF/classes/", Archive.compiled(sources))
                .with(
                        "WEB-INF/lib/empty.jar",
                        Archive.empty().with("text", "text").bytes());
    }

    @Test
    void classesOfAnUndeployedApplicationCanBeCollectedWhileTheServerGoesOn() throws Exception {
        Path war = war(ENDPOINT).file(folder.resolve("heavy.war"));
        try (DuplexServer server = Echo.builder().start()) {
            for (int i = 0; i < 3; i++) {
                serveOnce(server, war);
            }
            areCollected();
            try (RawClient client = RawClient.upgraded(server, "/echo")) {
                client.echoes("still there");
            }
        }
    }

    /** In a frame of its own, which has no more references afterwards. */
    private static void serveOnce(DuplexServer server, Path war) throws Exception {
        DeployedApplication deployed = server.deploy(Application.of(war).build());
        try (RawClient client = RawClient.upgraded(server, "/heavy/heavy");
                RawClient cut = RawClient.upgraded(server, "/heavy/heavy")) {
            client.sendText("third");
            client.expectText("first");
            client.expectText("second");
            client.expectText("third");
            cut.sendText("third");
            cut.expectText("first");
            cut.reset();
            deployed.undeploy(Duration.ZERO);
        }
    }

    @Test
    void classesOfAnApplicationThatFailedCanBeCollected() throws Exception {
        Path war = war(ENDPOINT, BAD).file(folder.resolve("bad.war"));
        try (DuplexServer server = Echo.builder().start()) {
            assertThat(failure(server, war)).startsWith("bad.war: app.Zzz ");
            areCollected();
        }
    }

    private static String failure(DuplexServer server, Path war) {
        Throwable failure =
                catchThrowable(() -> server.deploy(Application.of(war).build()));
        assertThat(failure).isInstanceOf(DeploymentException.class);
        return failure.getMessage();
    }
}
