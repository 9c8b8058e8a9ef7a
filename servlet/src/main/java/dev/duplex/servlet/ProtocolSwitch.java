package dev.duplex.servlet;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Takes the connection of a request over from the Servlet container, which is what "101 Switching Protocols" asks for. Safe for any thread. */
interface ProtocolSwitch {
    /**
     * The switch of the container that an application is in, told by the class of its ServletContext.
     *
     * @throws ServletException when connections cannot be taken over there, with what to do about it
     */
    static ProtocolSwitch of(ServletContext context) throws ServletException {
        String container = context.getClass().getName();
        if (container.startsWith("org.apache.catalina.")) {
            return new TomcatSwitch();
        }
        if (container.startsWith("org.eclipse.jetty.")) {
            try {
                return new JettySwitch(context);
            } catch (LinkageError e) { // Jetty hides its classes from those of a web application
                throw new ServletException(
                        "Jetty hides from this application how it hands over a connection, %s: put duplex-servlet and what it needs into the class path of the server instead of WEB-INF/lib, or let the application see those classes of Jetty with a WEB-INF/jetty-ee11-web.xml as the guide to Duplex in Servlet containers shows it"
                                .formatted(e.getMessage()),
                        e);
            }
        }
        return new StandardSwitch();
    }

    /**
     * The application has started.
     *
     * @param end closes its connections, and waits for that; called before the container cuts them, if it does that before it tells the
     *     application of its end
     */
    default void started(Runnable end) {}

    /** The application has ended. */
    default void ended() {}

    /**
     * Lets the container write the response, and begin the connection behind it; which may be now or after the request was handled. When this
     * throws nothing was begun.
     *
     * @param response has the status 101 and the headers of the handshake, and is not committed
     */
    void switchProtocols(HttpServletRequest request, HttpServletResponse response, UpgradedConnection connection)
            throws IOException, ServletException;
}
