package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.container.DuplexServerContainer;
import dev.duplex.peer.RawPeer;
import jakarta.annotation.Resource;
import jakarta.servlet.Servlet;
import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.catalina.startup.Tomcat;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where Tomcat's own WebSocket container is there too, one of the two serves an application: Duplex. */
final class TomcatNeighbourTest {
    private static final Path OTHER = Path.of("target", "tomcat-websocket");

    @ParameterizedTest
    @EnumSource
    @Timeout(120)
    void takesThePlaceOfTomcatsOwnContainer(TomcatNeighbour.Start start, @TempDir Path folder) throws Exception {
        OwnProcess.Output output = OwnProcess.run(folder, classPath(), TomcatNeighbour.class, start.name());
        assertThat(output.lines())
                .containsExactly(
                        "application STARTED",
                        "container " + DuplexServerContainer.class.getName(),
                        "filters [application, dev.duplex]",
                        "HTTP/1.1 101 ",
                        "filtered true",
                        "echo");
        assertThat(output.errors().contains("containerSciFilter=\"org.apache.tomcat.websocket.server.WsSci\""))
                .as("advice")
                .isEqualTo(start != TomcatNeighbour.Start.LEFT_OUT);
    }

    private static Stream<Path> classPath() throws IOException {
        return Stream.concat(
                OwnProcess.places(
                        TomcatNeighbour.class,
                        DuplexInitializer.class,
                        DuplexServerContainer.class,
                        ServerEndpoint.class,
                        ClientEndpoint.class,
                        Servlet.class,
                        Tomcat.class,
                        Resource.class,
                        RawPeer.class,
                        Assertions.class),
                OwnProcess.jars(OTHER));
    }
}
