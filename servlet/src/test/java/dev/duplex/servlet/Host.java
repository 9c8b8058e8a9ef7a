package dev.duplex.servlet;

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
            return UndertowServer.start(application, builder -> builder.addHttpListener(0, "127.0.0.1"));
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
