package dev.duplex.tck.servlet;

import dev.duplex.peer.interop.Identity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jboss.arquillian.container.spi.client.container.ContainerConfiguration;
import org.jboss.arquillian.container.spi.client.container.DeployableContainer;
import org.jboss.arquillian.container.spi.client.container.DeploymentException;
import org.jboss.arquillian.container.spi.client.container.LifecycleException;
import org.jboss.arquillian.container.spi.client.protocol.ProtocolDescription;
import org.jboss.arquillian.container.spi.client.protocol.metadata.HTTPContext;
import org.jboss.arquillian.container.spi.client.protocol.metadata.ProtocolMetaData;
import org.jboss.arquillian.container.spi.client.protocol.metadata.Servlet;
import org.jboss.shrinkwrap.api.Archive;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jspecify.annotations.Nullable;

/**
 * A Servlet container as one of Arquillian, for tests that are clients of it. An application that cannot be deployed is one whose
 * requests are answered 404, and no failure. Confined to one thread.
 */
public final class ServletContainer implements DeployableContainer<ServletContainer.Settings> {
    private final Set<String> deployed = new HashSet<>();
    private Settings settings = new Settings();
    private @Nullable ServletServer server;
    private @Nullable Path folder;

    /** Called by Arquillian. */
    public ServletContainer() {}

    /** What {@code arquillian.xml} says of it. */
    public static final class Settings implements ContainerConfiguration {
        private String server = "";
        private boolean tls;

        /** Called by Arquillian. */
        public Settings() {}

        /** Called by Arquillian. */
        public void setServer(String name) {
            server = name;
        }

        /** Called by Arquillian. */
        public void setTls(boolean tls) {
            this.tls = tls;
        }

        @Override
        public void validate() {}
    }

    @Override
    public Class<Settings> getConfigurationClass() {
        return Settings.class;
    }

    @Override
    public ProtocolDescription getDefaultProtocol() {
        return new ProtocolDescription("Local");
    }

    @Override
    public void setup(Settings configuration) {
        settings = configuration;
    }

    @Override
    public void start() throws LifecycleException {
        try {
            Path own = Files.createTempDirectory("servlet-");
            folder = own;
            Identity identity = settings.tls ? Identity.local(own) : null;
            if (identity != null) {
                SSLContext.setDefault(identity.trusting()); // for the clients of the tests, which choose none
            }
            server = ServletServer.start(
                    settings.server,
                    new ServletServer.Settings(
                            own,
                            identity,
                            System.getProperty("user", ""),
                            System.getProperty("password", ""),
                            "staff"));
        } catch (Exception e) {
            throw new LifecycleException("The server " + settings.server + " cannot be started: " + e, e);
        }
    }

    @Override
    public void stop() throws LifecycleException {
        try {
            if (server != null) {
                server.close();
            }
        } catch (Exception e) {
            throw new LifecycleException("The server " + settings.server + " cannot be stopped: " + e, e);
        }
    }

    @Override
    public ProtocolMetaData deploy(Archive<?> archive) throws DeploymentException {
        ServletServer running = running();
        String contextPath = contextPath(archive);
        Path war = folder.resolve(archive.getName());
        archive.as(ZipExporter.class).exportTo(war.toFile(), true);
        try {
            running.deploy(contextPath, war);
            deployed.add(contextPath);
        } catch (Exception e) {
            System.err.println("The archive " + archive.getName() + " cannot be deployed, which is tolerated:");
            e.printStackTrace();
        }
        return new ProtocolMetaData()
                .addContext(new HTTPContext(settings.server, "127.0.0.1", running.port(), settings.tls)
                        .add(new Servlet("default", contextPath)));
    }

    @Override
    public void undeploy(Archive<?> archive) throws DeploymentException {
        if (deployed.remove(contextPath(archive))) {
            try {
                running().undeploy(contextPath(archive));
            } catch (Exception e) {
                throw new DeploymentException("The archive " + archive.getName() + " cannot be undeployed: " + e, e);
            }
        }
    }

    private ServletServer running() throws DeploymentException {
        if (server == null) {
            throw new DeploymentException("The server " + settings.server + " is not running");
        }
        return server;
    }

    private static String contextPath(Archive<?> archive) {
        return "/" + archive.getName().replaceFirst("\\.war$", "");
    }
}
