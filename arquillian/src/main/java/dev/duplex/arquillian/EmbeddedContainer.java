package dev.duplex.arquillian;

import dev.duplex.se.Application;
import dev.duplex.se.DeployedApplication;
import dev.duplex.se.DuplexServer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import javax.net.ssl.SSLContext;
import org.jboss.arquillian.container.spi.client.container.ConfigurationMapper;
import org.jboss.arquillian.container.spi.client.container.DeployableContainer;
import org.jboss.arquillian.container.spi.client.container.DeploymentException;
import org.jboss.arquillian.container.spi.client.container.LifecycleException;
import org.jboss.arquillian.container.spi.client.deployment.DeploymentDescription;
import org.jboss.arquillian.container.spi.client.protocol.ProtocolDescription;
import org.jboss.arquillian.container.spi.client.protocol.metadata.HTTPContext;
import org.jboss.arquillian.container.spi.client.protocol.metadata.ProtocolMetaData;
import org.jboss.arquillian.container.spi.client.protocol.metadata.Servlet;
import org.jboss.arquillian.container.spi.context.annotation.ContainerScoped;
import org.jboss.arquillian.container.spi.context.annotation.DeploymentScoped;
import org.jboss.arquillian.core.api.Instance;
import org.jboss.arquillian.core.api.InstanceProducer;
import org.jboss.arquillian.core.api.annotation.Inject;
import org.jboss.shrinkwrap.api.Archive;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.jspecify.annotations.Nullable;

/**
 * A server from its start to its stop, and the archives that are deployed on it. The tests run in its JVM, whether as clients of it or
 * within an application. Confined to one thread.
 */
final class EmbeddedContainer implements DeployableContainer<ContainerSettings> {
    private static final System.Logger LOG = System.getLogger(EmbeddedContainer.class.getName());

    /** Runs a test that belongs into the container where it is, as that is where the container is too. */
    private static final ProtocolDescription HERE = new ProtocolDescription("Local");

    @Inject
    private Instance<DeploymentDescription> deployment;

    @Inject
    @ContainerScoped
    private InstanceProducer<DuplexServer> serverOfTests;

    @Inject
    @ContainerScoped
    private InstanceProducer<SSLContext> clientTlsOfTests;

    @Inject
    @DeploymentScoped
    private InstanceProducer<DeployedApplication> applicationOfTests;

    private final IdentityHashMap<Archive<?>, Deployed> deployed = new IdentityHashMap<>();
    private ContainerSettings settings = new ContainerSettings();
    private @Nullable DuplexServer server;
    private boolean tls;

    /** Called by Arquillian. */
    EmbeddedContainer() {}

    /**
     * What there is of an archive.
     *
     * @param application null when it could not be deployed, and that is tolerated
     */
    private record Deployed(
            TemporaryFolder folder, @Nullable DeployedApplication application) {}

    @Override
    public Class<ContainerSettings> getConfigurationClass() {
        return ContainerSettings.class;
    }

    /** Arquillian's own one takes wrong properties for a reason to warn. */
    @Override
    public ConfigurationMapper<ContainerSettings> getConfigurationMapper() {
        return ContainerSettings::read;
    }

    @Override
    public ProtocolDescription getDefaultProtocol() {
        return HERE;
    }

    @Override
    public void setup(ContainerSettings configuration) {
        settings = configuration;
    }

    @Override
    public void start() throws LifecycleException {
        try {
            DuplexServer.Builder builder =
                    DuplexServer.builder().host(settings.host()).port(settings.port());
            Identity identity = settings.identity();
            tls = identity != null;
            if (identity != null) {
                builder.sslContext(identity.server());
                clientTlsOfTests.set(identity.client());
            }
            DuplexServer started = builder.start();
            server = started;
            serverOfTests.set(started);
        } catch (IOException | jakarta.websocket.DeploymentException e) {
            throw new LifecycleException(
                    "The container " + settings.container() + " cannot be started: " + e.getMessage(), e);
        }
    }

