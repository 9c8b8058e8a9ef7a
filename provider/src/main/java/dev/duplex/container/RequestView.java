package dev.duplex.container;

import dev.duplex.handshake.RequestHead;
import jakarta.websocket.server.HandshakeRequest;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The request of an opening handshake as a configurator sees it. Confined to the handshake's thread.
 *
 * <p>The methods of API 2.3 stand here without {@code @Override}, so that one class serves both: with API 2.2 nobody calls them.
 */
final class RequestView implements HandshakeRequest {
    private final HostRequest request;
    private final Map<String, String> pathParameters;

    RequestView(HostRequest request, Map<String, String> pathParameters) {
        this.request = request;
        this.pathParameters = pathParameters;
    }

    /** The headers; read-only, their names have no case. */
    @Override
    public Map<String, List<String>> getHeaders() {
        return head().headers().asMap();
    }

    @Override
    public @Nullable Principal getUserPrincipal() {
        return request.principal();
    }

    /** The full URI, of {@code ws} or {@code wss}. */
    @Override
    public URI getRequestURI() {
        return head().uri(request.secure());
    }

    @Override
    public boolean isUserInRole(String role) {
        return request.isUserInRole(role);
    }

    @Override
    public @Nullable Object getHttpSession() {
        return request.httpSession();
    }

    /** The parameters of the path and of the query; read-only. */
    @Override
    public Map<String, List<String>> getParameterMap() {
        return QueryParameters.with(request.parameters(), pathParameters);
    }

    /** The query as it came, without its question mark; null when there is none. */
    @Override
    public @Nullable String getQueryString() {
        return head().query();
    }

    /** The client's certificates, its own first; null when it showed none. Since API 2.3. */
    public X509Certificate @Nullable [] getUserX509CertificateChain() {
        List<X509Certificate> certificates = request.certificates();
        return certificates.isEmpty() ? null : certificates.toArray(X509Certificate[]::new);
    }

    /** The address that the request was received at. Since API 2.3. */
    public String getLocalAddress() {
        return address(request.localAddress());
    }

    /** The name of that address, or the address when no name is known without a look-up. Since API 2.3. */
    public String getLocalHostName() {
        return hostName(request.localAddress());
    }

    /** The port that the request was received at, -1 when there is none. Since API 2.3. */
    public int getLocalPort() {
        return port(request.localAddress());
    }

    /** The address of the client or the last proxy. Since API 2.3. */
    public String getRemoteAddress() {
        return address(request.remoteAddress());
    }

    /** The name of that address, or the address when no name is known without a look-up. Since API 2.3. */
    public String getRemoteHostName() {
        return hostName(request.remoteAddress());
    }

    /** The port of the client or the last proxy, -1 when there is none. Since API 2.3. */
    public int getRemotePort() {
        return port(request.remoteAddress());
    }

    /** What Accept-Language likes best; the default of the JVM when it says nothing, or nothing that could be read. Since API 2.3. */
    public Locale getPreferredLocale() {
        String ranges = String.join(",", head().headers().all("Accept-Language"));
        if (!ranges.isBlank()) {
            try {
                for (Locale.LanguageRange range : Locale.LanguageRange.parse(ranges)) {
                    Locale locale = Locale.forLanguageTag(range.getRange());
                    if (range.getWeight() > 0 && !locale.getLanguage().isEmpty()) {
                        return locale;
                    }
                }
            } catch (IllegalArgumentException malformed) {
                return Locale.getDefault(); // a wish that nobody understands is none
            }
        }
        return Locale.getDefault();
    }

    private RequestHead head() {
        return request.head();
    }

    private static String address(SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : hostName(address);
    }

    /** Never asks the network, which could take its time. */
    private static String hostName(SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet.getHostString() : address.toString();
    }

    private static int port(SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet.getPort() : -1;
    }
}
