package dev.duplex.servlet;

import dev.duplex.container.Upgrade;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which connections of authenticated users began in which HTTP session: when that ends, by a timeout or because it is invalidated, their
 * authentication has ended too, and they are closed with 1008. Jakarta WebSocket §7.2. Costs the others nothing. Safe for any thread.
 */
final class HttpLogins implements HttpSessionListener, HttpSessionIdListener {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Set<Member>> members = new HashMap<>(); // by the id of the HTTP session; guarded by lock

    /** One connection, from before its opening handshake is negotiated, so that no end of the HTTP session is missed, to its end. */
    final class Member {
        private String id; // of the HTTP session; guarded by lock
        private @Nullable Upgrade upgrade; // guarded by lock
        private boolean over; // whether the HTTP session has ended; guarded by lock

        private Member(String id) {
            this.id = id;
        }

        /** It is this one. */
        void is(Upgrade negotiated) {
            boolean late;
            lock.lock();
            try {
                upgrade = negotiated;
                late = over;
            } finally {
                lock.unlock();
            }
            if (late) {
                negotiated.signOut();
            }
        }

        /** It has ended, or comes to nothing. */
        void leave() {
            lock.lock();
            try {
                remove(this);
            } finally {
                lock.unlock();
            }
        }
    }

    /** A connection that may come of a request; null when no end of an HTTP session would concern it. */
    @Nullable
    Member enter(ServletHostRequest request) {
        HttpSession session = request.httpSession();
        if (session == null || request.principal() == null) {
            return null;
        }
        String id = session.getId(); // the container is not asked under the lock: it may hold its own when it tells us
        // something
        Member member = new Member(id);
        move(member, id);
        try {
            session.getCreationTime();
            move(member, session.getId()); // it may have changed meanwhile
        } catch (IllegalStateException ended) { // before the member was entered
            end(Set.of(member));
        }
        return member;
    }

    @Override
    public void sessionDestroyed(HttpSessionEvent event) {
        String id = event.getSession().getId();
        Set<Member> ofSession;
        lock.lock();
        try {
            ofSession = members.remove(id);
        } finally {
            lock.unlock();
        }
        if (ofSession != null) {
            end(ofSession);
        }
    }

    @Override
    public void sessionIdChanged(HttpSessionEvent event, String oldSessionId) {
        String id = event.getSession().getId();
        lock.lock();
        try {
            for (Member member : Set.copyOf(members.getOrDefault(oldSessionId, Set.of()))) {
                move(member, id);
            }
        } finally {
            lock.unlock();
        }
    }

    private void move(Member member, String id) {
        lock.lock();
        try {
            remove(member);
            member.id = id;
            members.computeIfAbsent(id, any -> new HashSet<>()).add(member);
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    private void remove(Member member) {
        Set<Member> ofSession = members.get(member.id);
        if (ofSession != null && ofSession.remove(member) && ofSession.isEmpty()) {
            members.remove(member.id);
        }
    }

    private void end(Set<Member> ofSession) {
        List<Upgrade> upgrades = new ArrayList<>();
        lock.lock();
        try {
            for (Member member : ofSession) {
                member.over = true;
                if (member.upgrade != null) {
                    upgrades.add(member.upgrade);
                }
            }
        } finally {
            lock.unlock();
        }
        upgrades.forEach(Upgrade::signOut);
    }
}
