package dev.duplex.cdi;

import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.context.spi.CreationalContext;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.InjectionException;
import jakarta.enterprise.inject.Specializes;
import jakarta.enterprise.inject.spi.AnnotatedType;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.DefinitionException;
import jakarta.enterprise.inject.spi.InjectionPoint;
import jakarta.enterprise.inject.spi.InjectionTarget;
import jakarta.inject.Inject;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How instances of one class are made. Immutable, safe for any thread. */
sealed interface Maker<T> {
    /**
     * An instance, and how its life ends.
     *
     * @param end null when it is not up to whoever asked for it
     */
    record Made<T>(T instance, @Nullable Runnable end) {}

    /** Makes one; throws what CDI or the application throws, and nothing is left then. */
    Made<T> make();

    /**
     * Judges at deployment what can be judged.
     *
     * @throws DeploymentException when making one would fail, or it could not be called
     */
    void check() throws DeploymentException;

    /**
     * Finds out how: a class that is a bean is that bean; one that is none is injected all the same.
     *
     * @throws RuntimeException when CDI cannot inject it
     */
    static <T> Maker<T> of(Class<T> type, BeanManager manager) {
        Bean<T> bean = bean(type, manager);
        if (bean == null) {
            AnnotatedType<T> annotated = manager.createAnnotatedType(type);
            return new NoBean<>(
                    type, manager.getInjectionTargetFactory(annotated).createInjectionTarget(null), manager);
        }
        return bean.getScope() == Dependent.class
                ? new DependentBean<>(bean, manager)
                : new SharedBean<>(type, bean, manager);
    }

    /** The bean whose class it is, or that specialises it. Not what else has its type: that may be another endpoint, which extends it. */
    private static <T> @Nullable Bean<T> bean(Class<T> type, BeanManager manager) {
        Set<Bean<?>> beans = manager.getBeans(type, Any.Literal.INSTANCE);
        for (Bean<?> bean : beans) {
            if (isOf(bean.getBeanClass(), type) && bean.getTypes().contains(type)) {
                @SuppressWarnings("unchecked") // it has the type
                Bean<T> found = (Bean<T>) bean;
                return found;
            }
        }
        return null;
    }

    private static boolean isOf(Class<?> beanClass, Class<?> type) {
        Class<?> known = beanClass;
        while (known != type && known.isAnnotationPresent(Specializes.class)) {
            known = known.getSuperclass();
        }
        return known == type;
    }

    /** A bean whose scope holds its instances: what is handed out refers to them. */
    record SharedBean<T>(Class<T> type, Bean<T> bean, BeanManager manager) implements Maker<T> {
        @Override
        public Made<T> make() {
            CreationalContext<T> creation = manager.createCreationalContext(bean);
            return new Made<>(type.cast(manager.getReference(bean, type, creation)), null);
        }

        @Override
        public void check() throws DeploymentException {
            if (!manager.isNormalScope(bean.getScope())) {
                return;
            }
            for (Class<?> from = bean.getBeanClass(); from != null; from = from.getSuperclass()) {
                for (Method method : from.getDeclaredMethods()) {
                    if (Modifier.isPrivate(method.getModifiers())
                            && !Modifier.isStatic(method.getModifiers())
                            && Stream.of(OnOpen.class, OnMessage.class, OnError.class, OnClose.class)
                                    .anyMatch(method::isAnnotationPresent)) {
                        // CDI 4.1 §3.10: a client proxy passes on what it can override
                        throw new DeploymentException("%s.%s must not be private: it would be called on the proxy of a"
                                        .formatted(from.getName(), method.getName())
                                + " @" + bean.getScope().getSimpleName()
                                + " bean, which passes on only what a subclass can override");
                    }
                }
            }
        }
    }

    /** A bean of which each connection has its own instance. */
    record DependentBean<T>(Bean<T> bean, BeanManager manager) implements Maker<T> {
        @Override
        public Made<T> make() {
            CreationalContext<T> creation = manager.createCreationalContext(bean);
            boolean made = false;
            try {
                T instance = bean.create(creation);
                made = true;
                return new Made<>(instance, () -> bean.destroy(instance, creation));
            } finally {
                if (!made) {
                    creation.release(); // what it depends on may be there already
                }
            }
        }

        @Override
        public void check() {
            // CDI has validated its beans when it started
        }
    }

    /** A class that is no bean: an instance for each connection, injected as one. */
    record NoBean<T>(Class<T> type, InjectionTarget<T> target, BeanManager manager) implements Maker<T> {
        @Override
        public Made<T> make() {
            CreationalContext<T> creation = manager.createCreationalContext(null);
            boolean made = false;
            try {
                T instance = target.produce(creation);
                boolean ready = false;
                try {
                    target.inject(instance, creation);
                    target.postConstruct(instance);
                    ready = true;
                } finally {
                    if (!ready) {
                        target.dispose(instance);
                    }
                }
                made = true;
                return new Made<>(instance, () -> destroy(instance, creation));
            } finally {
                if (!made) {
                    creation.release();
                }
            }
        }

        private void destroy(T instance, CreationalContext<T> creation) {
            try {
                target.preDestroy(instance);
                target.dispose(instance);
            } finally {
                creation.release();
            }
        }

        @Override
        public void check() throws DeploymentException {
            if (Modifier.isAbstract(type.getModifiers())) {
                throw new DeploymentException(type.getName() + " is abstract: it has no instances");
            }
            List<Constructor<?>> constructors = List.of(type.getDeclaredConstructors());
            if (constructors.stream()
                    .noneMatch(c -> c.getParameterCount() == 0 || c.isAnnotationPresent(Inject.class))) {
                throw new DeploymentException(type.getName()
                        + " must have a constructor without arguments or one with @Inject"
                        + (type.isMemberClass() && !Modifier.isStatic(type.getModifiers())
                                ? ", which an inner class has only if it is static"
                                : ", or a configurator that makes its instances"));
            }
            for (InjectionPoint point : target.getInjectionPoints()) {
                try {
                    manager.validate(point);
                } catch (InjectionException | DefinitionException e) {
                    throw new DeploymentException(type.getName() + " cannot be injected: " + e.getMessage(), e);
                }
            }
        }
    }
}
