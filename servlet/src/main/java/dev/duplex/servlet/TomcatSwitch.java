package dev.duplex.servlet;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The way of Tomcat's own upgraded protocols: a handler that begins all reading and writing itself. Safe for any thread. */
final class TomcatSwitch implements ProtocolSwitch {
    @Override
    public void switchProtocols(HttpServletRequest request, HttpServletResponse response, UpgradedConnection connection)
            throws IOException, ServletException {
        request.upgrade(TomcatUpgradeHandler.class).take(connection);
        // Tomcat says nothing to the handler when it cannot write the response; so this writes it, and is told
        response.flushBuffer();
    }
}
