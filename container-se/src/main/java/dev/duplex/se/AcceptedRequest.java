package dev.duplex.se;

import dev.duplex.container.HostRequest;
import dev.duplex.handshake.RequestHead;
import java.net.SocketAddress;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request as it came to this server: nobody is authenticated, and there is no HTTP session. */
record AcceptedRequest(RequestHead head, boolean secure, SocketAddress localAddress, SocketAddress remoteAddress)
        implements HostRequest {
    @Override
    public @Nullable Principal principal() {
        return null;
    }

    @Override
    public boolean isUserInRole(String role) {
        return false;
    }

    @Override
    public @Nullable Object httpSession() {
        return null;
    }

    @Override
    public List<X509Certificate> certificates() {
        return List.of();
    }
}
