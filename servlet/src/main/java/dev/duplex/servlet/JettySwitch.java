package dev.duplex.servlet;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;
import org.jspecify.annotations.Nullable;

/**
 * Jetty 12 hands the connection over itself, when the answer is written: to the {@code Connection} that a request has as an attribute. This is
 * of its core, below the Servlet APIs that it has several of.
 */
final class JettySwitch implements ProtocolSwitch {
    /** What Jetty's own initializer for WebSocket asks the context's parameters, and then its attributes. */
    private static final String JETTYS_OWN = "org.eclipse.jetty.websocket.jakarta";

    private final Server server;
    private final ContextHandler application;
    private volatile LifeCycle.@Nullable Listener stopping;

    /** The switch of an application that is being started, by this thread. */
    JettySwitch(ServletContext context) throws ServletException {
        ContextHandler handler = ContextHandler.getCurrentContextHandler();
        if (handler == null) {
            throw new ServletException(
                    "%s is of no Jetty that Duplex knows: it knows Jetty 12 with its environments ee10 and ee11"
                            .formatted(context.getClass().getName()));
        }
        this.application = handler;
        if (Boolean.parseBoolean(context.getInitParameter(JETTYS_OWN))) {
            throw new ServletException(
                    "The context parameter %s asks for Jetty's WebSocket container, and an application has one only: set it to false, or leave duplex-servlet out"
                            .formatted(JETTYS_OWN));
        }
        context.setAttribute(JETTYS_OWN, false);
        this.server = handler.getServer();
    }

    /** Jetty stops its connectors before its applications, and the HTTP sessions of an application before its filters and listeners. */
    @Override
    public void started(Runnable end) {
        LifeCycle.Listener listener = new LifeCycle.Listener() {
            @Override
            public void lifeCycleStopping(LifeCycle event) {
                end.run();
            }
        };
        stopping = listener;
        server.addEventListener(listener);
        application.addEventListener(listener);
    }

    @Override
    public void ended() {
        LifeCycle.Listener listener = stopping;
        if (listener != null) {
            server.removeEventListener(listener);
            application.removeEventListener(listener);
        }
    }

    /** Jetty asks those of all servlets in the opposite order: the first one that was mapped comes last. */
    @Override
    public void mapLast(FilterRegistration.Dynamic filter) {
        filter.addMappingForServletNames(EnumSet.of(DispatcherType.REQUEST), false, ALL_SERVLETS);
    }

    @Override
    public String leavingOut(Object other) {
        return other.getClass().getName().startsWith("org.eclipse.jetty.")
                ? "set the context parameter %s to false, or leave duplex-servlet out".formatted(JETTYS_OWN)
                : ProtocolSwitch.super.leavingOut(other);
    }

    @Override
    public void switchProtocols(HttpServletRequest request, HttpServletResponse response, UpgradedConnection connection)
            throws ServletException {
        Request core = core(request);
        ConnectionMetaData meta = core.getConnectionMetaData();
        EndPoint endPoint = meta.getConnection().getEndPoint();
        core.setAttribute(
                HttpStream.UPGRADE_CONNECTION_ATTRIBUTE,
                new JettyConnection(endPoint, meta.getConnector().getExecutor(), connection));
        core.addHttpStreamWrapper(stream -> new Answer(stream, core, connection));
    }

    /** Jetty's request behind that of the Servlet API; the method is the same one in each of its Servlet environments. */
    private static Request core(HttpServletRequest request) throws ServletException {
        ServletRequest own = request;
        while (own instanceof ServletRequestWrapper wrapper) {
            own = wrapper.getRequest();
        }
        try {
            if (own.getClass().getMethod("getRequest").invoke(own) instanceof Request core) {
                return Request.unWrap(core);
            }
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            throw new ServletException(unknown(own), e);
        }
        throw new ServletException(unknown(own));
    }

    private static String unknown(ServletRequest request) {
        return "%s is no request of Jetty 12: a filter that replaces the request must extend HttpServletRequestWrapper"
                .formatted(request.getClass().getName());
    }

    /** Lets the connection be taken over only behind a 101: a filter or a servlet may have failed after all, or the client be gone. */
    private static final class Answer extends HttpStream.Wrapper {
        private final Request request;
        private final UpgradedConnection connection;
        private volatile int status;

        Answer(HttpStream stream, Request request, UpgradedConnection connection) {
            super(stream);
            this.request = request;
            this.connection = connection;
        }

        @Override
        public void send(
                MetaData.Request asked,
                MetaData.Response response,
                boolean last,
                ByteBuffer content,
                Callback callback) {
            if (response != null) {
                status = response.getStatus();
            }
            super.send(asked, response, last, content, callback);
        }

        @Override
        public void succeeded() {
            if (status != HttpStatus.SWITCHING_PROTOCOLS_101) {
                request.removeAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE);
                connection.abandon();
            }
            super.succeeded();
        }

        @Override
        public void failed(Throwable cause) {
            connection.abandon();
            super.failed(cause);
        }
    }
}
