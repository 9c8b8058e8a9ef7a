package dev.duplex.cdi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.Message;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import jakarta.websocket.DeploymentException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A CDI container of some classes, a server whose applications it injects, and what the beans tell. */
final class Beans implements AutoCloseable {
    static final Duration LIMIT = Duration.ofSeconds(20);

    /** What beans tell of their lives, in order: they are made by their classes and have nowhere else to tell it. */
    static final BlockingQueue<String> EVENTS = new LinkedBlockingQueue<>();

    private final SeContainer container;

    private Beans(SeContainer container) {
        this.container = container;
    }

    /** A container with these beans alone. */
    static Beans of(Class<?>... classes) {
        return of(initializer -> initializer, classes);
    }

    /** A container with these beans alone, and what else is said. */
    static Beans of(UnaryOperator<SeContainerInitializer> more, Class<?>... classes) {
        EVENTS.clear();
        SeContainerInitializer initializer = initializer();
        if (classes.length > 0) {
            initializer.addBeanClasses(classes);
        }
        return new Beans(more.apply(initializer).initialize());
    }

    /** What starts one without the class path's beans. */
    static SeContainerInitializer initializer() {
        return SeContainerInitializer.newInstance()
                .disableDiscovery()
                .addExtensions(new WebSocketExtension())
                .addProperty("org.jboss.weld.se.shutdownHook", false);
    }

    SeContainer container() {
        return container;
    }

    Cdi cdi() {
        return Cdi.of(container.getBeanManager());
    }

    /** A server of these annotated classes, which this container injects. */
    Server serve(Class<?>... endpoints) throws DeploymentException, IOException {
        return Server.of(cdi(), endpoints);
    }

    static WsPeer connect(Server server, String path) throws Exception {
        return WebSockets.connect(server.uri(path));
    }

    /** Sends a text and returns the answer. */
    static String ask(WsPeer peer, String text) throws Exception {
        peer.write(text);
        return read(peer);
    }

    static String read(WsPeer peer) throws Exception {
        Message message = peer.readMessage(LIMIT);
        return Objects.requireNonNull(message, "a message, not the end").text();
    }

    /** The next that was told. */
    static String event() throws InterruptedException {
        String event = EVENTS.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(event).as("an event within " + LIMIT).isNotNull();
        return event;
    }

    /** What was told up to and with this. */
    static List<String> eventsUpTo(String last) throws InterruptedException {
        List<String> events = new ArrayList<>();
        do {
            events.add(event());
        } while (!events.getLast().equals(last));
        return events;
    }

    @Override
    public void close() {
        if (container.isRunning()) {
            container.close();
        }
    }
}
