package dev.duplex.tck.conformance;

import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint of either side that does in each callback what the test told it to, with a {@link Wire} as its peer. It
 * records {@code open}, {@code text …}, {@code error …}, {@code close code phrase}.
 */
final class Scripted extends Endpoint {
    enum Moment {
        OPEN,
        MESSAGE,
        ERROR,
        CLOSE
    }

    enum Side {
        SERVER,
        CLIENT
    }

    /** What a callback does after it has recorded its call. */
    interface Action {
        void run(Session session) throws Exception;
    }

    private final Map<Moment, Action> actions = new EnumMap<>(Moment.class);
    private final Events events = new Events();
    private final Events opened = new Events();
    private final AtomicInteger closes = new AtomicInteger();

    /** To be said before the connection is made. */
    Scripted at(Moment moment, Action action) {
        actions.put(moment, action);
        return this;
    }

    Events events() {
        return events;
    }

    /** How often onClose was called. */
    int closes() {
        return closes.get();
    }

    private void act(Moment moment, Session session) {
        Action action = actions.get(moment);
        if (action != null) {
            try {
                action.run(session);
            } catch (RuntimeException failure) {
                throw failure;
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        }
    }

    @Override
    public void onOpen(Session session, EndpointConfig config) {
        session.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> {
            events.add("text " + text);
            act(Moment.MESSAGE, session);
        });
        opened.add(session);
        events.add("open");
        act(Moment.OPEN, session);
    }

    @Override
    public void onError(Session session, Throwable failure) {
        events.add("error " + failure.getMessage());
        act(Moment.ERROR, session);
    }

    @Override
    public void onClose(Session session, CloseReason reason) {
        closes.incrementAndGet();
        events.add(Events.close(reason));
        act(Moment.CLOSE, session);
    }

    /** Makes this endpoint a server's or a client's and connects it with a bare socket. */
    Connection connect(Side side) throws Exception {
        return side == Side.SERVER ? asServer() : asClient();
    }

    private Connection asServer() throws Exception {
        Deployed server = Deployed.of(ServerEndpointConfig.Builder.create(Scripted.class, "/scripted")
                .configurator(new ServerEndpointConfig.Configurator() {
                    @Override
                    public <T> T getEndpointInstance(Class<T> type) {
                        return type.cast(Scripted.this);
                    }
                })
                .build());
        Wire wire = server.wire("/scripted");
        return new Connection(opened.next(Session.class), wire, server::close, null);
    }

    private Connection asClient() throws Exception {
        WireServer server = new WireServer();
        URI uri = server.uri("/scripted");
        Meanwhile<Session> connecting = Meanwhile.run(() -> ContainerProvider.getWebSocketContainer()
                .connectToServer(this, ClientEndpointConfig.Builder.create().build(), uri));
        Wire wire = server.accept().upgrade();
        return new Connection(opened.next(Session.class), wire, server::close, connecting);
    }

    /** The session of a scripted endpoint and its peer. */
    record Connection(
            Session session,
            Wire wire,
            Closeable server,
            @Nullable Meanwhile<Session> connecting) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            try {
                wire.close();
            } finally {
                server.close();
                if (connecting != null) {
                    awaitConnected(connecting);
                }
            }
        }

        private static void awaitConnected(Meanwhile<Session> connecting) {
            try {
                connecting.result();
            } catch (IOException | DeploymentException failure) {
                // An endpoint that fails in onOpen may be a failure of connectToServer; the test knows which it wants.
            } catch (Exception failure) {
                throw new AssertionError("connectToServer threw what it must not", failure);
            }
        }
    }
}
