package dev.duplex.container;

import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An endpoint's config as one connection sees it, from modifyHandshake to its close: with user properties of its own, a shallow copy. Jakarta
 * WebSocket §3.1.5. Whatever class the application's config is of, all callbacks of a connection see this one.
 */
final class ConnectionConfig implements ServerEndpointConfig {
    private final ServerEndpointConfig config;
    private final Configurator configurator;
    private final Map<String, Object> userProperties;

    /**
     * The config of a new connection.
     *
     * @param configurator the endpoint's only one; an application's config may make a new one whenever it is asked
     */
    ConnectionConfig(ServerEndpointConfig config, Configurator configurator) {
        this.config = config;
        this.configurator = configurator;
        this.userProperties = Collections.synchronizedMap(new HashMap<>(config.getUserProperties()));
    }

    @Override
    public Class<?> getEndpointClass() {
        return config.getEndpointClass();
    }

    @Override
    public String getPath() {
        return config.getPath();
    }

    @Override
    public List<String> getSubprotocols() {
        return config.getSubprotocols();
    }

    @Override
    public List<Extension> getExtensions() {
        return config.getExtensions();
    }

    @Override
    public Configurator getConfigurator() {
        return configurator;
    }

    @Override
    public List<Class<? extends Encoder>> getEncoders() {
        return config.getEncoders();
    }

    @Override
    public List<Class<? extends Decoder>> getDecoders() {
        return config.getDecoders();
    }

    @Override
    public Map<String, Object> getUserProperties() {
        return userProperties;
    }
}
