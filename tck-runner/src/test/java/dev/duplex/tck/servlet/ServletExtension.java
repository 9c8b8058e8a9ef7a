package dev.duplex.tck.servlet;

import org.jboss.arquillian.container.spi.client.container.DeployableContainer;
import org.jboss.arquillian.core.spi.LoadableExtension;

/** Tells Arquillian of the container; it is registered where a host's {@code arquillian.xml} is. */
public final class ServletExtension implements LoadableExtension {
    /** Called by Arquillian. */
    public ServletExtension() {}

    @Override
    public void register(ExtensionBuilder builder) {
        builder.service(DeployableContainer.class, ServletContainer.class);
    }
}
