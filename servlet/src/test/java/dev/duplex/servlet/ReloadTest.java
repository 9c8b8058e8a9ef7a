package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.RawPeer;
import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletException;
import jakarta.websocket.Decoder;
import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.loader.WebappLoader;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.catalina.startup.Tomcat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An application is gone when it is undeployed, though Duplex stays, in the class loader of its container. */
@Timeout(60)
final class ReloadTest {
    /** Makes a text of a text. */
    public static final class Reversing implements Decoder.Text<StringBuilder> {
        @Override
        public StringBuilder decode(String text) {
            return new StringBuilder(text).reverse();
        }

        @Override
        public boolean willDecode(String text) {
            return true;
        }
    }

    /** Uses the classes of the application in the handshake. */
    public static final class Own extends ServerEndpointConfig.Configurator {
        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            config.getUserProperties().put("own", new Reversing());
        }
    }

    /** Uses them in its session. */
    @ServerEndpoint(value = "/own", decoders = Reversing.class, configurator = Own.class)
    public static final class Endpoint {
        @OnMessage
        public String hear(StringBuilder text) {
            return text.toString();
        }
    }

    /** Puts the classes into the application, and loads one from there. */
    private record Started(AtomicReference<WeakReference<ClassLoader>> loader) implements ServletContainerInitializer {
        @Override
        public void onStartup(Set<Class<?>> classes, jakarta.servlet.ServletContext context) throws ServletException {
            ClassLoader own = context.getClassLoader();
            loader.set(new WeakReference<>(own));
            try {
                Class<?> endpoint = own.loadClass(Endpoint.class.getName());
                assertThat(endpoint.getClassLoader()).isSameAs(own);
                new DuplexInitializer().onStartup(Set.of(endpoint), context);
            } catch (ClassNotFoundException e) {
                throw new ServletException(e);
            }
        }
    }

    private static void copy(Path root, List<Class<?>> classes) throws IOException {
        for (Class<?> type : classes) {
            String name = type.getName().replace('.', '/') + ".class";
            Path file = root.resolve("WEB-INF/classes").resolve(name);
            Files.createDirectories(file.getParent());
            try (InputStream in = ReloadTest.class.getClassLoader().getResourceAsStream(name)) {
                Files.copy(in, file);
            }
        }
    }

    @Test
    void nothingOfAnUndeployedApplicationIsReachable(@TempDir Path folder) throws Exception {
        Path root = Files.createDirectory(folder.resolve("root"));
        copy(root, List.of(Endpoint.class, Own.class, Reversing.class));
        AtomicReference<WeakReference<ClassLoader>> loader = new AtomicReference<>();
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        Connector connector = new Connector("HTTP/1.1");
        connector.setPort(0);
        connector.setProperty("address", "127.0.0.1");
        tomcat.setConnector(connector);
        tomcat.start();
        try {
            WeakReference<ClassLoader> gone = undeployed(tomcat, root, loader);
            deploy(tomcat, root, loader);
            try (RawPeer raw = Http.open(connector.getLocalPort(), "/app/own")) {
                raw.frame(RawPeer.TEXT, "abc");
                raw.expectText("cba");
                awaitGone(gone);
            }
        } finally {
            tomcat.stop();
            tomcat.destroy();
        }
    }

    /** The class loader of an application that has come and gone: in a method of its own, so that no variable of the caller refers to it. */
    private static WeakReference<ClassLoader> undeployed(
            Tomcat tomcat, Path root, AtomicReference<WeakReference<ClassLoader>> loader) throws Exception {
        Context context = deploy(tomcat, root, loader);
        try (RawPeer raw = Http.open(tomcat.getConnector().getLocalPort(), "/app/own")) {
            raw.frame(RawPeer.TEXT, "abc");
            raw.expectText("cba");
            Thread undeploying = Thread.ofVirtual().start(() -> tomcat.getHost().removeChild(context));
            raw.expectClose(1001);
            raw.close(1001);
            undeploying.join();
        }
        return loader.get();
    }

    private static Context deploy(Tomcat tomcat, Path root, AtomicReference<WeakReference<ClassLoader>> loader) {
        Context context = new StandardContext();
        context.setName("/app");
        context.setPath("/app");
        context.setDocBase(root.toString());
        context.addLifecycleListener(new Tomcat.FixContextListener());
        context.setParentClassLoader(ReloadTest.class.getClassLoader());
        context.setLoader(new WebappLoader());
        context.addServletContainerInitializer(new Started(loader), Set.of());
        Tomcat.addServlet(context, "default", new DefaultServlet());
        context.addServletMappingDecoded("/", "default");
        tomcat.getHost().addChild(context);
        return context;
    }

    private static void awaitGone(WeakReference<ClassLoader> loader) throws InterruptedException {
        for (int i = 0; i < 200 && loader.get() != null; i++) { // what is collected when is the collector's to say
            System.gc();
            Thread.sleep(50);
        }
        assertThat(loader.get()).isNull();
    }
}
