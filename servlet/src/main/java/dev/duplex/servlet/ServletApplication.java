package dev.duplex.servlet;

import dev.duplex.container.DuplexServerContainer;
import dev.duplex.container.Upgrade;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.handshake.Headers;
import dev.duplex.transport.Ends;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** An application in a Servlet container: its endpoints, from their deployment to the end of their sessions. Safe for any thread. */
final class ServletApplication implements ServletContextListener {
    /** Jakarta WebSocket §6.4. */
    static final String ATTRIBUTE = ServerContainer.class.getName();

    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Set<Class<?>> scanned;
    private final ProtocolSwitch protocolSwitch;
    private final DuplexServerContainer container;

    /**
     * An application without endpoints yet.
     *
     * @param scanned what the container has found
     * @throws ServletException when the container does not hand connections over
     */
    ServletApplication(ServletContext context, Set<Class<?>> scanned) throws ServletException {
        this.scanned = scanned;
        this.protocolSwitch = ProtocolSwitch.of(context);
        this.container = DuplexServerContainer.builder()
                .classLoader(context.getClassLoader())
                .frontController(this::upgrade)
                .build();
    }

    ServerContainer container() {
        return container;
    }

    @Override
    public void contextInitialized(ServletContextEvent event) {
        try {
            container.deploy(scanned);
        } catch (DeploymentException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
        protocolSwitch.started(this::stop);
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        protocolSwitch.ended();
        stop();
    }

    private void stop() {
        container.stop(GRACE);
    }

    /** Whether there is an endpoint at a path below the context path. */
    boolean serves(String path) {
        return container.serves(path);
    }

    /** Upgrades a request to a connection with the endpoint at its path, or refuses it. */
    void upgrade(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        try {
            ServletHostRequest asked = ServletHostRequest.of(request);
            begin(container.upgrade(asked), asked, request, response);
        } catch (HandshakeFailure e) {
            refuse(e, response);
        }
    }

    private void upgrade(Object request, Object response, ServerEndpointConfig config, Map<String, String> parameters)
            throws IOException, DeploymentException {
        HttpServletRequest http = (HttpServletRequest) request;
        ServletHostRequest asked = ServletHostRequest.of(http);
        try {
            begin(container.upgrade(asked, config, parameters), asked, http, (HttpServletResponse) response);
        } catch (HandshakeFailure e) {
            throw new IllegalStateException(e.getMessage(), e);
        } catch (ServletException e) {
            throw new IOException(e);
        }
    }

    private void begin(
            Upgrade upgrade, ServletHostRequest asked, HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        UpgradedConnection connection =
                new UpgradedConnection(upgrade, new Ends(asked.localAddress(), asked.remoteAddress()));
        boolean switched = false;
        try {
            response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
            add(upgrade.response().headers(), response);
            protocolSwitch.switchProtocols(request, response, connection);
            switched = true;
        } finally {
            if (!switched) {
                connection.abandon();
            }
        }
    }

    private static void refuse(HandshakeFailure failure, HttpServletResponse response) throws IOException {
        response.setStatus(failure.status());
        add(failure.headers(), response);
        response.setContentType("text/plain");
        response.setCharacterEncoding("UTF-8");
        response.getWriter().println(failure.getMessage());
    }

    private static void add(Headers headers, HttpServletResponse response) {
        for (int i = 0; i < headers.size(); i++) {
            response.addHeader(headers.name(i), headers.value(i));
        }
    }
}
