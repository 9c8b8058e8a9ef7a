package dev.duplex.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The project examples/servlet as a WAR in downloaded containers, put there and taken away as their users do it. */
class ServletTest {
    private static final Path WAR = Documents.PROJECT.resolve("examples/servlet/target/chat.war");

    @TempDir
    private Path folder;

    @BeforeAll
    static void theWarIsThere() {
        assertThat(WAR).as("made by the build of examples/servlet").exists();
    }

    @ParameterizedTest
    @EnumSource
    void aBrowserAndAClientChatUntilTheWarIsTakenAway(Standalone container) throws Exception {
        try (Standalone.Running server = container.start(folder);
                Browser browser = Browser.start()) {
            server.deploy(WAR);
            Browser.Page ann = browser.open(server.http("/chat/"));
            ann.fill("Your name", "Ann");
            ann.press("Enter");
            ann.see("status", "You are in.");
            ann.see("log", "Ann came.");
            try (Program tom = RealPeers.ws(server.ws("/chat/room"), "", enter(server, "Tom"))) {
                assertThat(tom.line()).isEqualTo("[\"open\",\"\"]");
                assertThat(tom.line()).isEqualTo("[\"text\",\"Tom came.\"]");
                ann.fill("Message", "Hello <b>Tom</b>, Größe €?");
                ann.press("Enter");
                assertThat(tom.line()).isEqualTo("[\"text\",\"Ann: Hello <b>Tom</b>, Größe €?\"]");
                tom.type("Hello, Ann");
                assertThat(tom.line()).isEqualTo("[\"text\",\"Tom: Hello, Ann\"]");
                ann.see("log", "Tom: Hello, Ann");

                server.undeploy(WAR);
                assertGoesAway(tom);
                ann.see("status", "You are out: 1001");
                assertThat(get(server, "/chat/").statusCode()).isEqualTo(404);
                assertThat(ann.complaints()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whoHasNoNameIsToldSoAndWhoHasOneIsToldThatTheContainerStops(Standalone container) throws Exception {
        try (Standalone.Running server = container.start(folder)) {
            server.deploy(WAR);
            try (Program nobody = RealPeers.ws(server.ws("/chat/room"))) {
                assertThat(nobody.line()).isEqualTo("[\"open\",\"\"]");
                assertThat(nobody.line()).isEqualTo("[\"closed\",1008,\"Say who you are first.\"]");
            }
            try (Program elsewhere = RealPeers.ws(server.ws("/chat/elsewhere"))) {
                assertThat(elsewhere.line()).contains("failed", "404");
            }
            try (Program tom = RealPeers.ws(server.ws("/chat/room"), "", enter(server, "Tom"))) {
                assertThat(tom.line()).isEqualTo("[\"open\",\"\"]");
                assertThat(tom.line()).isEqualTo("[\"text\",\"Tom came.\"]");
                server.program().stop();
                assertGoesAway(tom);
                assertThat(server.program().exitCode()).isEqualTo(143);
            }
        }
    }

    /** Closed by Duplex, which words it so, and not by the container's own WebSocket; he may hear before that who else has left. */
    private static void assertGoesAway(Program guest) throws Exception {
        String line = guest.line();
        while (line.matches("\\[\"text\",\"\\w+ left\\.\"]")) {
            line = guest.line();
        }
        assertThat(line).isEqualTo("[\"closed\",1001,\"the container is stopping\"]");
    }

    /** The cookie of the HTTP session of who enters with this name. */
    private static String enter(Standalone.Running server, String name) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server.http("/chat/enter")))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("name=" + name))
                .build();
        HttpResponse<String> response = send(request);
        assertThat(response.statusCode()).isEqualTo(204);
        return response.headers().firstValue("Set-Cookie").orElseThrow().replaceFirst(";.*", "");
    }

    private static HttpResponse<String> get(Standalone.Running server, String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(server.http(path))).build());
    }

    private static HttpResponse<String> send(HttpRequest request) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, BodyHandlers.ofString());
        }
    }
}
