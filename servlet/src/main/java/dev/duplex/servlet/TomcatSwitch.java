package dev.duplex.servlet;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import org.apache.catalina.Context;
import org.apache.catalina.Globals;
import org.apache.catalina.WebResourceRoot;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.jspecify.annotations.Nullable;

/** The way of Tomcat's own upgraded protocols: a handler that begins all reading and writing itself. Safe for any thread. */
final class TomcatSwitch implements ProtocolSwitch {
    private static final System.Logger LOG = System.getLogger(TomcatSwitch.class.getName());

    private static final String OTHER_PACKAGE = "org.apache.tomcat.websocket.";
    private static final String OTHER_INITIALIZER = OTHER_PACKAGE + "server.WsSci";
    private static final String OTHER_FILTER = OTHER_PACKAGE + "server.WsFilter";

    private final ServletContext servletContext;
    private final TomcatConnections connections = new TomcatConnections();

    TomcatSwitch(ServletContext servletContext) {
        this.servletContext = servletContext;
    }

    @Override
    public void switchProtocols(HttpServletRequest request, HttpServletResponse response, UpgradedConnection connection)
            throws IOException, ServletException {
        request.upgrade(TomcatUpgradeHandler.class).take(connection, connections);
        // Tomcat says nothing to the handler when it cannot write the response; so this writes it, and is told
        response.flushBuffer();
    }

    @Override
    public void started(Runnable end) {
        Context context = context(servletContext);
        if (context != null && context.findServletMapping("/") == null && context.findServletMapping("/*") == null) {
            LOG.log(
                    Level.WARNING,
                    "The application at \"%s\" has no servlet for all paths, without which Tomcat answers 404 to a handshake before it asks a filter: map one to /, such as org.apache.catalina.servlets.DefaultServlet"
                            .formatted(servletContext.getContextPath()));
        }
    }

    /** Its filter finds no container of its own when it begins, and fails; so that filter must go. It has no other part in requests. */
    @Override
    public boolean displace(ServletContext application, Object other) {
        Context context = context(application);
        if (context == null || !isTomcats(other)) {
            return false;
        }
        for (FilterDef filter : context.findFilterDefs()) {
            if (OTHER_FILTER.equals(filter.getFilterClass())) {
                remove(filter, context);
            }
        }
        LOG.log(
                Level.INFO,
                "Duplex serves the application at \"%s\" in the place of Tomcat's own WebSocket container: to spare it the search for its endpoints, %s"
                        .formatted(application.getContextPath(), leavingOut(other)));
        return true;
    }

    private static void remove(FilterDef filter, Context context) {
        for (FilterMap map : context.findFilterMaps()) {
            if (map.getFilterName().equals(filter.getFilterName())) {
                context.removeFilterMap(map);
            }
        }
        context.removeFilterDef(filter);
    }

    @Override
    public String leavingOut(Object other) {
        if (!isTomcats(other)) {
            return ProtocolSwitch.super.leavingOut(other);
        }
        return "leave tomcat-embed-websocket or tomcat-websocket out, or set containerSciFilter=\"" + OTHER_INITIALIZER
                + "\" on the Context, in META-INF/context.xml for one";
    }

    private static boolean isTomcats(Object container) {
        return container.getClass().getName().startsWith(OTHER_PACKAGE);
    }

    /** Null when another has taken its resources away. */
    private static @Nullable Context context(ServletContext application) {
        return application.getAttribute(Globals.RESOURCES_ATTR) instanceof WebResourceRoot resources
                ? resources.getContext()
                : null;
    }
}
