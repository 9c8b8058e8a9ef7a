package dev.duplex.se;

import dev.duplex.handshake.HeadLimits;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * What every connection of a server is held to.
 *
 * @param tls null for plain connections
 * @param tlsParameters how TLS is spoken, null for as the context sees fit
 * @param handshakeTimeout from the acceptance of a connection to the end of its request's head
 * @param maxConnections those that have not sent their request counted
 * @param healthPath where load balancers ask, null for nowhere
 */
record HttpSettings(
        @Nullable SSLContext tls,
        @Nullable SSLParameters tlsParameters,
        HeadLimits headLimits,
        Duration handshakeTimeout,
        int maxConnections,
        @Nullable String healthPath) {}
