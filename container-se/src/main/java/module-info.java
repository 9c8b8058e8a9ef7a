/** An embedded HTTP/1.1 server for Jakarta WebSocket endpoints. */
module dev.duplex.container.se {
    requires transitive dev.duplex.provider;
    requires static org.jspecify;
    requires io.github.classgraph;
    requires static jakarta.cdi; // where there is one, endpoints are injected
    requires static jakarta.inject;
    requires static java.xml;
    requires static info.picocli;
    requires static java.logging; // of the command line

    exports dev.duplex.se;
    exports dev.duplex.se.cdi;
    exports dev.duplex.se.cli;

    opens dev.duplex.se.cli to
            info.picocli;

    provides dev.duplex.endpoint.AmbientInstances with
            dev.duplex.se.cdi.AmbientCdi;
    provides jakarta.enterprise.inject.spi.Extension with
            dev.duplex.se.cdi.WebSocketExtension;
}
