package dev.duplex.container;

import dev.duplex.handshake.RequestHead;
import java.net.SocketAddress;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Stand-in. */
public interface HostRequest {
    RequestHead head();

    boolean secure();

    SocketAddress localAddress();

    SocketAddress remoteAddress();

    @Nullable
    Principal principal();

    boolean isUserInRole(String role);

    @Nullable
    Object httpSession();

    List<X509Certificate> certificates();

    default Map<String, List<String>> parameters() {
        return Map.of();
    }
}
