package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.peer.CloseReason;
import dev.duplex.peer.Message;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import dev.duplex.servlet.guide.EmbeddedJetty;
import dev.duplex.servlet.guide.EmbeddedTomcat;
import dev.duplex.servlet.guide.EmbeddedUndertow;
import dev.duplex.servlet.guide.Listener;
import dev.duplex.servlet.guide.Rooms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What docs/servlet.md and the README show is what these tests run, and what examples/servlet has. */
final class GuideTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Path PROJECT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();
    private static final Path GUIDE = PROJECT.resolve("docs/servlet.md");
    private static final Path README = PROJECT.resolve("servlet/README.md");
    private static final Path SOURCES = PROJECT.resolve("servlet/src/test/java/dev/duplex/servlet/guide");
    private static final Path EXAMPLE = PROJECT.resolve("examples/servlet");
    private static final Pattern BLOCK =
            Pattern.compile("^```\\w+ from=(\\S+)\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern HEAD = Pattern.compile("\\A(?:(?:package|import) .*\\R|\\R)*");

    @Test
    void tomcatServesAndSaysThatItStops() throws Exception {
        EmbeddedTomcat server = new EmbeddedTomcat(0);
        assertServesAndStops(server.port(), server::stop);
    }

    @Test
    void undertowServesAndSaysThatItStops() throws Exception {
        EmbeddedUndertow server = new EmbeddedUndertow(0);
        assertServesAndStops(server.port(), server::stop);
    }

    @Test
    void jettyServesAndSaysThatItStops() throws Exception {
        EmbeddedJetty server = new EmbeddedJetty(0);
        assertServesAndStops(server.port(), server::stop);
    }

    /** What ends a server; may throw anything. */
    private interface Stop {
        void stop() throws Exception;
    }

    private static void assertServesAndStops(int port, Stop server) throws Exception {
        boolean stopped = false;
        try (WsPeer peer = WebSockets.connect("ws://127.0.0.1:" + port + "/app/echo")) {
            peer.write("Größe €");
            Message answer = peer.readMessage(LIMIT);
            assertThat(answer).isNotNull();
            assertThat(answer.text()).isEqualTo("Größe €");
            stopped = true;
            FutureTask<?> stopping = new FutureTask<>(() -> {
                server.stop();
                return null;
            });
            Thread.ofPlatform().start(stopping);
            assertThat(peer.readMessage(LIMIT)).isNull(); // answers the Close that stopping waits for
            assertThat(peer.closeReason()).extracting(CloseReason::code).isEqualTo(1001);
            stopping.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } finally {
            if (!stopped) {
                server.stop();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aListenerOfTheGuideAddsAnEndpoint(Host host) throws Exception {
        WebApplication application =
                WebApplication.of().at("/app").after((classes, context) -> context.addListener(new Listener()));
        try (Host.Running running = host.start(application);
                WsPeer peer = WebSockets.connect(running.uri("/lobbies/kitchen").toString())) {
            assertThat(peer.readMessage(LIMIT)).extracting(Message::text).isEqualTo("Welcome to kitchen");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServletOfTheGuideUpgradesWhatItLikes(Host host) throws Exception {
        WebApplication application = WebApplication.of()
                .at("/app")
                .after((classes, context) ->
                        context.addServlet("rooms", new Rooms()).addMapping("/rooms/*"));
        try (Host.Running running = host.start(application)) {
            try (WsPeer peer = WebSockets.connect(running.uri("/rooms/kitchen").toString())) {
                assertThat(peer.readMessage(LIMIT)).extracting(Message::text).isEqualTo("Welcome to kitchen");
            }
            assertThatThrownBy(() -> WebSockets.connect(running.uri("/rooms/").toString()))
                    .hasMessageContaining("404");
        }
    }

    @Test
    void everySnippetIsItsSource() throws IOException {
        List<MatchResult> blocks = BLOCK.matcher(Files.readString(GUIDE) + Files.readString(README))
                .results()
                .toList();
        assertThat(blocks)
                .extracting(block -> block.group(1))
                .contains(
                        "EmbeddedTomcat",
                        "EmbeddedUndertow",
                        "EmbeddedJetty",
                        "Echo",
                        "Listener",
                        "Rooms",
                        "Room",
                        "pom.xml");
        for (MatchResult block : blocks) {
            assertThat(block.group(2)).as(block.group(1)).isEqualTo(source(block.group(1)));
        }
    }

    /** A class of this package without its imports, or a file of the example. */
    private static String source(String name) throws IOException {
        Path own = SOURCES.resolve(name + ".java");
        return Files.exists(own)
                ? HEAD.matcher(Files.readString(own)).replaceFirst("")
                : Files.readString(EXAMPLE.resolve(name));
    }
}
