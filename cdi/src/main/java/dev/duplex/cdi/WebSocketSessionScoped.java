package dev.duplex.cdi;

import jakarta.enterprise.context.NormalScope;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * One instance for each WebSocket session: from before its open callback, when {@code @Initialized(WebSocketSessionScoped.class)} is fired
 * with the Session, to after its close callback and the end of its encoders, decoders and endpoint instance, when it is destroyed between
 * {@code @BeforeDestroyed} and {@code @Destroyed}. Active in whatever is called for a session; for other threads there is {@link
 * SessionContextController}. Not active in the opening handshake, so not in the constructor of an endpoint either. Never passivated.
 */
@NormalScope
@Inherited
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.FIELD})
public @interface WebSocketSessionScoped {}
