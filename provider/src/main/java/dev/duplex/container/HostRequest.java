package dev.duplex.container;

import dev.duplex.handshake.RequestHead;
import java.net.SocketAddress;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request as a host of {@link DuplexServerContainer} hands it over: what it parsed, and what it knows besides. Used by one thread. */
public interface HostRequest {
    /** The request line and the headers. */
    RequestHead head();

    /**
     * The path that an endpoint is looked for at, as it stands in a URI; that of the request line unless the host takes something of it
     * that is no part of it to applications.
     */
    default String path() {
        return head().path();
    }

    /** Whether it came through TLS, or a proxy in front says so. */
    boolean secure();

    /** Where it was received. */
    SocketAddress localAddress();

    /** Where it came from. */
    SocketAddress remoteAddress();

    /** The authenticated user, null when there is none. */
    @Nullable
    Principal principal();

    /** Whether the user has the role; false when there is no user. */
    boolean isUserInRole(String role);

    /** The HTTP session that the request belongs to, null when there is none. */
    @Nullable
    Object httpSession();

    /** The certificates of the client, its own first; empty when it showed none. */
    List<X509Certificate> certificates();

    /** The parameters of the request, in order; those of its query unless a host knows others. */
    default Map<String, List<String>> parameters() {
        return QueryParameters.of(head().query());
    }
}
