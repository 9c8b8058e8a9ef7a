package dev.duplex.tck.spring;

import dev.duplex.se.DuplexServer;
import jakarta.websocket.DeploymentException;
import java.io.IOException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.web.socket.server.standard.ServerEndpointExporter;

@Configuration(proxyBeanMethods = false)
class WebSocketConfiguration {
    @Bean
    DuplexServer server(@Value("${websocket.port:8080}") int port) throws DeploymentException, IOException {
        return DuplexServer.builder().port(port).start();
    }

    @Bean
    ServerEndpointExporter exporter(DuplexServer server) {
        ServerEndpointExporter exporter = new ServerEndpointExporter();
        exporter.setServerContainer(server.container());
        return exporter;
    }

    @Bean
    ApplicationListener<ContextClosedEvent> stop(DuplexServer server) {
        return closed -> server.close(); // while every bean still lives
    }
}
