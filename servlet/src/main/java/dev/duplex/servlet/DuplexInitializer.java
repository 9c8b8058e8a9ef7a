package dev.duplex.servlet;

import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.HandlesTypes;
import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpoint;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Starts Duplex with each application of a Servlet container, which finds it by itself: publishes the {@code ServerContainer} as the attribute
 * {@code jakarta.websocket.server.ServerContainer} (Jakarta WebSocket §6.4), and deploys the endpoints that the container has found
 * (§6.2).
 */
@HandlesTypes({ServerEndpoint.class, ServerApplicationConfig.class, Endpoint.class})
public final class DuplexInitializer implements ServletContainerInitializer {
    /** For the container. */
    public DuplexInitializer() {}

    @Override
    public void onStartup(@Nullable Set<Class<?>> classes, ServletContext context) throws ServletException {
        ServletApplication.begin(context, classes == null ? Set.of() : classes);
    }
}
