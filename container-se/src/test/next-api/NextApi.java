import dev.duplex.container.DuplexContainer;
import dev.duplex.se.DuplexServer;
import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.WebSocketContainer;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An application of the API to come, compiled and run with it; it prints what it finds. */
public final class NextApi {
    private NextApi() {}

    /** Answers with its own words. */
    @ServerEndpoint("/")
    public static final class Served {
        /** Called for each message. */
        @OnMessage
        public String answer(String message) {
            return message + " yourself";
        }
    }

    /** Does not have what the API asked for once. */
    @ClientEndpoint
    public static final class WithoutConstructor {
        private final CompletableFuture<String> heard;

        WithoutConstructor(CompletableFuture<String> heard) {
            this.heard = heard;
        }

        /** Called for each message. */
        @OnMessage
        public void hear(String message) {
            heard.complete(message);
        }
    }

    private static final class Silent extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {}
    }

    /** Calls what is new in the request. */
    private static final class Telling extends ServerEndpointConfig.Configurator {
        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            System.out.println("certificates " + (request.getUserX509CertificateChain() == null ? "none" : "some"));
            System.out.println("local " + request.getLocalAddress() + " " + (request.getLocalPort() > 0));
            System.out.println("local name " + !request.getLocalHostName().isEmpty());
            System.out.println("remote " + request.getRemoteAddress() + " " + (request.getRemotePort() > 0));
            System.out.println("remote name " + !request.getRemoteHostName().isEmpty());
            System.out.println("locale " + request.getPreferredLocale());
        }
    }

    public static void main(String[] arguments) throws Exception {
        System.out.println("complete " + (isComplete(DuplexContainer.class) && isComplete(DuplexServer.class)));
        WebSocketContainer container = ContainerProvider.getWebSocketContainer();
        ServerEndpointConfig served = ServerEndpointConfig.Builder.create(Served.class, "/")
                .configurator(new Telling())
                .build();
        try (DuplexServer server =
                DuplexServer.builder().port(0).endpoint(served).start()) {
            try (Session session = container.connectToServer(
                    new Silent(), config(Map.of("Accept-Language", "de-CH, en;q=0.5")), server.uri("/"))) {
                System.out.println("open " + session.isOpen());
            }
            fail(container, server.uri("/nowhere"));
        }
        try (ServerSocket rude = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> hangUp(rude));
            fail(container, URI.create("ws://127.0.0.1:" + rude.getLocalPort() + "/"));
        }
        try (DuplexServer server =
                DuplexServer.builder().port(0).endpoint(Served.class).start()) {
            CompletableFuture<String> heard = new CompletableFuture<>();
            try (Session session = container.connectToServer(new WithoutConstructor(heard), server.uri("/"))) {
                session.getBasicRemote().sendText("suit");
                System.out.println(heard.get(20, TimeUnit.SECONDS));
            }
        }
    }

    /** Fails to connect, and prints what the configurator is shown of it. */
    private static void fail(WebSocketContainer container, URI uri) throws Exception {
        try {
            container.connectToServer(new Silent(), config(Map.of()), uri);
            System.out.println("connected");
        } catch (DeploymentException | IOException e) {
            System.out.println("failed: " + e.getClass().getSimpleName());
        }
    }

    private static ClientEndpointConfig config(Map<String, String> headers) {
        return ClientEndpointConfig.Builder.create()
                .configurator(new ClientEndpointConfig.Configurator() {
                    @Override
                    public void beforeRequest(Map<String, List<String>> request) {
                        headers.forEach((name, value) -> request.put(name, List.of(value)));
                    }

                    @Override
                    public void afterResponse(HandshakeResponse response) {
                        System.out.println(
                                "afterResponse " + (response.getHeaders().isEmpty() ? "without" : "with") + " headers");
                    }
                })
                .build();
    }

    private static void hangUp(ServerSocket listener) {
        try {
            listener.accept().close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether every class that comes with this one has a body for each method of its interfaces. */
    private static boolean isComplete(Class<?> one) throws Exception {
        Path place =
                Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(place)) {
            return isComplete(place);
        }
        try (FileSystem jar = FileSystems.newFileSystem(place)) {
            return isComplete(jar.getPath("/"));
        }
    }

    private static boolean isComplete(Path classes) throws Exception {
        List<String> names;
        try (Stream<Path> files = Files.walk(classes.resolve("dev"))) {
            names = files.map(file -> classes.relativize(file).toString())
                    .filter(file -> file.endsWith(".class") && !file.endsWith("-info.class"))
                    .filter(file -> !file.startsWith("dev/duplex/se/cli")
                            && !file.startsWith("dev/duplex/se/cdi")) // they need libraries that are not here
                    .map(file -> file.replaceAll("\\.class$", "")
                            .replace(File.separatorChar, '.')
                            .replace('/', '.'))
                    .toList();
        }
        boolean complete = !names.isEmpty();
        for (String name : names) {
            Class<?> type = Class.forName(name);
            for (Method method : type.getMethods()) {
                if (Modifier.isAbstract(method.getModifiers()) && !Modifier.isAbstract(type.getModifiers())) {
                    System.out.println(name + " lacks " + method);
                    complete = false;
                }
            }
        }
        return complete;
    }
}
