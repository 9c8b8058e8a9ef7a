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
import java.net.URI;

/** A Servlet container to test in. */
enum Host {
    TOMCAT {
        @Override
        Running start(WebApplication application) throws Exception {
            return TomcatHost.start(application);
        }
    },

    UNDERTOW {
        @Override
        Running start(WebApplication application) throws Exception {
            DeploymentInfo info = Servlets.deployment()
                    .setClassLoader(Host.class.getClassLoader())
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
            Undertow undertow = Undertow.builder()
                    .addHttpListener(0, "127.0.0.1")
                    .setHandler(paths)
                    .build();
            undertow.start();
            int port =
                    ((InetSocketAddress) undertow.getListenerInfo().getFirst().getAddress()).getPort();
            return new Running(application, port) {
                private boolean deployed = true;

                @Override
                void undeploy() throws Exception {
                    if (deployed) {
                        deployed = false;
                        manager.stop();
                        manager.undeploy();
                    }
                }

                @Override
                void end() throws Exception {
                    undeploy();
                    undertow.stop();
                }
            };
        }
    },

    JETTY {
        @Override
        Running start(WebApplication application) throws Exception {
            return JettyServer.start(application);
        }
    };

    /** Starts it with an application; throws when that does not start. */
    abstract Running start(WebApplication application) throws Exception;

    /** A container that runs. */
    abstract static class Running implements AutoCloseable {
        private final String contextPath;
        private final int port;

        Running(WebApplication application, int port) {
            this(application.contextPath, port);
        }

        Running(String contextPath, int port) {
            this.contextPath = contextPath;
            this.port = port;
        }

        int port() {
            return port;
        }

        /** The URI of a path of the application. */
        URI uri(String path) {
            return URI.create("ws://127.0.0.1:" + port + contextPath + path);
        }

        /** Ends the application, not the container. */
        abstract void undeploy() throws Exception;

        /** Ends the container. */
        abstract void end() throws Exception;

        @Override
        public void close() {
            try {
                end();
            } catch (Exception e) {
                throw new IllegalStateException("the container did not end", e);
            }
        }
    }
}
