package dev.duplex.tck.conformance;

import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Puts the {@link Events} that the URI of a connection names into the user properties of its session, so that one
 * endpoint class can serve many tests at once without a mix of what they see. Safe for any thread.
 */
public class Recording extends ServerEndpointConfig.Configurator {
    static final String EVENTS = "conformance.events";

    private static final String PARAMETER = "events";
    private static final Map<String, Events> KNOWN = new ConcurrentHashMap<>();
    private static final AtomicLong NEXT = new AtomicLong();

    /** Makes events known; what is returned must be in the query of a connection's URI. */
    static String register(Events events) {
        String key = Long.toString(NEXT.incrementAndGet());
        KNOWN.put(key, events);
        return PARAMETER + "=" + key;
    }

    static void forget(Events events) {
        KNOWN.values().removeIf(known -> known == events);
    }

    /** The events of the test that sent this request; null if it is not one of {@link Deployed#uri}. */
    static @Nullable Events of(HandshakeRequest request) {
        List<String> keys = request.getParameterMap().getOrDefault(PARAMETER, List.of());
        return keys.isEmpty() ? null : KNOWN.get(keys.get(0));
    }

    @Override
    public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
        Events events = of(request);
        if (events != null) {
            config.getUserProperties().put(EVENTS, events);
        }
    }
}
