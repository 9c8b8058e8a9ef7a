/** An embedded HTTP/1.1 server for Jakarta WebSocket endpoints. */
module dev.duplex.container.se {
    requires transitive dev.duplex.cdi;
    requires transitive dev.duplex.provider;
    requires static org.jspecify;
    requires io.github.classgraph;
    requires static jakarta.cdi; // where there is one, endpoints are injected
    requires static java.xml;
    requires static info.picocli;
    requires static java.logging; // of the command line

    exports dev.duplex.se;
    exports dev.duplex.se.cli;

    opens dev.duplex.se.cli to
            info.picocli;
}
