package dev.duplex.servlet.guide;

import dev.duplex.servlet.DuplexInitializer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;

public class EmbeddedJetty {
    private final Server jetty;

    public EmbeddedJetty(int port) throws Exception {
        jetty = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        ServletContextHandler app = new ServletContextHandler("/app");
        app.addServletContainerInitializer(new DuplexInitializer(), Echo.class);
        jetty.setHandler(app);
        jetty.start();
    }

    public int port() {
        return jetty.getURI().getPort();
    }

    public void stop() throws Exception {
        jetty.stop();
    }

    public static void main(String... arguments) throws Exception {
        new EmbeddedJetty(8080);
    }
}
