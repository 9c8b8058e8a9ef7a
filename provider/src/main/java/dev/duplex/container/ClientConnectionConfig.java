package dev.duplex.container;

import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.Extension;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** A client's config as one connection sees it: with user properties of its own, a shallow copy, which become the session's. */
final class ClientConnectionConfig implements ClientEndpointConfig {
    private final ClientEndpointConfig config;
    private final Map<String, Object> userProperties;

    ClientConnectionConfig(ClientEndpointConfig config) {
        this.config = config;
        this.userProperties = new HashMap<>(config.getUserProperties());
    }

    @Override
    public List<String> getPreferredSubprotocols() {
        return config.getPreferredSubprotocols();
    }

    @Override
    public List<Extension> getExtensions() {
        return config.getExtensions();
    }

    @Override
    public @Nullable SSLContext getSSLContext() {
        return config.getSSLContext();
    }

    @Override
    public Configurator getConfigurator() {
        return config.getConfigurator();
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
