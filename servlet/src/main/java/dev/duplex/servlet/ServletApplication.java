package dev.duplex.servlet;

import dev.duplex.container.DuplexServerContainer;
import dev.duplex.container.Upgrade;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.handshake.Headers;
import dev.duplex.transport.Ends;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** An application in a Servlet container: its endpoints, from their deployment to the end of their sessions. Safe for any thread. */
final class ServletApplication implements ServletContextListener {
    /** Of the filter, and of the attribute that is the application. */
    private static final String NAME = "dev.duplex";

    private final Set<Class<?>> scanned;
    private final ProtocolSwitch protocolSwitch;
    private final DuplexServerContainer container;
    private final SoleContainer sole;
    private final HttpLogins logins = new HttpLogins();
    private final HostInjection injection;
    private final Duration stopTimeout;
    /** Null in Jetty when the application was stopped and is started again: it has kept the filter, and the listeners. */
    private final FilterRegistration.@Nullable Dynamic filter;

    private final AtomicBoolean stopped = new AtomicBoolean();

    /**
     * Adds to an application that is being started: its ServerContainer, the listeners that deploy and end it, and the filter.
     *
     * @param scanned what the container has found
     * @throws ServletException when a context parameter has a wrong value, the container does not hand connections over, or another ServerContainer
     *     cannot be put out
     */
    static void begin(ServletContext context, Set<Class<?>> scanned) throws ServletException {
        ServletApplication application = new ServletApplication(context, scanned);
        context.setAttribute(NAME, application);
        context.addListener(application);
        context.addListener(application.logins);
    }

    private ServletApplication(ServletContext context, Set<Class<?>> scanned) throws ServletException {
        ContextParameters parameters = ContextParameters.of(context);
        this.scanned = scanned;
        this.injection = new HostInjection(context);
        this.stopTimeout = parameters.stopTimeout();
        try {
            this.protocolSwitch = ProtocolSwitch.of(context);
            this.container = DuplexServerContainer.builder()
                    .classLoader(context.getClassLoader())
                    .instances(injection)
                    .properties(parameters.properties())
                    .origins(parameters.origins())
                    .frontController(this::upgrade)
                    .inDeployment()
                    .build();
        } catch (IllegalArgumentException e) {
            throw new ServletException("A context parameter is wrong: " + e.getMessage(), e);
        }
        this.sole = new SoleContainer(context, container, protocolSwitch);
        this.filter = context.addFilter(NAME, new UpgradeFilter());
        if (filter != null) {
            filter.setAsyncSupported(true);
        }
    }

    /**
     * The one that is running, or being started.
     *
     * @throws IllegalStateException when there is none, as where a container starts an application again without its initializers
     */
    static ServletApplication of(ServletContext context) {
        if (context.getAttribute(NAME) instanceof ServletApplication application) {
            return application;
        }
        throw new IllegalStateException(
                "DuplexInitializer must be run whenever the application is started, as it was not this time");
    }

