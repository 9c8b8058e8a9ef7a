package dev.duplex.endpoint;

import jakarta.websocket.DeploymentException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who makes what the application names by its class: encoders, decoders, endpoints, configurators. A host with dependency injection
 * brings its own. Safe for any thread.
 */
public interface Instances {
    /** Calls the constructor without arguments, and forgets the instance. */
    Instances BY_CONSTRUCTOR = new Instances() {
        @Override
        public <T> T create(Class<T> type) throws InstantiationException {
            try {
                Constructor<T> constructor = type.getDeclaredConstructor();
                constructor.setAccessible(true);
                return constructor.newInstance();
            } catch (InvocationTargetException e) {
                throw failed(type, e.getCause());
            } catch (ReflectiveOperationException | RuntimeException e) {
                throw failed(type, e);
            }
        }

        @Override
        public void destroy(Object instance) {
            // Nobody has to be told
        }

        @Override
        public void check(Class<?> type) throws DeploymentException {
            if (Modifier.isAbstract(type.getModifiers())) {
                throw new DeploymentException(type.getName() + " is abstract: it has no instances");
            }
            if (InjectedMembers.in(type)) {
                throw new DeploymentException(type.getName()
                        + " has members with @Inject, and nothing here injects them: its application needs CDI, or the"
                        + " endpoint a configurator that makes its instances");
            }
            if (Stream.of(type.getDeclaredConstructors())
                    .noneMatch(constructor -> constructor.getParameterCount() == 0)) {
                throw new DeploymentException(type.getName() + " must have a constructor without arguments"
                        + (type.isMemberClass() && !Modifier.isStatic(type.getModifiers())
                                ? ", which an inner class has only if it is static"
                                : ", or a configurator that makes its instances"));
            }
        }

        private static InstantiationException failed(Class<?> type, @Nullable Throwable cause) {
            InstantiationException failed = new InstantiationException(type.getName()
                    + " needs a constructor without arguments that can be called and succeeds: " + cause);
            failed.initCause(cause);
            return failed;
        }
    };

    /**
     * Judges at deployment whether instances of an endpoint's class can be made.
     *
     * @throws DeploymentException when {@link #create} would fail; names the class and the rule
     */
    default void check(Class<?> type) throws DeploymentException {}

    /**
     * Begins a call of the application on this thread that is not of a session, such as one of the opening handshake; must not throw.
     * Null when nothing has to be done around it.
     */
    default Companion.@Nullable Call call() {
        return null;
    }

    /**
     * Who accompanies a session; null for nobody. Asked before the session is made; must not throw.
     *
     * @param endpoint its class
     */
    default @Nullable Companion companion(Class<?> endpoint) {
        return null;
    }

    /**
     * Makes an instance.
     *
     * @throws InstantiationException when that fails; names the class and the cause
     */
    <T> T create(Class<T> type) throws InstantiationException;

    /**
     * Ends the life of an instance that {@link #create} made; one that is not known has no effect, nor has the second time. Must not throw:
     * what the instance's own code throws is logged.
     */
    void destroy(Object instance);
}
