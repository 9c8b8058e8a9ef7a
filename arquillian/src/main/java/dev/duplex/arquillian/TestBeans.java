package dev.duplex.arquillian;

import dev.duplex.cdi.Cdi;
import dev.duplex.endpoint.Companion;
import jakarta.enterprise.context.spi.CreationalContext;
import jakarta.enterprise.inject.spi.AnnotatedMethod;
import jakarta.enterprise.inject.spi.AnnotatedParameter;
import jakarta.enterprise.inject.spi.AnnotatedType;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.InjectionTarget;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jspecify.annotations.Nullable;

/**
 * What CDI gives a test, and the request that the test is. Loaded only where there is CDI. Confined to the test's thread.
 *
 * <p>Between its making and its close the thread is in the application: a request context is active, and {@code CDI.current()} is its.
 */
final class TestBeans implements AutoCloseable {
    private final BeanManager manager;
    private final CreationalContext<?> dependents;
    private final Companion.Call call;
    private boolean open = true;

    TestBeans(Cdi cdi) {
        manager = cdi.manager();
        dependents = manager.createCreationalContext(null);
        call = cdi.call();
    }

    /** Whether it is not closed. */
    boolean isOpen() {
        return open;
    }

    /** Injects the members of a test. */
    @SuppressWarnings("unchecked") // nobody reads from a creational context what its type says
    <T> void inject(Class<T> type, Object test) {
        AnnotatedType<T> annotated = manager.createAnnotatedType(type);
        InjectionTarget<T> target = manager.getInjectionTargetFactory(annotated).createInjectionTarget(null);
        target.inject(type.cast(test), (CreationalContext<T>) dependents);
    }

    /** Those parameters that are beans; null for what is none. */
    @Nullable
    Object[] parameters(Method test) {
        @Nullable Object[] values = new @Nullable Object[test.getParameterCount()];
        if (values.length > 0) {
            for (AnnotatedMethod<?> method :
                    manager.createAnnotatedType(test.getDeclaringClass()).getMethods()) {
                if (method.getJavaMember().equals(test)) {
                    for (AnnotatedParameter<?> parameter : method.getParameters()) {
                        values[parameter.getPosition()] = bean(parameter);
                    }
                }
            }
        }
        return values;
    }

    private @Nullable Object bean(AnnotatedParameter<?> parameter) {
        Annotation[] qualifiers = parameter.getAnnotations().stream()
                .filter(annotation -> manager.isQualifier(annotation.annotationType()))
                .toArray(Annotation[]::new);
        boolean anything = parameter.getBaseType() == Object.class && qualifiers.length == 0;
        if (anything
                || parameter.isAnnotationPresent(ArquillianResource.class)
                || manager.getBeans(parameter.getBaseType(), qualifiers).isEmpty()) {
            return null; // somebody else's
        }
        return manager.getInjectableReference(manager.createInjectionPoint(parameter), dependents);
    }

    /** Destroys what belongs to the test alone, and leaves the application. */
    @Override
    public void close() {
        open = false;
        try {
            dependents.release();
        } finally {
            call.close();
        }
    }
}