    /** Deploys what the container has found: now, as what makes the endpoints may have begun with the listeners before this one. */
    @Override
    public void contextInitialized(ServletContextEvent event) {
        if (of(event.getServletContext()) != this) {
            return; // it has ended
        }
        if (filter != null) {
            // Behind the filters of the application, those of its security among them: the other initializers and
            // listeners have added theirs
            protocolSwitch.mapLast(filter);
        }
        try {
            sole.check();
            container.deploy(scanned);
        } catch (ServletException | DeploymentException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    /**
     * Ends the deployment.
     *
     * @throws ServletException when it has failed: the application must not start
     */
    void start() throws ServletException {
        injection.settle();
        try {
            container.endDeployment();
        } catch (DeploymentException e) {
            throw new ServletException(e.getMessage(), e);
        }
        protocolSwitch.started(this::stop);
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        protocolSwitch.ended();
        stop(); // where there is no filter because the application has not started
    }

    /** Closes all sessions with 1001, and waits until they have ended. Has no effect the second time. */
    void stop() {
        if (!stopped.getAndSet(true)) {
            container.stop(stopTimeout);
            injection.close();
        }
    }

    /**
     * Upgrades a request to a connection with the endpoint at its path, or refuses it; returns false, and does nothing, when it does not ask for
     * WebSocket or there is no endpoint.
     */
    boolean upgrade(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        try {
            if (!ServletHostRequest.asksForWebSocket(request)) {
                return false;
            }
            String path = ServletHostRequest.path(request);
            if (path == null || !container.serves(path)) {
                return false;
            }
            upgrade(request, response, container::upgrade);
        } catch (HandshakeFailure e) {
            refuse(e, response);
        }
        return true;
    }

    /** As {@link jakarta.websocket.server.ServerContainer#upgradeHttpToWebSocket} says. */
    private void upgrade(Object request, Object response, ServerEndpointConfig config, Map<String, String> parameters)
            throws IOException, DeploymentException {
        if (!(request instanceof HttpServletRequest http)) {
            throw new IllegalArgumentException("the request must be an HttpServletRequest, not a "
                    + request.getClass().getName());
        }
        if (!(response instanceof HttpServletResponse answer)) {
            throw new IllegalArgumentException("the response must be an HttpServletResponse, not a "
                    + response.getClass().getName());
        }
        if (answer.isCommitted()) {
            throw new IllegalStateException(
                    "the response is committed, and cannot switch protocols any more: nothing may be written to it"
                            + " before");
        }
        try {
            upgrade(http, answer, asked -> container.upgrade(asked, config, parameters));
        } catch (HandshakeFailure e) {
            switch (e.status()) {
                case 400, 405, 426 ->
                    throw new IllegalStateException("the request is no opening handshake: " + e.getMessage(), e);
                case 500 -> throw new DeploymentException(e.getMessage(), e.getCause() == null ? e : e.getCause());
                default ->
                    refuse(e, answer); // a valid one, which is not granted: that is an answer, and no mistake of the
                // caller
            }
        } catch (ServletException e) {
            throw new IOException("the container has not switched protocols: " + e.getMessage(), e);
        }
    }

    /**
     * What an upgrade comes of.
     *
     * @param <X> what it throws besides
     */
    @FunctionalInterface
    private interface Negotiation<X extends Exception> {
        Upgrade upgrade(ServletHostRequest request) throws HandshakeFailure, X;
    }

    private <X extends Exception> void upgrade(
            HttpServletRequest request, HttpServletResponse response, Negotiation<X> negotiation)
            throws IOException, ServletException, X {
        ServletHostRequest asked = ServletHostRequest.of(request);
        HttpLogins.Member member = logins.enter(asked);
        boolean begun = false;
        try {
            Upgrade upgrade = negotiation.upgrade(asked);
            if (member != null) {
                member.is(upgrade);
            }
            begun = true;
            begin(upgrade, asked, member, request, response);
        } finally {
            asked.forget();
            if (!begun && member != null) {
                member.leave();
            }
        }
    }

    private void begin(
            Upgrade upgrade,
            ServletHostRequest asked,
            HttpLogins.@Nullable Member member,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException, ServletException {
        UpgradedConnection connection = new UpgradedConnection(
                upgrade,
                new Ends(asked.localAddress(), asked.remoteAddress()),
                stopped::get,
                member == null ? null : member::leave);
        boolean switched = false;
        try {
            response.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
            add(upgrade.response().headers(), response);
            protocolSwitch.switchProtocols(request, response, connection);
            switched = true;
        } finally {
            if (!switched) {
                connection.abandon();
                if (!response.isCommitted()) {
                    response.reset(); // no other answer has the status and the headers of this one
                }
            }
        }
    }

    /** As the embedded server does; the container leaves the body of a HEAD out by itself. */
    private static void refuse(HandshakeFailure failure, HttpServletResponse response) throws IOException {
        byte[] body = failure.body().getBytes(StandardCharsets.US_ASCII);
        response.setStatus(failure.status());
        // RFC 9110 §7.8: who sends Upgrade names it in Connection too. Closed, as frames may be on their way already
        response.setHeader("Connection", failure.headers().contains("Upgrade") ? "close, Upgrade" : "close");
        add(failure.headers(), response);
        response.setContentType("text/plain; charset=utf-8");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static void add(Headers headers, HttpServletResponse response) {
        for (int i = 0; i < headers.size(); i++) {
            response.addHeader(headers.name(i), headers.value(i));
        }
    }
}
