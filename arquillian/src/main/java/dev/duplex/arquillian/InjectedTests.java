package dev.duplex.arquillian;

import dev.duplex.cdi.Cdi;
import dev.duplex.se.DeployedApplication;
import java.lang.reflect.AnnotatedElement;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jboss.arquillian.container.spi.client.deployment.DeploymentDescription;
import org.jboss.arquillian.core.api.Instance;
import org.jboss.arquillian.core.api.InstanceProducer;
import org.jboss.arquillian.core.api.annotation.Inject;
import org.jboss.arquillian.core.api.annotation.Observes;
import org.jboss.arquillian.test.spi.LifecycleMethodExecutor;
import org.jboss.arquillian.test.spi.annotation.TestScoped;
import org.jboss.arquillian.test.spi.event.suite.After;
import org.jboss.arquillian.test.spi.event.suite.Before;
import org.jspecify.annotations.Nullable;

/** Injects the tests that run within an application, by the CDI of this application. */
final class InjectedTests {
    private static final String INJECT = "jakarta.inject.Inject"; // by its name, as it may not be there

    @Inject
    private Instance<DeploymentDescription> deployment;

    @Inject
    private Instance<DeployedApplication> application;

    @Inject
    @TestScoped
    private InstanceProducer<TestBeans> beans;

    /** Called by Arquillian. */
    InjectedTests() {}

    /** Once for a test, though this is told again before each {@code @BeforeEach} method. */
    void inject(@Observes Before event) {
        DeployedApplication within = RunsWithin.container(deployment.get(), event) ? application.get() : null;
        TestBeans known = beans.get();
        if (within == null || (known != null && known.isOpen())) {
            return;
        }
        Class<?> type = event.getTestInstance().getClass();
        Cdi cdi = within.cdi();
        if (cdi != null) {
            TestBeans made = new TestBeans(cdi);
            beans.set(made);
            made.inject(type, event.getTestInstance());
        } else if (isToBeInjected(type)) {
            throw new IllegalStateException(type.getName() + " has members with @Inject, and the application at "
                    + within.contextPath() + "/ has no CDI: it needs a beans.xml or a class with a bean-defining"
                    + " annotation in its archive, and org.jboss.weld.se:weld-se-core on the class path of the test");
        }
    }

    /** After the last {@code @AfterEach} method, each of which is brought by an event of its own. */
    void release(@Observes After event) {
        TestBeans known = beans.get();
        if (known != null && known.isOpen() && event.getExecutor().equals(LifecycleMethodExecutor.NO_OP)) {
            known.close();
        }
    }

    private static boolean isToBeInjected(Class<?> type) {
        for (@Nullable Class<?> at = type; at != null; at = at.getSuperclass()) {
            if (Stream.<AnnotatedElement>concat(
                            Arrays.stream(at.getDeclaredFields()), Arrays.stream(at.getDeclaredMethods()))
                    .flatMap(member -> Arrays.stream(member.getAnnotations()))
                    .anyMatch(
                            annotation -> annotation.annotationType().getName().equals(INJECT))) {
                return true;
            }
        }
        return false;
    }
}
