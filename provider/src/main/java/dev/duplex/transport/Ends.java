package dev.duplex.transport;

import java.net.SocketAddress;

/**
 * Between whom a connection is.
 *
 * @param local where the server's end is
 * @param remote where the client's end is
 */
public record Ends(SocketAddress local, SocketAddress remote) {}
