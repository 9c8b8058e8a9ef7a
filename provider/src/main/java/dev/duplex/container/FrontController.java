package dev.duplex.container;

import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.util.Map;

/** A host that knows servlets: upgrades requests that an application, such as one with a front controller, hands over itself. Called by any thread. */
@FunctionalInterface
public interface FrontController {
    /**
     * Upgrades a request as {@link jakarta.websocket.server.ServerContainer#upgradeHttpToWebSocket} says.
     *
     * @param request the HttpServletRequest
     * @param response the HttpServletResponse
     */
    void upgrade(Object request, Object response, ServerEndpointConfig config, Map<String, String> pathParameters)
            throws IOException, DeploymentException;
}
