package dev.duplex.se;

import jakarta.websocket.WebSocketContainer;
import jakarta.websocket.server.ServerContainer;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A program that has nothing but a server, for a JVM of its own. It closes it when its input has something. */
final class LongLived {
    private LongLived() {}

    /** Starts it in another process, which says its port and that its main method is over, a line each. */
    static Process start() throws IOException {
        return start(LongLived.class);
    }

    /** Starts a program that has nothing but the server and the tests. */
    static Process start(Class<?> program) throws IOException {
        String classPath = Stream.of(
                        program,
                        DuplexServer.class,
                        dev.duplex.container.DuplexServerContainer.class,
                        ServerContainer.class,
                        WebSocketContainer.class)
                .map(type ->
                        type.getProtectionDomain().getCodeSource().getLocation().getPath())
                .collect(Collectors.joining(File.pathSeparator));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath,
                        program.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @SuppressWarnings("SystemOut") // the parent reads it
    public static void main(String[] arguments) throws Exception {
        System.setProperty("java.util.logging.config.file", "/dev/null"); // it would say where it listens
        DuplexServer server = Echo.builder().start();
        Thread closing = new Thread(() -> {
            try {
                System.in.read();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            server.close();
        });
        closing.setDaemon(true); // the server alone keeps the JVM alive
        closing.start();
        System.out.println(server.port());
        System.out.println("main is over");
    }
}
