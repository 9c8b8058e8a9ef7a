/** Jakarta WebSocket on a blocking frame engine, one virtual thread per connection. */
module dev.duplex.provider {
    requires transitive jakarta.websocket;
    requires static transitive org.jspecify;

    exports dev.duplex.peer;
}
