package dev.duplex.servlet;

import io.undertow.Undertow;
import io.undertow.server.handlers.PathHandler;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.ServletContainerInitializerInfo;
import io.undertow.servlet.util.ImmediateInstanceFactory;
import jakarta.servlet.ServletContainerInitializer;
import java.net.InetSocketAddress;
import java.util.function.UnaryOperator;

/** Undertow with an application, and with the listeners and options that a test wants. */
final class UndertowServer extends Host.Running {
    private final DeploymentManager manager;
    private final Undertow undertow;
    private boolean deployed = true;

    private UndertowServer(WebApplication application, DeploymentManager manager, Undertow undertow, int port) {
        super(application, port);
        this.manager = manager;
        this.undertow = undertow;
    }

    /** Starts it; the builder gets a listener, at port 0, and what else is wanted. */
    static UndertowServer start(WebApplication application, UnaryOperator<Undertow.Builder> wanted) throws Exception {
        DeploymentInfo info = Servlets.deployment()
                .setClassLoader(UndertowServer.class.getClassLoader())
                .setContextPath(application.contextPath.isEmpty() ? "/" : application.contextPath)
                .setDeploymentName("application");
        application.parameters.forEach(info::addInitParameter);
        if (application.secured != null) {
            Guards.guard(info, application.secured);
        }
        for (ServletContainerInitializer initializer : application.initializers) {
            info.addServletContainerInitializer(new ServletContainerInitializerInfo(
                    initializer.getClass(),
                    new ImmediateInstanceFactory<>(initializer),
                    application.handled(initializer)));
        }
        DeploymentManager manager = Servlets.newContainer().addDeployment(info);
        manager.deploy();
        PathHandler paths = new PathHandler().addPrefixPath(info.getContextPath(), manager.start());
        Undertow undertow = wanted.apply(Undertow.builder().setHandler(paths)).build();
        undertow.start();
        InetSocketAddress address =
                (InetSocketAddress) undertow.getListenerInfo().getFirst().getAddress();
        return new UndertowServer(application, manager, undertow, address.getPort());
    }

    @Override
    void undeploy() throws Exception {
        if (deployed) {
            deployed = false;
            manager.stop();
            manager.undeploy();
        }
    }

    /** Stops the server as if there were no application. */
    void stopServer() {
        undertow.stop();
    }

    @Override
    void end() throws Exception {
        undeploy();
        undertow.stop();
    }
}
