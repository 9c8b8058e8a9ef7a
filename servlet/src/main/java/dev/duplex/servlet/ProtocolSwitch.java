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

    /**
     * The switch of the container that an application is in, told by the class of its ServletContext; that of the standard when the application
     * asks for it, or does not see the container's classes.
     *
     * @throws IllegalArgumentException when it asks for another
     * @throws ServletException when connections cannot be taken over there, with what to do about it
     */
    static ProtocolSwitch of(ServletContext context) throws ServletException {
        String wanted = context.getInitParameter(PARAMETER);
        if (wanted != null) {
            if (!wanted.equals("standard")) {
                throw new IllegalArgumentException(
                        "the context parameter %s is standard or left out, not %s".formatted(PARAMETER, wanted));
            }
            return new StandardSwitch();
        }
        String container = context.getClass().getName();
        if (container.startsWith("org.apache.catalina.")
                && sees("org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler")) {
            return new TomcatSwitch();
        }
        if (container.startsWith("io.undertow.") && sees("io.undertow.servlet.handlers.ServletRequestContext")) {
            return new UndertowSwitch();
        }
        if (container.startsWith("org.eclipse.jetty.")) { // it has no way of the standard
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

    private static boolean sees(String className) {
        try {
            Class.forName(className, false, ProtocolSwitch.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /**
     * Lets the container write the response, and begin the connection behind it; which may be now or after the request was handled. When this
     * throws nothing was begun.
     *
     * @param response has the status 101 and the headers of the handshake, and is not committed
     */
    void switchProtocols(HttpServletRequest request, HttpServletResponse response, UpgradedConnection connection)
            throws IOException, ServletException;

    /**
     * The application has started.
     *
     * @param end what the container is to run before it takes the connections away, where it would do that before it tells the application
     */
    default void started(Runnable end) {}

    /** The application is ending. */
    default void ended() {}
}
