package dev.duplex.servlet.guide;

import dev.duplex.servlet.DuplexInitializer;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.ServletContainerInitializerInfo;
import jakarta.servlet.ServletException;
import java.net.InetSocketAddress;
import java.util.Set;

public class EmbeddedUndertow {
    private final DeploymentManager app;
    private final Undertow undertow;

    public EmbeddedUndertow(int port) throws ServletException {
        app = Servlets.newContainer()
                .addDeployment(Servlets.deployment()
                        .setDeploymentName("app")
                        .setContextPath("/app")
                        .setClassLoader(EmbeddedUndertow.class.getClassLoader())
                        .addServletContainerInitializer(
                                new ServletContainerInitializerInfo(DuplexInitializer.class, Set.of(Echo.class))));
        app.deploy();
        undertow = Undertow.builder()
                .addHttpListener(port, "127.0.0.1")
                .setHandler(Handlers.path().addPrefixPath("/app", app.start()))
                .build();
        undertow.start();
    }

    public int port() {
        return ((InetSocketAddress) undertow.getListenerInfo().getFirst().getAddress()).getPort();
    }

    public void stop() throws ServletException {
        app.stop(); // Undertow alone does not end its applications
        app.undeploy();
        undertow.stop();
    }

    public static void main(String... arguments) throws ServletException {
        new EmbeddedUndertow(8080);
    }
}
