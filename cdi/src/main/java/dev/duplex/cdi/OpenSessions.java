package dev.duplex.cdi;

import jakarta.websocket.Session;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Set;

/** Those of some sessions that are open now; cannot be changed. Safe for any thread. */
final class OpenSessions extends AbstractSet<Session> {
    private final Set<Session> sessions;

    /** A view. */
    OpenSessions(Set<Session> sessions) {
        this.sessions = sessions;
    }

    @Override
    public Iterator<Session> iterator() {
        return sessions.stream().filter(Session::isOpen).iterator();
    }

    @Override
    public int size() {
        return (int) sessions.stream().filter(Session::isOpen).count();
    }

    @Override
    public boolean contains(Object session) {
        return sessions.contains(CurrentSession.unwrapped(session)) && ((Session) session).isOpen();
    }
}
