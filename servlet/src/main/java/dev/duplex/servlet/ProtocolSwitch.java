package dev.duplex.servlet;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Takes the connection of a request over from the Servlet container, which is what "101 Switching Protocols" asks for. Safe for any thread. */
interface ProtocolSwitch {
    /** The switch of the container that an application is in, told by the class of its ServletContext. */
    static ProtocolSwitch of(ServletContext context) {
        String host = context.getClass().getName();
        if (host.startsWith("org.apache.catalina.")) {
            return new TomcatSwitch();
        }
        return new StandardSwitch();
    }

    /**
     * Lets the container write the response, and begin the connection behind it; which may be now or after the request was handled. When this
     * throws nothing was begun.
     *
     * @param response has the status 101 and the headers of the handshake, and is not committed
     */
    void switchProtocols(HttpServletRequest request, HttpServletResponse response, UpgradedConnection connection)
            throws IOException, ServletException;
}
