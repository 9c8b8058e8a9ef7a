package dev.duplex.se.discovery;

import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.Set;
import java.util.stream.Collectors;

/** What applications of tests extend, and what is not in their archives. */
public final class Bases {
    private Bases() {}

    /** An endpoint that an application extends. */
    public abstract static class Programmatic extends Endpoint {
        @Override
        public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(
                    String.class, text -> session.getAsyncRemote().sendText("programmatic " + text, result -> {}));
        }
    }

    /** Puts every programmatic endpoint at its name. */
    public abstract static class EveryEndpoint implements ServerApplicationConfig {
        @Override
        public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> found) {
            return found.stream()
                    .map(type -> ServerEndpointConfig.Builder.create(type, "/" + type.getSimpleName())
                            .build())
                    .collect(Collectors.toSet());
        }

        @Override
        public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> found) {
            return Set.of();
        }
    }
}
