/** Jakarta WebSocket on a blocking frame engine, one virtual thread per connection. */
@SuppressWarnings("module") // the hosts that see more than the public API are built after this module
module dev.duplex.provider {
    requires transitive jakarta.websocket;
    requires static transitive org.jspecify;

    exports dev.duplex.peer;
    exports dev.duplex.container to
            dev.duplex.container.se;
    exports dev.duplex.engine to
            dev.duplex.container.se;
    exports dev.duplex.handshake to
            dev.duplex.container.se;
    exports dev.duplex.transport to
            dev.duplex.container.se;
}
