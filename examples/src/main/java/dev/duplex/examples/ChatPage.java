package dev.duplex.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;

/**
 * The web page of the chat, served by the JDK's own HTTP server. A few files, in which the page is told where its WebSocket is. The
 * browser is told to talk to that one and to load nothing from elsewhere.
 */
final class ChatPage {
    private static final String HOST = "localhost";

    private final HttpServer server;

    private record Resource(String type, byte[] content) {}

    private ChatPage(HttpServer server) {
        this.server = server;
    }

    /** Takes the port, so that {@link #origin} is known; nobody is answered before {@link #start}. */
    static ChatPage bind(int port) throws IOException {
        return new ChatPage(HttpServer.create(new InetSocketAddress(HOST, port), 0));
    }

    /** What the browser names as the origin of the page's connections. */
    String origin() {
        return "http://" + HOST + ":" + server.getAddress().getPort();
    }

    /** Serves the page, whose WebSocket is at this URI followed by the room. Its threads keep the program alive. */
    void start(URI socket) throws IOException {
        Map<String, Resource> resources = Map.of(
                "/", new Resource("text/html", read("chat.html", socket)),
                "/chat.css", new Resource("text/css", read("chat.css", socket)),
                "/chat.js", new Resource("text/javascript", read("chat.js", socket)),
                "/icon.svg", new Resource("image/svg+xml", read("icon.svg", socket)));
        String policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "
                + socket.resolve("/") + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        server.createContext("/", exchange -> answer(exchange, resources, policy));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    private static void answer(HttpExchange exchange, Map<String, Resource> resources, String policy)
            throws IOException {
        try (exchange) {
            Headers headers = exchange.getResponseHeaders();
            Resource found = resources.get(exchange.getRequestURI().getPath());
            boolean withoutBody = exchange.getRequestMethod().equals("HEAD");
            if (!withoutBody && !exchange.getRequestMethod().equals("GET")) {
                headers.set("Allow", "GET, HEAD");
                exchange.sendResponseHeaders(405, -1);
            } else if (found == null) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                headers.set("Content-Type", found.type() + "; charset=utf-8");
                headers.set("Content-Security-Policy", policy);
                headers.set("X-Content-Type-Options", "nosniff");
                headers.set("Cache-Control", "no-cache");
                exchange.sendResponseHeaders(200, withoutBody ? -1 : found.content().length);
                if (!withoutBody) {
                    exchange.getResponseBody().write(found.content());
                }
            }
        }
    }

    private static byte[] read(String name, URI socket) throws IOException {
        try (InputStream file = Objects.requireNonNull(ChatPage.class.getResourceAsStream("chat/" + name), name)) {
            return new String(file.readAllBytes(), UTF_8)
                    .replace("{{socket}}", socket.toString())
                    .getBytes(UTF_8);
        }
    }
}
