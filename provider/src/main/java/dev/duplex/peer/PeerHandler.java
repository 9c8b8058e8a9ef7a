package dev.duplex.peer;

/** What a server does with a connection. One handler serves all connections, each on a virtual thread of its own. */
@FunctionalInterface
public interface PeerHandler {
    /**
     * Serves one connection, from its opening handshake to its end. When this returns, the connection is shut down with 1000; when it throws,
     * with 1011, and what it threw is logged.
     *
     * @throws Exception anything; an {@link java.io.IOException} of a connection that is no longer open counts as the remote end's doing and is
     *     logged quietly
     */
    void handle(WsPeer peer) throws Exception;
}
