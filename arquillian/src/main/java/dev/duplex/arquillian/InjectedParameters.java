package dev.duplex.arquillian;

import java.lang.reflect.Method;
import org.jboss.arquillian.core.api.Instance;
import org.jboss.arquillian.core.api.annotation.Inject;
import org.jboss.arquillian.test.spi.TestEnricher;
import org.jspecify.annotations.Nullable;

/** Gives the methods of a test that runs within an application those parameters that are its beans. */
final class InjectedParameters implements TestEnricher {
    @Inject
    private Instance<TestBeans> beans;

    /** Called by Arquillian. */
    InjectedParameters() {}

    /** Leaves the members to {@link InjectedTests}, which knows where a test runs. */
    @Override
    public void enrich(Object test) {}

    /** Null for what is somebody else's. */
    @Override
    @SuppressWarnings("NullAway") // Arquillian says so in words
    public @Nullable Object[] resolve(Method test) {
        TestBeans known = beans.get();
        return known != null && known.isOpen()
                ? known.parameters(test)
                : new @Nullable Object[test.getParameterCount()];
    }
}
