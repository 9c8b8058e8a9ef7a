package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.se.discovery.Archive;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which archives an application can be in, and what of them is served. */
@Timeout(120)
final class ArchivesTest {
    @TempDir
    Path folder;

    private static String endpoint(String type, String path) {
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

    @Test
    void endpointsOfClassesAndOfLibrariesOfAWarAreServedAtItsName() throws Exception {
        Path war = Archive.empty()
                .with("WEB-INF/classes/", Archive.compiled(endpoint("One", "/one")))
                .with(
                        "WEB-INF/lib/two.jar",
                        Archive.compiled(endpoint("Two", "/two")).bytes())
                .file(folder.resolve("chat.war"));
        try (DuplexServer server = DuplexServer.builder()
                        .port(0)
                        .deploy(Application.of(war).build())
                        .start();
                RawClient one = RawClient.upgraded(server, "/chat/one");
                RawClient two = RawClient.upgraded(server, "/chat/two")) {
            one.sendText("hello");
            one.expectText("One hello");
            two.sendText("hello");
            two.expectText("Two hello");
        }
        assertThat(war).exists();
    }
}
