package dev.duplex.cdi;

import jakarta.enterprise.util.AnnotationLiteral;
import jakarta.inject.Qualifier;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A session has closed: its close callback has returned, and its scope is still there. What an observer throws goes where the close
 * callback's exceptions go: {@code void on(@Observes @Closed Session session)}.
 */
@Qualifier
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.FIELD, ElementType.PARAMETER})
public @interface Closed {
    /** The qualifier as an object. */
    final class Literal extends AnnotationLiteral<Closed> implements Closed {
        /** The only one. */
        public static final Literal INSTANCE = new Literal();

        private Literal() {}
    }
}
