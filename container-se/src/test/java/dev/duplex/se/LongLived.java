package dev.duplex.se;

import jakarta.websocket.WebSocketContainer;
import jakarta.websocket.server.ServerContainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** A program that has nothing but a server, for a JVM of its own. It closes it when its input has something. */
final class LongLived {
    private LongLived() {}

    /** Starts it in another process, which says its port and that its main method is over, a line each. */
    static Process start() throws IOException {
        return start(LongLived.class);
    }

    /** The same in a process that may not have more files open than this. */
    static Process startWithFiles(int most) throws IOException {
        return start(List.of("sh", "-c", "ulimit -n " + most + " && exec \"$@\"", "sh"), LongLived.class);
    }

    /** Starts a program of these tests in another process. */
    static Process start(Class<?> program, String... arguments) throws IOException {
        return start(List.of(), program, arguments);
    }

    private static Process start(List<String> before, Class<?> program, String... arguments) throws IOException {
        String classPath = OwnProcess.classPath(OwnProcess.places(
                program,
                DuplexServer.class,
                dev.duplex.cdi.Cdi.class,
                dev.duplex.container.DuplexServerContainer.class,
                ServerContainer.class,
                WebSocketContainer.class));
        List<String> command = new ArrayList<>(before);
        command.addAll(OwnProcess.java("-cp", classPath, program.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
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
