package dev.duplex.se;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.cdi.Cdi;
import dev.duplex.container.DuplexServerContainer;
import dev.duplex.se.discovery.Archive;
import io.github.classgraph.ClassGraph;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import jakarta.websocket.WebSocketContainer;
import jakarta.websocket.server.ServerContainer;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Without CDI on the class path everything else works, and what needs it is refused. */
final class NoCdiTest {
    private static final String NOTHING = "it is not there";
    private static final String NO_IMPLEMENTATION = "there is no implementation of it";

    @Test
    @Timeout(120)
    void aProgramWithoutCdiServesAndConnectsAndIsToldWhatNeedsIt(@TempDir Path folder) throws Exception {
        runs(folder, NOTHING, Stream.empty());
    }

    @Test
    @Timeout(120)
    void soDoesOneThatHasTheApiOfCdiAlone(@TempDir Path folder) throws Exception {
        runs(
                folder,
                NO_IMPLEMENTATION,
                Stream.of(SeContainer.class, ApplicationScoped.class, Inject.class, Interceptor.class));
    }

    private static void runs(Path folder, String missing, Stream<Class<?>> more) throws Exception {
        Path echo = Archive.compiled("""
            package app;
            @jakarta.websocket.server.ServerEndpoint("/echo")
            public class Echo {
                @jakarta.websocket.OnMessage
                public String answer(String text) {
                    return "found " + text;
                }
            }
            """).with("META-INF/beans.xml", "").directory(folder.resolve("echo"));
        Path injected = Archive.compiled("""
            package app;
            @jakarta.websocket.server.ServerEndpoint("/injected")
            public class Injected {
                @jakarta.inject.Inject
                Runnable service;
                @jakarta.websocket.OnMessage
                public void take(String text) {
                    service.run();
                }
            }
            """).directory(folder.resolve("injected"));
        Stream<Class<?>> needed = Stream.of(
                DuplexServer.class,
                Cdi.class,
                DuplexServerContainer.class,
                ServerContainer.class,
                WebSocketContainer.class,
                ClassGraph.class);
        String classPath = OwnProcess.classPath(
                OwnProcess.places(Stream.concat(needed, more).toArray(Class<?>[]::new)));
        String program = Path.of("src", "test", "no-cdi", "NoCdi.java").toString();
        assertThat(OwnProcess.run(folder, "-cp", classPath, program, echo.toString(), injected.toString()))
                .containsExactly(
                        "methods of the builder true",
                        "echo of named classes",
                        "echo of found a directory",
                        "CDI was asked for, and " + missing + ": put org.jboss.weld.se:weld-se-core on the class path"
                                + " of the server",
                        "injected: app.Injected has members with @Inject, and nothing here injects them: its"
                                + " application needs CDI, or the endpoint a configurator that makes its instances");
    }
}
