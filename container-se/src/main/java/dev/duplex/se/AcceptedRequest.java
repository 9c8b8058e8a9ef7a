package dev.duplex.se;

import dev.duplex.container.HostRequest;
import dev.duplex.handshake.RequestHead;
import dev.duplex.transport.SocketTransport;
import java.net.SocketAddress;
import java.security.Principal;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A request as it came to this server; there is no HTTP session.
 *
 * @param user whom an authenticator found, null for nobody but the subject of a certificate in TLS
 */
record AcceptedRequest(
        RequestHead head,
        SocketTransport transport,
        @Nullable User user) implements HostRequest, Authenticator.Request {
    /** The same request, of this user. */
    AcceptedRequest by(User known) {
        return new AcceptedRequest(head, transport, known);
    }

    @Override
    public String method() {
        return head.method();
    }

    @Override
    public String path() {
        return head.path();
    }

    @Override
    public @Nullable String query() {
        return head.query();
    }

    @Override
    public Map<String, List<String>> headers() {
        return head.headers().asMap();
    }

    @Override
    public boolean secure() {
        return transport.tls() != null;
    }

    @Override
    public SocketAddress localAddress() {
        return transport.localAddress();
    }

    @Override
    public SocketAddress remoteAddress() {
        return transport.remoteAddress();
    }

    /** The user, or without one the subject of the client's certificate. */
    @Override
    public @Nullable Principal principal() {
        if (user != null) {
            return user.principal();
        }
        List<X509Certificate> certificates = certificates();
        return certificates.isEmpty() ? null : certificates.getFirst().getSubjectX500Principal();
    }

    @Override
    public boolean isUserInRole(String role) {
        return user != null && user.roles().contains(role);
    }

    @Override
    public @Nullable Object httpSession() {
        return null;
    }

    @Override
    public List<X509Certificate> certificates() {
        SSLSession tls = transport.tls();
        List<X509Certificate> certificates = new ArrayList<>();
        if (tls != null) {
            try {
                for (Certificate certificate : tls.getPeerCertificates()) {
                    if (certificate instanceof X509Certificate x509) {
                        certificates.add(x509);
                    }
                }
            } catch (SSLPeerUnverifiedException e) {
                return List.of(); // it showed none
            }
        }
        return certificates;
    }
}
