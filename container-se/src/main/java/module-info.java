/** An embedded HTTP/1.1 server for Jakarta WebSocket endpoints. */
module dev.duplex.container.se {
    requires transitive dev.duplex.provider;
    requires static transitive org.jspecify;
    requires io.github.classgraph;

    exports dev.duplex.se;
}
