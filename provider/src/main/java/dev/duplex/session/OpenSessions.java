package dev.duplex.session;

import jakarta.websocket.Session;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The open sessions of one endpoint. Safe for any thread. */
public final class OpenSessions {
    private final Set<WebSocketSession> sessions = ConcurrentHashMap.newKeySet();

    /** The sessions that are open at this moment; a copy. Jakarta's Javadoc of {@code Session.getOpenSessions}. */
    public Set<Session> snapshot() {
        Set<Session> open = new LinkedHashSet<>();
        for (WebSocketSession session : sessions) {
            if (session.isOpen()) {
                open.add(session);
            }
        }
        return Collections.unmodifiableSet(open);
    }

    /** All that have not ended, those included that are closing. */
    public Set<WebSocketSession> all() {
        return Set.copyOf(sessions);
    }

    void add(WebSocketSession session) {
        sessions.add(session);
    }

    void remove(WebSocketSession session) {
        sessions.remove(session);
    }
}
