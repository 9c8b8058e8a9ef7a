package dev.duplex.servlet;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Takes the connection of a request over from the Servlet container, which is what "101 Switching Protocols" asks for. Safe for any thread. */
interface ProtocolSwitch {
    /** The parameter of a ServletContext that asks for the way of the standard, by the value {@code standard}, where there is a better one. */
    String PARAMETER = "dev.duplex.servlet.switch";

    /** The switch of the container that an application is in, told by the class of its ServletContext. */
    static ProtocolSwitch of(ServletContext context) {
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
