package dev.duplex.cdi;

import dev.duplex.container.DuplexServerContainer;
import dev.duplex.container.TestHost;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Set;

/** A server of some endpoints at a free port, injected by a CDI container. */
record Server(DuplexServerContainer container, TestHost host) implements AutoCloseable {
    /** Of annotated classes. */
    static Server of(Cdi cdi, Class<?>... endpoints) throws DeploymentException, IOException {
        DuplexServerContainer container = injectedBy(cdi);
        container.deploy(List.of(endpoints), List.of());
        return serving(container);
    }

    /** Of one that a program has configured. */
    static Server of(Cdi cdi, ServerEndpointConfig config) throws DeploymentException, IOException {
        DuplexServerContainer container = injectedBy(cdi);
        container.addEndpoint(config);
        return serving(container);
    }

    /** Of what a scan has found. */
    static Server ofScanned(Cdi cdi, Class<?>... found) throws DeploymentException, IOException {
        DuplexServerContainer container = injectedBy(cdi);
        container.deploy(Set.of(found));
        return serving(container);
    }

    private static DuplexServerContainer injectedBy(Cdi cdi) {
        return DuplexServerContainer.builder().instances(cdi).build();
    }

    private static Server serving(DuplexServerContainer container) throws IOException {
        return new Server(container, new TestHost(container));
    }

    URI uri(String path) {
        return host.uri(path);
    }

    @Override
    public void close() throws IOException {
        container.stop(Beans.LIMIT);
        host.close();
    }
}
