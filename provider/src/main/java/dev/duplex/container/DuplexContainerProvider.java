package dev.duplex.container;

import jakarta.websocket.ContainerProvider;
import jakarta.websocket.WebSocketContainer;

/** Makes this implementation the one of {@link ContainerProvider#getWebSocketContainer()}. Safe for any thread. */
public final class DuplexContainerProvider extends ContainerProvider {
    /** For the service loader. */
    public DuplexContainerProvider() {}

    /** A new container each time, as the API asks; it costs nothing until it connects. */
    @Override
    protected WebSocketContainer getContainer() {
        return new DuplexContainer();
    }
}