    @Override
    public void stop() throws LifecycleException {
        if (server == null) {
            return;
        }
        server.stop(settings.stopTimeout());
        server = null;
        try {
            for (Deployed left : deployed.values()) {
                left.folder().delete();
            }
        } catch (IOException e) {
            throw new LifecycleException("A folder of the container " + settings.container() + " cannot be deleted", e);
        } finally {
            deployed.clear();
        }
    }

    @Override
    public ProtocolMetaData deploy(Archive<?> archive) throws DeploymentException {
        String fileName = fileName(archive);
        try {
            TemporaryFolder folder = TemporaryFolder.create();
            DeployedApplication application = null;
            boolean kept = false;
            try {
                Path file = folder.path().resolve(fileName);
                archive.as(ZipExporter.class).exportTo(file.toFile());
                Application described = describe(file);
                application = deployOn(running(), described, archive);
                deployed.put(archive, new Deployed(folder, application));
                if (application != null) {
                    applicationOfTests.set(application);
                }
                kept = true;
                return at(described.contextPath());
            } finally {
                if (!kept) {
                    folder.delete();
                }
            }
        } catch (IOException | jakarta.websocket.DeploymentException | IllegalArgumentException e) {
            // Arquillian compares what a test expects with the cause and its causes: so it finds both exceptions of
            // this name.
            throw new DeploymentException(
                    "The archive " + archive.getName() + " cannot be deployed: " + e.getMessage(),
                    new DeploymentException(String.valueOf(e.getMessage()), e));
        }
    }

    private Application describe(Path file) throws IOException {
        Application.Builder builder = Application.of(file).isolated(isolated());
        if (settings.contextPath() != null) {
            builder.contextPath(settings.contextPath());
        }
        settings.serverProperties().forEach(builder::property);
        return builder.build();
    }

    /** A test that runs within the application has to have the same classes as the application. */
    private boolean isolated() {
        return settings.isolated() != null
                ? settings.isolated()
                : !deployment.get().testable();
    }

    private @Nullable DeployedApplication deployOn(DuplexServer running, Application described, Archive<?> archive)
            throws jakarta.websocket.DeploymentException {
        try {
            return running.deploy(described);
        } catch (jakarta.websocket.DeploymentException e) {
            if (!settings.tolerateFailedDeployments()) {
                throw e;
            }
            LOG.log(
                    Level.WARNING,
                    () -> "The archive " + archive.getName() + " cannot be deployed, which is tolerated: "
                            + e.getMessage());
            LOG.log(Level.DEBUG, "Why an archive cannot be deployed", e);
            return null;
        }
    }

    private DuplexServer running() {
        if (server == null) {
            throw new IllegalStateException(
                    "the container " + settings.container() + " is not running: start it first");
        }
        return server;
    }

    /** Where the application is, from which Arquillian makes the URL and URI of a test. */
    private ProtocolMetaData at(String contextPath) {
        URI base = running().uri("/");
        HTTPContext context = new HTTPContext(settings.container(), base.getHost(), base.getPort(), tls);
        return new ProtocolMetaData().addContext(context.add(new Servlet("default", contextPath)));
    }

    @Override
    public void undeploy(Archive<?> archive) throws DeploymentException {
        Deployed gone = deployed.remove(archive);
        if (gone == null) {
            return; // it could not be deployed
        }
        if (gone.application() != null) {
            gone.application().undeploy(settings.stopTimeout());
        }
        try {
            gone.folder().delete();
        } catch (IOException e) {
            throw new DeploymentException("The folder of " + archive.getName() + " cannot be deleted", e);
        }
    }

    /** The name says where an application is, and the type of an archive what it is. */
    private static String fileName(Archive<?> archive) throws DeploymentException {
        String extension;
        if (archive instanceof WebArchive) {
            extension = ".war";
        } else if (archive instanceof JavaArchive) {
            extension = ".jar";
        } else {
            throw new DeploymentException("The archive " + archive.getName()
                    + " is neither a WebArchive nor a JavaArchive, the only ones that Duplex deploys");
        }
        String name = archive.getName().substring(archive.getName().lastIndexOf('/') + 1);
        return name.endsWith(extension) ? name : name + extension;
    }
}
