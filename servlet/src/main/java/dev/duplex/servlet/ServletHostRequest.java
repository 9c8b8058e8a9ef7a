package dev.duplex.servlet;

import dev.duplex.container.HostRequest;
import dev.duplex.handshake.Headers;
import dev.duplex.handshake.RequestHead;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as a Servlet container has parsed it.
 *
 * @param head the request line and the headers
 * @param request the container's, of no use once it was handled
 */
record ServletHostRequest(RequestHead head, HttpServletRequest request) implements HostRequest {
    private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";

    static ServletHostRequest of(HttpServletRequest request) {
        String query = request.getQueryString();
        String uri = request.getRequestURI();
        Headers.Builder headers = Headers.builder();
        for (String name : Collections.list(request.getHeaderNames())) {
            for (String value : Collections.list(request.getHeaders(name))) {
                headers.add(name, value);
            }
        }
        return new ServletHostRequest(
                new RequestHead(
                        request.getMethod(),
                        query == null ? uri : uri + "?" + query,
                        request.getProtocol(),
                        headers.build()),
                request);
    }

    /** Whether a request asks for WebSocket at all. */
    static boolean asksForWebSocket(HttpServletRequest request) {
        Headers.Builder headers = Headers.builder();
        Collections.list(request.getHeaders("Upgrade")).forEach(value -> headers.add("Upgrade", value));
        return headers.build().hasToken("Upgrade", "websocket");
    }

    /** The path below the context path, which is a part of the URI that was not decoded (Servlet 6.0 §3.5). */
    static String path(HttpServletRequest request) {
        String path = request.getRequestURI().substring(request.getContextPath().length());
        return path.isEmpty() ? "/" : path;
    }

    @Override
    public String path() {
        return path(request);
    }

    @Override
    public boolean secure() {
        return request.isSecure();
    }

    @Override
    public SocketAddress localAddress() {
        return address(request.getLocalAddr(), request.getLocalPort());
    }

    @Override
    public SocketAddress remoteAddress() {
        return address(request.getRemoteAddr(), request.getRemotePort());
    }

    private static SocketAddress address(@Nullable String address, int port) {
        try {
            return new InetSocketAddress(
                    InetAddress.getByName(address), Math.max(0, port)); // an address: nothing is looked up
        } catch (UnknownHostException e) {
            return InetSocketAddress.createUnresolved(String.valueOf(address), Math.max(0, port));
        }
    }

    @Override
    public @Nullable Principal principal() {
        return request.getUserPrincipal();
    }

    @Override
    public boolean isUserInRole(String role) {
        return request.isUserInRole(role);
    }

    @Override
    public @Nullable Object httpSession() {
        return request.getSession(false);
    }

    @Override
    public List<X509Certificate> certificates() {
        return request.getAttribute(CERTIFICATES) instanceof X509Certificate[] chain ? List.of(chain) : List.of();
    }

    @Override
    public Map<String, List<String>> parameters() {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        request.getParameterMap().forEach((name, values) -> parameters.put(name, new ArrayList<>(List.of(values))));
        return parameters;
    }
}
