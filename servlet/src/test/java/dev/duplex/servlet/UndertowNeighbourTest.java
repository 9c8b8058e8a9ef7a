package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.container.DuplexServerContainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where Undertow's own WebSocket container is there too, Duplex serves an application, or the application does not start and says why. */
final class UndertowNeighbourTest {
    private static final Path OTHER = Path.of("target", "undertow-websocket");

    /** Undertow's services of the same names are found first, or last. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Timeout(120)
    void servesWhereUndertowsOwnIsNotActive(boolean otherFirst, @TempDir Path folder) throws Exception {
        OwnProcess.Output output = OwnProcess.run(
                folder, classPath(otherFirst), UndertowNeighbour.class, UndertowNeighbour.Start.PASSIVE.name());
        assertThat(output.lines())
                .containsExactly(
                        "container " + DuplexServerContainer.class.getName(),
                        "HTTP/1.1 101 Switching Protocols",
                        "echo");
    }

    @Test
    @Timeout(120)
    void saysHowToLeaveUndertowsOwnOut(@TempDir Path folder) throws Exception {
        OwnProcess.Output output = OwnProcess.run(
                folder, classPath(false), UndertowNeighbour.class, UndertowNeighbour.Start.ACTIVE.name());
        assertThat(output.lines())
                .containsExactly("failed: This application has another WebSocket container beside Duplex,"
                        + " io.undertow.websockets.jsr.ServerWebSocketContainer, and only one can serve it: take"
                        + " the WebSocketDeploymentInfo out of the attributes of the DeploymentInfo, without which"
                        + " Undertow's own is not there");
    }

    private static Stream<Path> classPath(boolean otherFirst) throws IOException {
        Stream<Path> other = OwnProcess.jars(OTHER);
        return otherFirst ? Stream.concat(other, OwnProcess.classPath()) : Stream.concat(OwnProcess.classPath(), other);
    }
}
