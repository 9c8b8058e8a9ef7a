package dev.duplex.tck.spring;

import dev.duplex.se.DuplexServer;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class PerConnectionConfiguration {
    @Bean
    DuplexServer server(@Value("${websocket.port:8080}") int port, ServerEndpointConfig... endpoints)
            throws DeploymentException, IOException {
        return DuplexServer.builder().port(port).endpoint(endpoints).start();
    }

    @Bean
    ServerEndpointConfig greeter(Greetings greetings) {
        return ServerEndpointConfig.Builder.create(Greeter.class, "/greet/{name}")
                .configurator(new ServerEndpointConfig.Configurator() {
                    @Override
                    public <T> T getEndpointInstance(Class<T> type) {
                        return type.cast(new Greeter(greetings));
                    }
                })
                .build();
    }
}
