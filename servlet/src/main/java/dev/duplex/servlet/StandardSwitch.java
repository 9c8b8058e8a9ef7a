package dev.duplex.servlet;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The way of the standard, for containers that have no better one. */
final class StandardSwitch implements ProtocolSwitch {
    /** Set for requests that came through TLS to the container itself (Servlet 6.0 §3.10). */
    private static final String CIPHER = "jakarta.servlet.request.cipher_suite";

    @Override
    public void switchProtocols(HttpServletRequest request, HttpServletResponse response, UpgradedConnection connection)
            throws IOException, ServletException {
        String container = request.getServletContext().getClass().getName();
        // There two threads change the state of the connection without a lock, and messages are mixed up
        if (container.startsWith("io.undertow.") && request.getAttribute(CIPHER) != null) {
            throw new ServletException(
                    "Undertow's streams of the standard cannot be read safely under TLS: let Duplex take Undertow's own channel, by leaving out %s and letting the application see io.undertow and org.xnio"
                            .formatted(PARAMETER));
        }
        request.upgrade(StandardUpgradeHandler.class).take(connection);
    }
}
