package dev.duplex.benchmarks;

import dev.duplex.container.DuplexContainer;
import dev.duplex.endpoint.AnnotatedEndpoint;
import dev.duplex.endpoint.CoderTable;
import dev.duplex.endpoint.Coders;
import dev.duplex.endpoint.Instances;
import dev.duplex.endpoint.PathTemplate;
import dev.duplex.engine.Connection;
import dev.duplex.engine.ConnectionSettings;
import dev.duplex.session.OpenSessions;
import dev.duplex.session.SessionDefaults;
import dev.duplex.session.Terms;
import dev.duplex.session.WebSocketSession;
import jakarta.websocket.Decoder;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.WebSocketContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** An annotated class, deployed, whose sessions run over any transport: what a server does between its sockets and the application. */
final class Dispatch {
    private static final String PATH = "/rooms/{room}";
    private static final Map<String, String> PATH_PARAMETERS = Map.of("room", "lobby");
    private static final ConnectionSettings SETTINGS = new ConnectionSettings(
            false, 0, Duration.ofSeconds(20).toNanos(), Duration.ofSeconds(10).toNanos());
    private static final SessionDefaults DEFAULTS = new SessionDefaults(0, 2 << 20, 2 << 20, 0, 1 << 20);

    private final WebSocketContainer container = new DuplexContainer();
    private final ServerEndpointConfig config;
    private final CoderTable coderTable;
    private final AnnotatedEndpoint endpoint;

    Dispatch(Class<?> type, List<Class<? extends Decoder>> decoders) throws DeploymentException {
        config = ServerEndpointConfig.Builder.create(type, PATH)
                .decoders(decoders)
                .build();
        coderTable = CoderTable.of(List.of(), decoders);
        endpoint = AnnotatedEndpoint.ofServer(type, PathTemplate.of(PATH), coderTable);
    }

    /** Runs one session from its open to its end, which is that of the transport's input, and returns its endpoint. */
    Object run(MemoryTransport transport) throws InstantiationException {
        Object instance = Instances.BY_CONSTRUCTOR.create(endpoint.type());
        session(instance, transport).run();
        return instance;
    }

    /** A session of this instance, which begins when it is run, and ends as the transport's input does. */
    Runnable session(Object instance, MemoryTransport transport) throws InstantiationException {
        Coders coders = coderTable.connect(config, Instances.BY_CONSTRUCTOR);
        Terms terms = new Terms(
                "1",
                config,
                new ConcurrentHashMap<>(),
                container,
                "ws://localhost/rooms/lobby",
                null,
                Map.of("room", List.of("lobby")),
                PATH_PARAMETERS,
                null,
                false,
                "",
                List.of(),
                DEFAULTS);
        WebSocketSession session = new WebSocketSession(
                terms, endpoint.connect(instance, PATH_PARAMETERS, coders), coders, new OpenSessions(), () -> {});
        Connection connection = new Connection(transport, SETTINGS, null, session);
        connection.start(new byte[0], 0, 0);
        return () -> {
            session.open(connection);
            session.run();
        };
    }
}
