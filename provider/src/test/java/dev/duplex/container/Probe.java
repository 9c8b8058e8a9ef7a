package dev.duplex.container;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An endpoint that tells what it was called with; a test overrides what it is to do then. */
class Probe extends Endpoint {
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    volatile @Nullable Session session;

    /** What to do when it opens. */
    void opened(Session open) throws Exception {}

    /** What to do with a message; what is returned is sent. */
    @Nullable
    String heard(String message) throws Exception {
        return null;
    }

    @Override
    public final void onOpen(Session open, EndpointConfig config) {
        session = open;
        open.addMessageHandler(String.class, (MessageHandler.Whole<String>) this::text);
        tell("open");
        try {
            opened(open);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void text(String message) {
        tell("text " + message);
        try {
            String answer = heard(message);
            if (answer != null) {
                session().getBasicRemote().sendText(answer);
            }
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public final void onClose(Session closed, CloseReason reason) {
        tell("close " + reason.getCloseCode().getCode() + " " + reason.getReasonPhrase());
    }

    @Override
    public final void onError(Session failed, Throwable error) {
        tell("error " + error.getMessage());
    }

    /** Adds to what {@link #expect} finds. */
    final void tell(String event) {
        events.add(event);
    }

    /** Expects this to be what comes next. */
    final void expect(String event) throws InterruptedException {
        assertThat(next()).isEqualTo(event);
    }

    final String next() throws InterruptedException {
        String event = events.poll(20, TimeUnit.SECONDS);
        assertThat(event).as("it was called within 20 s").isNotNull();
        return event;
    }

    /** Expects that nothing more has been told. */
    final void expectNothing() {
        assertThat(events).isEmpty();
    }

    final Session session() {
        assertThat(session).isNotNull();
        return session;
    }

    /** The config of a server's endpoint that is this instance for each connection. */
    final ServerEndpointConfig at(String path) {
        return ServerEndpointConfig.Builder.create(Probe.class, path)
                .configurator(new Giving(this))
                .build();
    }

    /** Gives one instance to every connection. */
    static class Giving extends ServerEndpointConfig.Configurator {
        private final Object instance;

        Giving(Object instance) {
            this.instance = instance;
        }

        @Override
        public <T> T getEndpointInstance(Class<T> type) throws InstantiationException {
            return type.cast(instance);
        }
    }

    /** A host of endpoints with these configs. */
    static TestHost host(ServerEndpointConfig... configs) throws Exception {
        return host(DuplexServerContainer.builder().build(), configs);
    }

    static TestHost host(DuplexServerContainer container, ServerEndpointConfig... configs) throws Exception {
        for (ServerEndpointConfig config : configs) {
            container.addEndpoint(config);
        }
        return new TestHost(container);
    }
}
