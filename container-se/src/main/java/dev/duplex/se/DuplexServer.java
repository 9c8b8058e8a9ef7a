package dev.duplex.se;

/** A server. */
public final class DuplexServer {
    private DuplexServer() {}
}
