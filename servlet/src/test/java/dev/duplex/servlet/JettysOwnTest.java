package dev.duplex.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Beside Jetty's own WebSocket container Duplex is the one, or the application does not start and says why. */
final class JettysOwnTest {
    private static final Path JARS = Path.of("target", "jetty-websocket");
    private static final String REFUSED =
            "ServletException: This application has another WebSocket container beside Duplex,"
                + " org.eclipse.jetty.ee11.websocket.jakarta.server.JakartaWebSocketServerContainer, and only one can"
                + " serve it: set the context parameter org.eclipse.jetty.websocket.jakarta to false, or leave"
                + " duplex-servlet out";

    @Test
    @Timeout(120)
    void duplexIsTheOneOrSaysWhyNot(@TempDir Path folder) throws Exception {
        assertThat(OwnProcess.run(
                                folder,
                                Stream.concat(OwnProcess.classPath(), OwnProcess.jars(JARS)),
                                JettysOwn.class,
                                folder.toString())
                        .lines())
                .containsExactly(
                        "Duplex first: dev.duplex.container.DuplexServerContainer, echo",
                        "Jetty's first: " + REFUSED,
                        "Jetty's first, disabled: dev.duplex.container.DuplexServerContainer, echo",
                        "a WAR, Duplex first: dev.duplex.container.DuplexServerContainer, echo",
                        "a WAR, Jetty's first: " + REFUSED,
                        "a WAR, Jetty's disabled: dev.duplex.container.DuplexServerContainer, echo");
    }
}
