package dev.duplex.arquillian;

import org.jboss.arquillian.container.spi.Container;
import org.jboss.arquillian.core.api.Instance;
import org.jboss.arquillian.core.api.annotation.Inject;
import org.jboss.arquillian.core.api.annotation.Observes;
import org.jboss.arquillian.junit5.extension.RunModeEvent;

/**
 * Lets a test that runs within the container have all that JUnit gives a test: its {@code @BeforeEach} and {@code @AfterEach} methods, and each
 * invocation of a parameterized one. Arquillian would leave them to the JUnit of another JVM, and there is none.
 */
final class RunMode {
    @Inject
    private Instance<Container<?>> container;

    /** Called by Arquillian. */
    RunMode() {}

    /** After Arquillian's own answer. */
    void answer(@Observes(precedence = -10) RunModeEvent event) {
        Container<?> current = container.get();
        if (current != null && current.getDeployableContainer() instanceof EmbeddedContainer) {
            event.setRunAsClient(true);
        }
    }
}
