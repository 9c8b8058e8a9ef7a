package dev.duplex.arquillian;

import org.jboss.arquillian.container.spi.client.deployment.DeploymentDescription;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.test.spi.event.suite.TestLifecycleEvent;
import org.jspecify.annotations.Nullable;

/** Tells tests that run within an application from those that are clients of it. */
final class RunsWithin {
    private RunsWithin() {}

    /** Whether that of the event runs within the deployment that is current, null for none. */
    static boolean container(@Nullable DeploymentDescription current, TestLifecycleEvent event) {
        return current != null
                && current.testable()
                && !event.getTestMethod().isAnnotationPresent(RunAsClient.class)
                && !event.getTestClass().isAnnotationPresent(RunAsClient.class);
    }
}
