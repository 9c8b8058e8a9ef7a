package dev.duplex.se;

import dev.duplex.handshake.HeadLimits;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * What every connection of a server is held to.
 *
 * @param tlsParameters how TLS is spoken, null for as the context sees fit
 * @param proxies who may send the PROXY protocol, which everybody has to; empty for anybody, null when nobody has to
 * @param handshakeTimeout from the acceptance of a connection to the end of its request's head
 * @param maxConnections those that have not sent their request counted
 * @param maxPerAddress the same of one client; 0 for no limit
 * @param healthPath where load balancers ask, null for nowhere
 */
record HttpSettings(
        @Nullable SSLParameters tlsParameters,
        @Nullable List<Network> proxies,
        HeadLimits headLimits,
        Duration handshakeTimeout,
        int maxConnections,
        int maxPerAddress,
        @Nullable String healthPath) {}
