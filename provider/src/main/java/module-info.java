/**
 * Jakarta WebSocket on a blocking frame engine, one virtual thread per connection. Applications need the standard API alone; for more there
 * is {@link dev.duplex.peer}, the connection itself, and for hosts {@link dev.duplex.container}.
 */
@SuppressWarnings("module") // the hosts are built after this module
module dev.duplex.provider {
    requires transitive jakarta.websocket;
    requires static org.jspecify;

    exports dev.duplex.peer;
    exports dev.duplex.container;
    exports dev.duplex.endpoint to
            dev.duplex.cdi,
            dev.duplex.container.se,
            dev.duplex.servlet;
    exports dev.duplex.engine to
            dev.duplex.cdi,
            dev.duplex.container.se,
            dev.duplex.servlet;
    exports dev.duplex.handshake to
            dev.duplex.container.se,
            dev.duplex.servlet;
    exports dev.duplex.transport to
            dev.duplex.container.se,
            dev.duplex.servlet;

    uses dev.duplex.endpoint.AmbientInstances;

    provides jakarta.websocket.ContainerProvider with
            dev.duplex.container.DuplexContainerProvider;
    provides jakarta.websocket.server.ServerEndpointConfig.Configurator with
            dev.duplex.container.DuplexConfigurator;
}
