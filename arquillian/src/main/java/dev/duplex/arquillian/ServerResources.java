package dev.duplex.arquillian;

import dev.duplex.se.DeployedApplication;
import dev.duplex.se.DuplexServer;
import jakarta.websocket.server.ServerContainer;
import java.lang.annotation.Annotation;
import javax.net.ssl.SSLContext;
import org.jboss.arquillian.container.test.impl.enricher.resource.OperatesOnDeploymentAwareProvider;
import org.jboss.arquillian.core.api.Instance;
import org.jboss.arquillian.core.api.annotation.Inject;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jspecify.annotations.Nullable;

/**
 * What a test has injected by {@code @ArquillianResource} besides what Arquillian provides itself, {@code URL} and {@code URI}: one
 * provider for each type, because Arquillian does not say which type it asks for.
 */
final class ServerResources {
    private ServerResources() {}

    /** The server. */
    static final class Server extends OperatesOnDeploymentAwareProvider {
        @Inject
        private Instance<DuplexServer> server;

        @Override
        public boolean canProvide(Class<?> type) {
            return type == DuplexServer.class;
        }

        @Override
        public @Nullable Object doLookup(ArquillianResource resource, Annotation... qualifiers) {
            return server.get();
        }
    }

    /** The application that the test is of. */
    static final class Deployed extends OperatesOnDeploymentAwareProvider {
        @Inject
        private Instance<DeployedApplication> application;

        @Override
        public boolean canProvide(Class<?> type) {
            return type == DeployedApplication.class;
        }

        @Override
        public @Nullable Object doLookup(ArquillianResource resource, Annotation... qualifiers) {
            return application.get();
        }
    }

    /** Where the endpoints of this application are. */
    static final class Endpoints extends OperatesOnDeploymentAwareProvider {
        @Inject
        private Instance<DeployedApplication> application;

        @Override
        public boolean canProvide(Class<?> type) {
            return type == ServerContainer.class;
        }

        @Override
        public @Nullable Object doLookup(ArquillianResource resource, Annotation... qualifiers) {
            DeployedApplication deployed = application.get();
            return deployed == null ? null : deployed.container();
        }
    }

    /** What a client trusts the server with. */
    static final class ClientTls extends OperatesOnDeploymentAwareProvider {
        @Inject
        private Instance<SSLContext> client;

        @Override
        public boolean canProvide(Class<?> type) {
            return type == SSLContext.class;
        }

        @Override
        public @Nullable Object doLookup(ArquillianResource resource, Annotation... qualifiers) {
            return client.get();
        }
    }
}
