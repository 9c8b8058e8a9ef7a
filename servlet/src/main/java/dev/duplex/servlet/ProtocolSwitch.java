package dev.duplex.servlet;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;

/** Takes the connection of a request over from the Servlet container, which is what "101 Switching Protocols" asks for. Safe for any thread. */
interface ProtocolSwitch {
    /** The parameter of a ServletContext that asks for the way of the standard, by the value {@code standard}, where there is a better one. */
    String PARAMETER = "dev.duplex.servlet.switch";

    /** What the names of Jetty's classes begin with. */
    String JETTYS = "org.eclipse.jetty.";

    /** The name that a filter is mapped to all servlets by. */
    String ALL_SERVLETS = "*";

    /**
     * The switch of the container that an application is in, told by the class of its ServletContext; that of the standard when the application
     * asks for it, or does not see the container's classes.
     *
     * @throws IllegalArgumentException when it asks for another
     * @throws ServletException when connections cannot be taken over there, with what to do about it
     */
    static ProtocolSwitch of(ServletContext context) throws ServletException {
        String container = context.getClass().getName();
        String wanted = context.getInitParameter(PARAMETER);
        if (wanted != null && !wanted.strip().equals("standard")) {
            throw new IllegalArgumentException(
                    "the context parameter %s is standard or left out, not %s".formatted(PARAMETER, wanted));
        }
        if (container.startsWith("org.apache.catalina.")) {
            // By the standard Tomcat's thread asks the socket, and fills its buffer, while another one reads both,
            // without a lock
            if (wanted != null || !sees("org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler")) {
                throw new ServletException(
                        "Tomcat's streams of the standard cannot be read safely: leave the context parameter %s out, and let the application see org.apache.coyote, so that Duplex takes connections over by Tomcat's own way"
                                .formatted(PARAMETER));
            }
            return new TomcatSwitch(context);
        }
        if (container.startsWith(JETTYS)) {
            if (wanted != null) {
                throw new ServletException(
                        "Jetty hands no connection over by the way of the standard: leave the context parameter %s out, and Duplex takes it over by Jetty's core"
                                .formatted(PARAMETER));
            }
            return jetty(context);
        }
        if (wanted == null
                && container.startsWith("io.undertow.")
                && sees("io.undertow.servlet.handlers.ServletRequestContext")) {
            return new UndertowSwitch();
        }
        return new StandardSwitch();
    }

    private static ProtocolSwitch jetty(ServletContext context) throws ServletException {
        List<String> needed = List.of(
                "org.eclipse.jetty.http.HttpStatus",
                "org.eclipse.jetty.io.EndPoint",
                "org.eclipse.jetty.server.HttpStream",
                "org.eclipse.jetty.util.Callback");
        for (String name : needed) {
            if (!sees(name)) {
                throw new ServletException(
                        "Jetty hides its class %s from this application: put duplex-servlet with its dependencies, duplex-provider and duplex-cdi among them, on the class path of the server instead of into WEB-INF/lib, or show the application the packages http, io, server and util of org.eclipse.jetty by a WEB-INF/jetty-web.xml"
                                .formatted(name));
            }
        }
        return new JettySwitch(context);
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

    /**
     * Maps a filter to the requests of all servlets, behind all filters that are mapped by now. By the servlets' names, because filters that are
     * mapped by URL patterns come before those of names, whoever was first (Servlet 6.0 §6.2.4).
     */
    default void mapLast(FilterRegistration.Dynamic filter) {
        filter.addMappingForServletNames(EnumSet.of(DispatcherType.REQUEST), true, ALL_SERVLETS);
    }

    /**
     * Puts another ServerContainer out of an application that has not started, so that nothing of it is asked any more; false when that cannot be
     * done.
     *
     * @param other what was published in the place of ours
     */
    default boolean displace(ServletContext context, Object other) {
        return false;
    }

    /** How to leave another ServerContainer out, as the end of a sentence. */
    default String leavingOut(Object other) {
        return "leave one of the two out";
    }
}
