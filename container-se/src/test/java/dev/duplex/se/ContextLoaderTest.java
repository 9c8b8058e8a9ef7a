package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.se.discovery.Archive;
import dev.duplex.se.discovery.Witness;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** All code of a WAR is called with the WAR's own class loader as the context class loader, whoever calls. */
@Timeout(120)
final class ContextLoaderTest {
    private static final String SEEN = """
        package app;
        public class Seen {
            static void by(String where) {
                boolean own = Thread.currentThread().getContextClassLoader() == Seen.class.getClassLoader();
                dev.duplex.se.discovery.Witness.saw(where + (own ? "" : " with " + Thread.currentThread().getContextClassLoader()));
            }
        }
        """;

    private static final String CONFIG = """
        package app;
        import jakarta.websocket.*;
        import jakarta.websocket.server.*;
        import java.util.Set;
        public class Config implements ServerApplicationConfig {
            public Config() {
                Seen.by("Config()");
            }
            @Override
            public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> found) {
                Seen.by("getEndpointConfigs");
                return Set.of(ServerEndpointConfig.Builder.create(Programmatic.class, "/programmatic").build());
            }
            @Override
            public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> found) {
                Seen.by("getAnnotatedEndpointClasses");
                return found;
            }
        }
        """;

    private static final String CONFIGURATOR = """
        package app;
        import jakarta.websocket.*;
        import jakarta.websocket.server.*;
        import java.util.List;
        public class Configurator extends ServerEndpointConfig.Configurator {
            public Configurator() {
                Seen.by("Configurator()");
            }
            @Override
            public boolean checkOrigin(String origin) {
                Seen.by("checkOrigin");
                return true;
            }
            @Override
            public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
                Seen.by("getNegotiatedSubprotocol");
                return "";
            }
            @Override
            public List<Extension> getNegotiatedExtensions(List<Extension> installed, List<Extension> requested) {
                Seen.by("getNegotiatedExtensions");
                return List.of();
            }
            @Override
            public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
                Seen.by("modifyHandshake");
            }
            @Override
            public <T> T getEndpointInstance(Class<T> type) throws InstantiationException {
                Seen.by("getEndpointInstance");
                return super.getEndpointInstance(type);
            }
        }
        """;

    private static final String CODER = """
        package app;
        import jakarta.websocket.*;
        public class Coder implements Encoder.Text<Note>, Decoder.Text<Note> {
            public Coder() {
                Seen.by("Coder()");
            }
            @Override
            public void init(EndpointConfig config) {
                Seen.by("init");
            }
            @Override
            public String encode(Note note) {
                Seen.by("encode");
                return note.text;
            }
            @Override
            public boolean willDecode(String text) {
                Seen.by("willDecode");
                return true;
            }
            @Override
            public Note decode(String text) {
                Seen.by("decode");
                return new Note(text);
            }
            @Override
            public void destroy() {
                Seen.by("destroy");
            }
        }
        """;

    private static final String NOTE = """
        package app;
        public class Note {
            final String text;
            Note(String text) {
                this.text = text;
            }
        }
        """;

    private static final String ANNOTATED = """
        package app;
        import jakarta.websocket.*;
        import jakarta.websocket.server.*;
        @ServerEndpoint(value = "/annotated", configurator = Configurator.class, encoders = Coder.class, decoders = Coder.class)
        public class Annotated {
            public Annotated() {
                Seen.by("Annotated()");
            }
            @OnOpen
            public void open() {
                Seen.by("@OnOpen");
            }
            @OnMessage
            public Note message(Note note, Session session) throws InterruptedException {
                Seen.by("@OnMessage");
                if (note.text.equals("fail")) {
                    throw new IllegalStateException("as it was told");
                }
                Thread stranger = new Thread(() -> session.getAsyncRemote().sendText("sent", result -> Seen.by("SendHandler")));
                stranger.setContextClassLoader(ClassLoader.getPlatformClassLoader());
                stranger.start();
                stranger.join();
                return note;
            }
            @OnError
            public void error(Throwable failure) {
                Seen.by("@OnError");
            }
            @OnClose
            public void close(CloseReason reason) {
                Seen.by("@OnClose " + reason.getCloseCode().getCode());
            }
        }
        """;

