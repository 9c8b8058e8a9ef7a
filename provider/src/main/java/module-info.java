/** Jakarta WebSocket on a blocking frame engine, one virtual thread per connection. */
module dev.duplex.provider {
    requires static org.jspecify;

    exports dev.duplex.peer;
}
