package dev.duplex.servlet.guide;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.util.Map;

@WebServlet("/rooms/*")
public class Rooms extends HttpServlet {
    private final ServerEndpointConfig room =
            ServerEndpointConfig.Builder.create(Room.class, "/rooms/{room}").build();

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        String name = request.getPathInfo();
        if (name == null || name.length() < 2 || request.getHeader("Sec-WebSocket-Key") == null) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        ServerContainer container = (ServerContainer) getServletContext().getAttribute(ServerContainer.class.getName());
        try {
            container.upgradeHttpToWebSocket(request, response, room, Map.of("room", name.substring(1)));
        } catch (DeploymentException e) {
            throw new ServletException(e);
        }
    }
}
