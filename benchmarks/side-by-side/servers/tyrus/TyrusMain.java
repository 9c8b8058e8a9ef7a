import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.glassfish.tyrus.ext.extension.deflate.PerMessageDeflateExtension;
import org.glassfish.tyrus.server.Server;

/** Tyrus on Grizzly. Property: {@code port}. It compresses on {@code /deflate} only: there the extension belongs to an endpoint. */
public final class TyrusMain {
    private TyrusMain() {}

    public static void main(String[] arguments) throws Exception {
        Set<Class<?>> classes = new HashSet<>(Endpoints.ALL);
        classes.add(Config.class);
        Server server = new Server("127.0.0.1", Integer.getInteger("port", 9001), "/", Map.of(), classes);
        server.start();
        System.out.println("started");
        Thread.currentThread().join();
    }

    /** Echoes text. */
    public static final class Compressing extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(String.class, message -> {
                try {
                    session.getBasicRemote().sendText(message);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    /** All annotated endpoints, and the one that compresses. */
    public static final class Config implements ServerApplicationConfig {
        @Override
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> found) {
            return Set.of(ServerEndpointConfig.Builder.create(Compressing.class, "/deflate")
                    .extensions(List.of(new PerMessageDeflateExtension()))
                    .build());
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
            return scanned;
        }
    }
}
