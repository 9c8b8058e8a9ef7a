package dev.duplex.cdi;

import jakarta.enterprise.util.AnnotationLiteral;
import jakarta.enterprise.util.Nonbinding;
import jakarta.inject.Qualifier;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The sessions of one endpoint that are open: {@code @Inject @SessionsOf(Chat.class) Set<Session> sessions}. The set is a view that is
 * always of this moment, cannot be changed, and is safe for any thread.
 */
@Qualifier
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.FIELD, ElementType.PARAMETER})
public @interface SessionsOf {
    /** The endpoint's class, as it was deployed. */
    @Nonbinding
    Class<?> value();

    /** The qualifier as an object. */
    final class Literal extends AnnotationLiteral<SessionsOf> implements SessionsOf {
        private final Class<?> endpoint;

        private Literal(Class<?> endpoint) {
            this.endpoint = endpoint;
        }

        /** Of this endpoint. */
        public static Literal of(Class<?> endpoint) {
            return new Literal(endpoint);
        }

        @Override
        public Class<?> value() {
            return endpoint;
        }
    }
}
