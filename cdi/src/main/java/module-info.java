/** CDI for Jakarta WebSocket endpoints: injection, scopes and events, wherever Duplex serves them. */
module dev.duplex.cdi {
    requires transitive dev.duplex.provider;
    requires static org.jspecify;
    requires static jakarta.cdi; // where there is one, endpoints are injected
    requires static jakarta.inject;

    exports dev.duplex.cdi;

    provides dev.duplex.endpoint.AmbientInstances with
            dev.duplex.cdi.AmbientCdi;
    provides jakarta.enterprise.inject.spi.Extension with
            dev.duplex.cdi.WebSocketExtension;
}
