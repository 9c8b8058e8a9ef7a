package dev.duplex.endpoint;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
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

        private static InstantiationException failed(Class<?> type, @Nullable Throwable cause) {
            InstantiationException failed = new InstantiationException(type.getName()
                    + " needs a constructor without arguments that can be called and succeeds: " + cause);
            failed.initCause(cause);
            return failed;
        }
    };

    /**
     * Makes an instance.
     *
     * @throws InstantiationException when that fails; names the class and the cause
     */
    <T> T create(Class<T> type) throws InstantiationException;

    /**
     * Ends the life of an instance that {@link #create} made; one that is not known has no effect. Must not throw: what the instance's own
     * code throws is logged by whoever calls it.
     */
    void destroy(Object instance);
}