    private static final String PROGRAMMATIC = """
        package app;
        import jakarta.websocket.*;
        import java.nio.ByteBuffer;
        public class Programmatic extends Endpoint {
            public Programmatic() {
                Seen.by("Programmatic()");
            }
            @Override
            public void onOpen(Session session, EndpointConfig config) {
                Seen.by("onOpen");
                session.addMessageHandler(String.class, text -> Seen.by("MessageHandler.Whole"));
                session.addMessageHandler(ByteBuffer.class, (bytes, last) -> Seen.by("MessageHandler.Partial"));
                session.addMessageHandler(PongMessage.class, pong -> {
                    Seen.by("pong");
                    throw new IllegalStateException("as it does");
                });
            }
            @Override
            public void onError(Session session, Throwable failure) {
                Seen.by("onError");
            }
            @Override
            public void onClose(Session session, CloseReason reason) {
                Seen.by("onClose " + reason.getCloseCode().getCode());
            }
        }
        """;

    @TempDir
    Path folder;

    private final List<String> seen = new ArrayList<>();

    @BeforeEach
    void forget() {
        Witness.LINES.clear();
    }

    /** Waits until the application has said it. */
    private void saw(String last) throws InterruptedException {
        String line;
        do {
            line = Witness.LINES.poll(RawClient.LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(line).as("after " + seen).isNotNull();
            seen.add(line);
        } while (!line.equals(last));
    }

    @Test
    void everyCallOfTheApplicationHasItsLoader() throws Exception {
        Path war = Archive.empty()
                .with(
                        "WEB-INF/classes/",
                        Archive.compiled(SEEN, CONFIG, CONFIGURATOR, CODER, NOTE, ANNOTATED, PROGRAMMATIC))
                .file(folder.resolve("seen.war"));
        try (DuplexServer server = DuplexServer.builder().port(0).start()) {
            DeployedApplication deployed =
                    server.deploy(Application.of(war).contextPath("/").build());
            try (RawClient client = RawClient.upgraded(server, "/annotated")) {
                client.sendText("hello");
                saw("SendHandler");
                client.sendText("fail");
                saw("@OnError");
                client.reset();
                saw("@OnClose 1006");
            }
            try (RawClient client = RawClient.upgraded(server, "/programmatic")) {
                client.sendText("hello");
                saw("MessageHandler.Whole");
                client.send(new byte[] {(byte) 0x82, (byte) 0x80, 0, 0, 0, 0});
                saw("MessageHandler.Partial");
                client.send(new byte[] {(byte) 0x8A, (byte) 0x80, 0, 0, 0, 0});
                saw("onError");
            }
            saw("onClose 1006");
            try (RawClient client = RawClient.upgraded(server, "/annotated")) {
                Thread undeploying = Thread.ofPlatform()
                        .start(() -> deployed.undeploy(Duration.ofSeconds(RawClient.LIMIT.toSeconds())));
                client.answersClose(1001);
                undeploying.join();
            }
            saw("@OnClose 1006"); // Jakarta WebSocket §2.1.5, the container has begun it
            saw("destroy");
        }
        Set<String> expected = new TreeSet<>(List.of(
                "Config()",
                "getEndpointConfigs",
                "getAnnotatedEndpointClasses",
                "Configurator()",
                "checkOrigin",
                "getNegotiatedSubprotocol",
                "getNegotiatedExtensions",
                "modifyHandshake",
                "getEndpointInstance",
                "Coder()",
                "init",
                "encode",
                "willDecode",
                "decode",
                "destroy",
                "Annotated()",
                "@OnOpen",
                "@OnMessage",
                "@OnError",
                "@OnClose 1006",
                "SendHandler",
                "Programmatic()",
                "onOpen",
                "MessageHandler.Whole",
                "MessageHandler.Partial",
                "pong",
                "onError",
                "onClose 1006"));
        assertThat(new TreeSet<>(seen)).isEqualTo(expected);
    }
}
