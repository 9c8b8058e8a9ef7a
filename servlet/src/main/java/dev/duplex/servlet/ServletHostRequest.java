package dev.duplex.servlet;

import dev.duplex.container.HostRequest;
import dev.duplex.handshake.HandshakeFailure;
import dev.duplex.handshake.Headers;
import dev.duplex.handshake.RequestHead;
import dev.duplex.handshake.ServerHandshake;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as a Servlet container has parsed it, wrapped by the application's filters or not. All but the roles is copied, because the
 * application may keep what it sees of the handshake, while the container uses its request object again for somebody else's. Used by the
 * handshake's thread; {@link #forget} makes it safe for any.
 */
final class ServletHostRequest implements HostRequest {
    /** Servlet 6.0 §3.9. */
    private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";

    private final RequestHead head;
    private final String path;
    private final boolean secure;
    private final SocketAddress localAddress;
    private final SocketAddress remoteAddress;
    private final @Nullable Principal principal;
    private final @Nullable HttpSession session;
    private final List<X509Certificate> certificates;
    private final Map<String, List<String>> parameters;
    private volatile @Nullable HttpServletRequest request; // until it was handled

    private ServletHostRequest(HttpServletRequest request, RequestHead head, String path) {
        this.head = head;
        this.path = path;
        this.secure = request.isSecure();
        this.localAddress = address(request.getLocalAddr(), request.getLocalPort());
        this.remoteAddress = address(request.getRemoteAddr(), request.getRemotePort());
        this.principal = request.getUserPrincipal();
        // None is made for who has none: it would cost memory for as long as it lives, and the 101 a cookie that nobody
        // asked for
        this.session = request.getSession(false);
        this.certificates =
                request.getAttribute(CERTIFICATES) instanceof X509Certificate[] chain ? List.of(chain) : List.of();
        this.parameters = new LinkedHashMap<>();
        request.getParameterMap().forEach((name, values) -> parameters.put(name, List.of(values)));
        this.request = request;
    }

    /**
     * What a container has parsed.
     *
     * @throws HandshakeFailure 400, 405 and 426 when it is no handshake, or the container has let through what no header can be
     */
    static ServletHostRequest of(HttpServletRequest request) throws HandshakeFailure {
        String query = request.getQueryString();
        String uri = request.getRequestURI();
        RequestHead head = new RequestHead(
                request.getMethod(),
                query == null ? uri : uri + "?" + query,
                request.getProtocol(),
                headers(request, Collections.list(request.getHeaderNames())));
        // Before the container is asked for parameters, which may be in a body, and for a user: this comes to nothing
        ServerHandshake.check(head);
        String path = path(request);
        return new ServletHostRequest(request, head, path == null ? uri : path);
    }

    /**
     * Whether a request asks for WebSocket, in a valid way or not: it says Upgrade, or has a key, which nothing else has.
     *
     * @throws HandshakeFailure 400 when the container has let through what no header can be
     */
    static boolean asksForWebSocket(HttpServletRequest request) throws HandshakeFailure {
        return request.getHeader("Sec-WebSocket-Key") != null
                || (request.getHeader("Upgrade") != null
                        && headers(request, List.of("Upgrade")).hasToken("Upgrade", "websocket"));
    }

    private static Headers headers(HttpServletRequest request, List<String> names) throws HandshakeFailure {
        Headers.Builder headers = Headers.builder();
        try {
            for (String name : names) {
                for (String value : Collections.list(request.getHeaders(name))) {
                    headers.add(name, value);
                }
            }
        } catch (IllegalArgumentException e) {
            throw new HandshakeFailure(400, String.valueOf(e.getMessage()));
        }
        return headers.build();
    }

    /**
     * The path below the context path that the container has matched with its security constraints and servlets: without path parameters,
     * decoded and without dot segments (Servlet 6.0 §3.5.2), here with its percent signs escaped again. Endpoints are found by this one and
     * no other, so that no way to write a path leads round a constraint. Null for one that the container has not brought into that form.
     */
    static @Nullable String path(HttpServletRequest request) {
        String uri = request.getRequestURI();
        int below = uri.length() - request.getContextPath().length();
        if (below == 0 || (below == 1 && uri.endsWith("/"))) {
            return "/"; // whatever file welcomes there: then the servlet path is that file's (Servlet 6.0 §10.10)
        }
        String pathInfo = request.getPathInfo();
        String decoded = pathInfo == null ? request.getServletPath() : request.getServletPath() + pathInfo;
        if (decoded.isEmpty()) {
            return "/";
        }
        boolean dots = decoded.contains("/./")
                || decoded.contains("/../")
                || decoded.endsWith("/.")
                || decoded.endsWith("/.."); // the constraints were matched with something else
        return dots ? null : decoded.replace("%", "%25");
    }

    /** Nothing refers to the container's request any more. */
    void forget() {
        request = null;
    }

    @Override
    public RequestHead head() {
        return head;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public boolean secure() {
        return secure;
    }

    @Override
    public SocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public SocketAddress remoteAddress() {
        return remoteAddress;
    }

    @Override
    public @Nullable Principal principal() {
        return principal;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException behind the opening handshake: only the container knows the roles, and by its request
     */
    @Override
    public boolean isUserInRole(String role) {
        HttpServletRequest asked = request;
        if (asked == null) {
            throw new IllegalStateException("the opening handshake is over: ask for the roles in modifyHandshake, and"
                    + " keep the answer in the user properties");
        }
        return asked.isUserInRole(role);
    }

    @Override
    public @Nullable HttpSession httpSession() {
        return session;
    }

    @Override
    public List<X509Certificate> certificates() {
        return certificates;
    }

    @Override
    public Map<String, List<String>> parameters() {
        return parameters;
    }

    private static SocketAddress address(@Nullable String address, int port) {
        try {
            return new InetSocketAddress(
                    InetAddress.getByName(address), Math.max(0, port)); // an address: nothing is looked up
        } catch (UnknownHostException e) {
            return InetSocketAddress.createUnresolved(String.valueOf(address), Math.max(0, port));
        }
    }
}
