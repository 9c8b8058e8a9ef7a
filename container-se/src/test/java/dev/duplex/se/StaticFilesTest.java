package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.websocket.DeploymentException;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files beside the endpoints: what is given, and what never is. */
@Timeout(120)
final class StaticFilesTest {
    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String NOT_FOUND = "HTTP/1.1 404 ";
    private static final int LARGE = 3_000_000;
    private static final int HUGE_BLOCK = 1 << 20;
    private static final int HUGE_BLOCKS = 64;

    @TempDir
    private static Path folder;

    private static Path files;
    private static DuplexServer server;

    /** At the path of a page. */
    @ServerEndpoint("/")
    public static final class Root {
        @OnMessage
        public String echo(String text) {
            return text;
        }
    }

    @BeforeAll
    static void start() throws Exception {
        files = Files.createDirectories(folder.resolve("public"));
        Files.writeString(folder.resolve("secret.txt"), "secret");
        Files.createDirectories(folder.resolve("public-not"));
        Files.writeString(folder.resolve("public-not/secret.txt"), "secret");
        write("index.html", "<p>hello</p>");
        write("empty.txt", "");
        write("large.bin", "x".repeat(LARGE));
        write("page/index.html", "<p>page</p>");
        write("page/a b+ü.js", "// named");
        write("no-index/style.css", "p {}");
        write(".env", "secret");
        write(".git/config", "secret");
        write("WEB-INF/web.xml", "secret");
        write("page/web-inf/secret.txt", "secret");
        write("META-INF/MANIFEST.MF", "secret");
        Files.createSymbolicLink(files.resolve("out.txt"), folder.resolve("secret.txt"));
        Files.createSymbolicLink(files.resolve("out"), folder);
        Files.createSymbolicLink(files.resolve("hidden.txt"), files.resolve(".env"));
        Files.createSymbolicLink(files.resolve("in.txt"), files.resolve("no-index/style.css"));
        for (String name : new String[] {"a.mjs", "a.svg", "a.woff2", "a.wasm", "a.json", "a.PNG", "a.none", "a"}) {
            write(name, "");
        }
        server = DuplexServer.builder()
                .port(0)
                .endpoint(Root.class, Echo.class)
                .files(files)
                .deploy(
                        Application.builder().contextPath("/app").files(files).build(),
                        Application.builder()
                                .contextPath("/my%20caf%C3%A9")
                                .files(files)
                                .build())
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static void write(String name, String text) throws IOException {
        Path file = files.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static String answer(String request) throws IOException {
        try (RawClient client = RawClient.to(server)) {
            client.send(request);
            return client.answer();
        }
    }

    private static String request(String method, String target) {
        return method + " " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    private static String get(String target) throws IOException {
        return answer(request("GET", target));
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    @Test
    void fileIsGivenWithItsTypeAndLengthAndNothingToGuess() throws Exception {
        String answer = get("/index.html");
        assertThat(answer)
                .startsWith(OK)
                .contains(
                        "\r\nConnection: close\r\n",
                        "\r\nContent-Type: text/html; charset=utf-8\r\n",
                        "\r\nContent-Length: 12\r\n",
                        "\r\nX-Content-Type-Options: nosniff\r\n")
                .endsWith("\r\n\r\n<p>hello</p>");
    }

    @ParameterizedTest
    @CsvSource({
        "/a.mjs, text/javascript; charset=utf-8",
        "/no-index/style.css, text/css; charset=utf-8",
        "/empty.txt, text/plain; charset=utf-8",
        "/a.svg, image/svg+xml",
        "/a.woff2, font/woff2",
        "/a.wasm, application/wasm",
        "/a.json, application/json",
        "/a.PNG, image/png",
        "/a.none, application/octet-stream",
        "/a, application/octet-stream"
    })
    void typeIsThatOfTheName(String path, String type) throws Exception {
        assertThat(get(path)).startsWith(OK).contains("\r\nContent-Type: " + type + "\r\n");
    }

    @Test
    void headIsAnsweredLikeGetWithoutTheBody() throws Exception {
        String answer = answer(request("HEAD", "/index.html"));
        assertThat(answer).startsWith(OK).contains("\r\nContent-Length: 12\r\n").endsWith("\r\n\r\n");
    }

    @Test
    void largeFileIsGivenWhole() throws Exception {
        assertThat(body(get("/large.bin"))).hasSize(LARGE).containsOnlyOnce("x".repeat(LARGE));
    }

    @ParameterizedTest
    @CsvSource({
        "/, hello",
        "/?a=b, hello",
        "http://a/, hello",
        "http://a, hello",
        "/page/, page",
        "/app/, hello",
        "/app/page/, page",
        "/page/../page/./, page",
        "/page/.., hello"
    })
    void directoryIsItsIndex(String target, String text) throws Exception {
        assertThat(get(target)).startsWith(OK).endsWith("<p>" + text + "</p>");
    }

    @ParameterizedTest
    @CsvSource({
        "/page, /page/",
        "/page?a=b, /page/?a=b",
        "/app, /app/",
        "/app/page, /app/page/",
        "/my%20caf%C3%A9, /my%20caf%C3%A9/",
        "/my%20caf%C3%A9/page, /my%20caf%C3%A9/page/",
        "http://other.example/page, /page/",
        "/./page, /page/",
        "/p%61ge, /page/"
    })
    void directoryWithoutItsSlashIsSentThere(String target, String location) throws Exception {
        assertThat(get(target))
                .startsWith("HTTP/1.1 308 Permanent Redirect\r\n")
                .contains("\r\nLocation: " + location + "\r\n");
    }

    @Test
    void escapesInAPathAreNames() throws Exception {
        assertThat(get("/page/a%20b+%C3%BC.js")).startsWith(OK).endsWith("// named");
    }

    @Test
    void linkInsideTheDirectoryIsFollowed() throws Exception {
        assertThat(get("/in.txt")).startsWith(OK).endsWith("p {}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/none",
                "/no-index/",
                "/no-index",
                "/index.html/",
                "/page//",
                "//page/",
                "/../secret.txt",
                "/page/../../secret.txt",
                "/%2e%2e/secret.txt",
                "/%2E%2E%2Fsecret.txt",
                "/..%2Fsecret.txt",
                "/..%5Csecret.txt",
                "/../public-not/secret.txt",
                "/out.txt",
                "/out/secret.txt",
                "/out/public/index.html/../../secret.txt",
                "/index.html%00",
                "/index.html%00.js",
                "/%00",
                "/%c0%ae%c0%ae/secret.txt",
                "/.env",
                "/%2Eenv",
                "/hidden.txt",
                "/.git/config",
                "/page/../.git/config",
                "/WEB-INF/web.xml",
                "/web-inf/web.xml",
                "/WEB-INF/",
                "/WEB%2DINF/web.xml",
                "/page/../WEB-INF/web.xml",
                "/page/web-inf/secret.txt",
                "/META-INF/MANIFEST.MF",
                "/app/.env",
                "/app/WEB-INF/web.xml",
                "/app/../.env",
                "/app/%2e%2e/%2e%2e/secret.txt"
            })
    void whatIsNotForEverybodyIsNotThere(String target) throws Exception {
        assertThat(get(target)).startsWith(NOT_FOUND).doesNotContain("secret\n").doesNotEndWith("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/..\\secret.txt", "/page\\index.html", "/%", "/%0", "/page/\0", "index.html"})
    void whatIsNoPathIsRefused(String target) throws Exception {
        assertThat(get(target)).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void handshakeIsTheEndpointsAndAllElseTheFiles() throws Exception {
        assertThat(get("/")).startsWith(OK).endsWith("<p>hello</p>");
        try (RawClient client = RawClient.upgraded(server, "/")) {
            client.echoes("root");
        }
        assertThat(answer("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"))
                .startsWith(OK);
        assertThat(answer(RawClient.upgrade("/index.html"))).startsWith(NOT_FOUND);
        assertThat(get("/echo")).startsWith("HTTP/1.1 426 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
    void fileIsOnlyRead(String method) throws Exception {
        assertThat(answer(request(method, "/index.html")))
                .startsWith("HTTP/1.1 405 ")
                .contains("\r\nAllow: GET, HEAD\r\n");
    }

    @Test
    void filesMayChangeWhileTheyAreServed() throws Exception {
        write("late.txt", "first");
        assertThat(get("/late.txt")).endsWith("\r\n\r\nfirst");
        write("late.txt", "second");
        assertThat(get("/late.txt")).endsWith("\r\n\r\nsecond");
        Files.delete(files.resolve("late.txt"));
        assertThat(get("/late.txt")).startsWith(NOT_FOUND);
    }

    @Test
    void directoryOfAnyFileSystemIsServed() throws Exception {
        Path archive = folder.resolve("site.zip");
        try (FileSystem zip =
                FileSystems.newFileSystem(URI.create("jar:" + archive.toUri()), Map.of("create", "true"))) {
            Files.createDirectories(zip.getPath("/site/WEB-INF"));
            Files.writeString(zip.getPath("/site/index.html"), "<p>zipped</p>");
            Files.writeString(zip.getPath("/site/WEB-INF/web.xml"), "secret");
            try (DuplexServer zipped =
                    DuplexServer.builder().port(0).files(zip.getPath("/site")).start()) {
                for (String target : new String[] {"/", "/index.html"}) {
                    try (RawClient client = RawClient.to(zipped)) {
                        client.send(request("GET", target));
                        assertThat(client.answer()).startsWith(OK).endsWith("<p>zipped</p>");
                    }
                }
                try (RawClient client = RawClient.to(zipped)) {
                    client.send(request("GET", "/WEB-INF/web.xml"));
                    assertThat(client.answer()).startsWith(NOT_FOUND);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "secret.txt"})
    void filesMustBeThoseOfADirectory(String name) {
        assertThatExceptionOfType(DeploymentException.class)
                .isThrownBy(() -> DuplexServer.builder()
                        .port(0)
                        .files(folder.resolve(name))
                        .start())
                .withMessage(
                        "the files of the application at / must be those of a directory, not " + folder.resolve(name));
    }

    /** More than sockets hold. */
    private static Path huge() throws IOException {
        Path huge = Files.createDirectories(folder.resolve("huge")).resolve("huge.bin");
        byte[] block = "y".repeat(HUGE_BLOCK).getBytes(StandardCharsets.US_ASCII);
        try (OutputStream out = Files.newOutputStream(huge)) {
            for (int i = 0; i < HUGE_BLOCKS; i++) {
                out.write(block);
            }
        }
        return huge;
    }

    @Test
    void clientThatDoesNotReadIsCut() throws Exception {
        try (DuplexServer impatient = DuplexServer.builder()
                        .port(0)
                        .files(huge().getParent())
                        .handshakeTimeout(Duration.ofMillis(500))
                        .maxConnections(1)
                        .start();
                RawClient lazy = RawClient.to(impatient)) {
            lazy.send(request("GET", "/huge.bin"));
            assertThat(lazy.head()).startsWith(OK);
            Remains.eventually("places", () -> answered(impatient) ? 1 : 0, count -> count == 1);
        }
    }

    private static boolean answered(DuplexServer by) {
        try (RawClient client = RawClient.to(by)) {
            client.send(request("HEAD", "/huge.bin"));
            return client.head().startsWith(OK);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void stopLetsAFileGoOutAndCutsItAtTheEndOfTheGrace() throws Exception {
        Path large = huge();
        for (boolean reads : new boolean[] {true, false}) {
            DuplexServer stopping =
                    DuplexServer.builder().port(0).files(large.getParent()).start();
            try (RawClient client = RawClient.to(stopping)) {
                client.send(request("GET", "/huge.bin"));
                assertThat(client.head()).startsWith(OK);
                CompletableFuture<Void> stopped = CompletableFuture.runAsync(
                        () -> stopping.stop(reads ? RawClient.LIMIT : Duration.ofMillis(100)));
                if (reads) {
                    assertThat(client.answer()).hasSize(HUGE_BLOCK * HUGE_BLOCKS);
                }
                stopped.get(RawClient.LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
        }
    }
}
