package dev.duplex.cdi;

import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.context.spi.AlterableContext;
import jakarta.enterprise.context.spi.Contextual;
import jakarta.enterprise.context.spi.CreationalContext;
import java.lang.annotation.Annotation;
import org.jspecify.annotations.Nullable;

/** The context of {@link WebSocketSessionScoped}: that of the session which this thread is in. Safe for any thread. */
final class SessionContext implements AlterableContext {
    private final WebSocketExtension extension;

    /** That of the CDI container which has this extension. */
    SessionContext(WebSocketExtension extension) {
        this.extension = extension;
    }

    @Override
    public Class<? extends Annotation> getScope() {
        return WebSocketSessionScoped.class;
    }

    @Override
    public <T> @Nullable T get(Contextual<T> contextual, @Nullable CreationalContext<T> creation) {
        return active().instance(contextual, creation);
    }

    @Override
    public <T> @Nullable T get(Contextual<T> contextual) {
        return active().instance(contextual, null);
    }

    @Override
    public boolean isActive() {
        return extension.current() != null;
    }

    @Override
    public void destroy(Contextual<?> contextual) {
        active().destroy(contextual);
    }

    private SessionLife active() {
        SessionLife current = extension.current();
        if (current == null) {
            throw new ContextNotActiveException(WebSocketExtension.NO_SESSION);
        }
        return current;
    }
}
