package dev.duplex.servlet;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The way of the standard, for containers that have no better one. */
final class StandardSwitch implements ProtocolSwitch {
    @Override
    public void switchProtocols(HttpServletRequest request, HttpServletResponse response, UpgradedConnection connection)
            throws IOException, ServletException {
        request.upgrade(StandardUpgradeHandler.class).take(connection);
    }
}
