package dev.duplex.servlet.guide;

import dev.duplex.servlet.DuplexInitializer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.catalina.startup.Tomcat;

public class EmbeddedTomcat {
    private final Tomcat tomcat = new Tomcat();

    public EmbeddedTomcat(int port) throws IOException, LifecycleException {
        tomcat.setBaseDir(Files.createTempDirectory("tomcat").toString());
        tomcat.setPort(port);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        Context app = tomcat.addContext("/app", null);
        app.addServletContainerInitializer(new DuplexInitializer(), Set.of(Echo.class));
        Tomcat.addServlet(app, "default", new DefaultServlet()); // filters are asked only where a servlet is
        app.addServletMappingDecoded("/", "default");
        tomcat.start();
    }

    public int port() {
        return tomcat.getConnector().getLocalPort();
    }

    public void stop() throws LifecycleException {
        tomcat.stop();
        tomcat.destroy();
    }

    public static void main(String... arguments) throws Exception {
        EmbeddedTomcat server = new EmbeddedTomcat(8080);
        server.tomcat.getServer().await();
    }
}
