package dev.duplex.cdi;

import dev.duplex.engine.Connected;
import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.websocket.Session;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * A Session that is always the one which the calling thread is in, so that one object serves every injection point. Its methods throw
 * {@link ContextNotActiveException} where there is none. Safe for any thread.
 */
record CurrentSession(WebSocketExtension extension) implements InvocationHandler {
    static Session of(WebSocketExtension extension) {
        return (Session) Proxy.newProxyInstance(
                CurrentSession.class.getClassLoader(),
                new Class<?>[] {Session.class, Connected.class}, // Connected, so that there is a WsPeer of it
                new CurrentSession(extension));
    }

    /** The session itself, when it is one of these that stands for it. */
    static @Nullable Object unwrapped(@Nullable Object session) {
        return session != null
                        && Proxy.isProxyClass(session.getClass())
                        && Proxy.getInvocationHandler(session) instanceof CurrentSession current
                ? current.extension().currentSession()
                : session;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        if (method.getName().equals("toString") && method.getParameterCount() == 0) {
            SessionLife life = extension.current();
            return life == null ? "no current Session" : String.valueOf(life.session());
        }
        Session session = extension.currentSession();
        if (arguments != null && method.getDeclaringClass() == Object.class) { // equals is its only method with one
            return session.equals(unwrapped(arguments[0]));
        }
        try {
            return method.invoke(session, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }
}
