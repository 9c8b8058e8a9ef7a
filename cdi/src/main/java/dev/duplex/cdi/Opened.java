package dev.duplex.cdi;

import jakarta.enterprise.util.AnnotationLiteral;
import jakarta.inject.Qualifier;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A session has opened: its open callback is called after the observers, in the same call. An observer that throws fails the session as the
 * open callback would: {@code void on(@Observes @Opened Session session)}.
 */
@Qualifier
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.FIELD, ElementType.PARAMETER})
public @interface Opened {
    /** The qualifier as an object. */
    final class Literal extends AnnotationLiteral<Opened> implements Opened {
        /** The only one. */
        public static final Literal INSTANCE = new Literal();

        private Literal() {}
    }
}
