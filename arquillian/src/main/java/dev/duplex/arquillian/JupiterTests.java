package dev.duplex.arquillian;

import dev.duplex.se.DeployedApplication;
import java.lang.reflect.Method;
import org.jboss.arquillian.container.spi.Container;
import org.jboss.arquillian.container.spi.ContainerRegistry;
import org.jboss.arquillian.container.spi.client.deployment.Deployment;
import org.jboss.arquillian.container.spi.client.deployment.DeploymentDescription;
import org.jboss.arquillian.container.spi.client.deployment.DeploymentScenario;
import org.jboss.arquillian.container.spi.client.deployment.DeploymentTargetDescription;
import org.jboss.arquillian.container.spi.context.ContainerContext;
import org.jboss.arquillian.container.spi.context.DeploymentContext;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.core.api.Instance;
import org.jboss.arquillian.core.api.annotation.Inject;
import org.jboss.arquillian.core.api.annotation.Observes;
import org.jboss.arquillian.core.spi.EventContext;
import org.jboss.arquillian.junit5.BeforeTestExecutionEvent;
import org.jboss.arquillian.junit5.extension.RunModeEvent;
import org.jboss.arquillian.test.spi.event.suite.TestLifecycleEvent;

/** Lets a test have what JUnit and Arquillian promise wherever it runs: without this, some of it is for clients only. */
final class JupiterTests {
    @Inject
    private Instance<Container<?>> container;

    @Inject
    private Instance<ContainerContext> containers;

    @Inject
    private Instance<ContainerRegistry> registry;

    @Inject
    private Instance<DeploymentContext> deployments;

    @Inject
    private Instance<DeploymentScenario> scenario;

    @Inject
    private Instance<DeploymentDescription> description;

    @Inject
    private Instance<DeployedApplication> application;

    /** Called by Arquillian. */
    JupiterTests() {}

    /**
     * Has JUnit call the {@code @BeforeEach} and {@code @AfterEach} methods, and each invocation of a parameterized test, of a test that runs within
     * the container too. Arquillian leaves them to the JUnit of the container's JVM, and here that is the same.
     *
     * @param event which Arquillian has answered
     */
    void callEverything(@Observes(precedence = -10) RunModeEvent event) {
        Container<?> current = container.get();
        if (current != null && current.getDeployableContainer() instanceof EmbeddedContainer) {
            event.setRunAsClient(true);
        }
    }

    /** Has the parameters of a method looked up in the deployment that it operates on, as its fields are. */
    void operate(@Observes EventContext<BeforeTestExecutionEvent> context) {
        Deployment deployment =
                scenario.get().deployment(target(context.getEvent().getTestMethod()));
        if (deployment == null || deployments.get().isActive()) {
            context.proceed();
            return;
        }
        String name = registry.get()
                .getContainer(deployment.getDescription().getTarget())
                .getName();
        containers.get().activate(name);
        deployments.get().activate(deployment);
        try {
            context.proceed();
        } finally {
            deployments.get().deactivate();
            containers.get().deactivate();
        }
    }

    /** Has what a test that runs within the container looks up by the context class loader be the application's, as a callback's is. */
    void enter(@Observes(precedence = -10) EventContext<TestLifecycleEvent> context) {
        TestLifecycleEvent event = context.getEvent();
        DeployedApplication current = RunsWithin.container(description.get(), event) ? application.get() : null;
        if (current == null) {
            context.proceed();
            return;
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(current.classLoader());
        try {
            context.proceed();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static DeploymentTargetDescription target(Method test) {
        OperateOnDeployment named = test.getAnnotation(OperateOnDeployment.class);
        return named == null ? DeploymentTargetDescription.DEFAULT : new DeploymentTargetDescription(named.value());
    }
}
