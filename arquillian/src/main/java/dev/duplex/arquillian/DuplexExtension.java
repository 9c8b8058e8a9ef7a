package dev.duplex.arquillian;

import org.jboss.arquillian.container.spi.client.container.DeployableContainer;
import org.jboss.arquillian.core.spi.LoadableExtension;
import org.jboss.arquillian.test.spi.TestEnricher;
import org.jboss.arquillian.test.spi.enricher.resource.ResourceProvider;

/** Tells Arquillian of the container; it is registered in {@code META-INF/services}. */
public final class DuplexExtension implements LoadableExtension {
    /** Called by Arquillian. */
    public DuplexExtension() {}

    @Override
    public void register(ExtensionBuilder builder) {
        builder.service(DeployableContainer.class, EmbeddedContainer.class)
                .service(ResourceProvider.class, ServerResources.Server.class)
                .service(ResourceProvider.class, ServerResources.Deployed.class)
                .service(ResourceProvider.class, ServerResources.Endpoints.class)
                .service(ResourceProvider.class, ServerResources.ClientTls.class)
                .service(TestEnricher.class, InjectedParameters.class)
                .observer(JupiterTests.class)
                .observer(InjectedTests.class);
    }
}
