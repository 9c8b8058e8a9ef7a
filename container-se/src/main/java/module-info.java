/** An embedded HTTP/1.1 server for Jakarta WebSocket endpoints. */
module dev.duplex.container.se {
    requires transitive dev.duplex.provider;
    requires static transitive org.jspecify;
    requires io.github.classgraph;
    requires static transitive info.picocli;

    exports dev.duplex.se;
    exports dev.duplex.se.cli;

    opens dev.duplex.se.cli to
            info.picocli;
}
