package dev.duplex.endpoint;

import jakarta.websocket.CloseReason;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import java.lang.reflect.Proxy;

/** What this room hands through and never calls. */
final class Strangers {
    static final Session SESSION = stranger(Session.class);
    static final EndpointConfig CONFIG = stranger(EndpointConfig.class);
    static final CloseReason REASON = new CloseReason(CloseReason.CloseCodes.GOING_AWAY, "bye");

    private Strangers() {}

    @SuppressWarnings("ReferenceEquality") // it is what equals means here
    private static <T> T stranger(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() == Object.class
                            && method.getName().equals("toString")) {
                        return type.getSimpleName();
                    }
                    if (method.getName().equals("equals")) {
                        return proxy == arguments[0];
                    }
                    throw new AssertionError(method + " must not be called");
                }));
    }
}
