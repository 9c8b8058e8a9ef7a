package dev.duplex.servlet.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.Message;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What docs/servlet.md shows is what these tests run, and what examples/servlet has. */
final class GuideTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Path PROJECT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();
    private static final Path DOCUMENT = PROJECT.resolve("docs/servlet.md");
    private static final Path SOURCES = PROJECT.resolve("servlet/src/test/java/dev/duplex/servlet/guide");
    private static final Path EXAMPLE = PROJECT.resolve("examples/servlet");
    private static final Pattern BLOCK =
            Pattern.compile("^```\\w+ from=(\\S+)\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern HEAD = Pattern.compile("\\A(?:(?:package|import) .*\\R|\\R)*");

    @Test
    void tomcatServesAndSaysThatItStops() throws Exception {
        try (TomcatServer server = new TomcatServer(0)) {
            assertServes(server.port(), server);
        }
    }

    @Test
    void undertowServesAndSaysThatItStops() throws Exception {
        UndertowServer server = new UndertowServer(0);
        assertServes(server.port(), server);
    }

    @Test
    void jettyServesAndSaysThatItStops() throws Exception {
        JettyServer server = new JettyServer(0);
        assertServes(server.port(), server);
    }

    private static void assertServes(int port, AutoCloseable server) throws Exception {
        try (WsPeer peer = WebSockets.connect("ws://127.0.0.1:" + port + "/app/echo")) {
            peer.write("Größe €");
            @Nullable Message answer = peer.readMessage(LIMIT);
            assertThat(answer).isNotNull();
            assertThat(answer.text()).isEqualTo("Größe €");
            server.close();
            assertThat(peer.readMessage(LIMIT)).isNull();
            assertThat(peer.closeCode()).isEqualTo(1001);
        } finally {
            server.close();
        }
    }

    @Test
    void everySnippetIsItsSource() throws IOException {
        List<MatchResult> blocks =
                BLOCK.matcher(Files.readString(DOCUMENT)).results().toList();
        assertThat(blocks).extracting(block -> block.group(1)).contains("TomcatServer", "UndertowServer", "JettyServer", "pom.xml");
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
