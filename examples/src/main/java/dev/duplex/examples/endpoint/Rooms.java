package dev.duplex.examples.endpoint;

import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.Session;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who is in which room. Everyone in a room gets its events in the same order, because they are queued under one lock; sending is
 * asynchronous, so that a slow one holds up nobody. Safe for any thread.
 */
final class Rooms {
    private static final System.Logger LOG = System.getLogger(Rooms.class.getName());

    /** In one room: each event goes to each of them, with the list of all. */
    private static final int MOST_PEOPLE = 100;

    private final ReentrantLock lock = new ReentrantLock();

    /** The name of each session in each room, in the order of coming; no room is empty. Guarded by lock. */
    private final Map<String, Map<Session, String>> rooms = new HashMap<>();

    /** The name under which the session is in the room now, with a number behind it when it was taken; null when the room is full. */
    @Nullable
    String enter(String room, String wanted, Session session) {
        lock.lock();
        try {
            Map<Session, String> people = rooms.computeIfAbsent(room, key -> new LinkedHashMap<>());
            if (people.size() == MOST_PEOPLE) {
                return null;
            }
            String name = free(wanted, people.values());
            people.put(session, name);
            send(session, new Chat.Welcome(room, name, List.copyOf(people.values())));
            sendToOthers(people, session, new Chat.Joined(name, List.copyOf(people.values())));
            return name;
        } finally {
            lock.unlock();
        }
    }

    void say(String room, String name, String text) {
        lock.lock();
        try {
            sendToAll(
                    rooms.getOrDefault(room, Map.of()),
                    new Chat.Said(name, text, Instant.now().toString()));
        } finally {
            lock.unlock();
        }
    }

    /** Has no effect on a session that is not in the room. */
    void leave(String room, Session session) {
        lock.lock();
        try {
            Map<Session, String> people = rooms.getOrDefault(room, Map.of());
            if (!people.containsKey(session)) {
                return;
            }
            String name = people.remove(session);
            if (people.isEmpty()) {
                rooms.remove(room);
            } else {
                sendToAll(people, new Chat.Left(name, List.copyOf(people.values())));
            }
        } finally {
            lock.unlock();
        }
    }

    private static String free(String wanted, Collection<String> taken) {
        String name = wanted;
        for (int number = 2; taken.contains(name); number++) {
            name = wanted + " " + number;
        }
        return name;
    }

    private static void sendToAll(Map<Session, String> people, Event event) {
        people.keySet().forEach(session -> send(session, event));
    }

    private static void sendToOthers(Map<Session, String> people, Session one, Event event) {
        people.keySet().stream().filter(session -> !session.equals(one)).forEach(session -> send(session, event));
    }

    private static void send(Session session, Event event) {
        try {
            session.getAsyncRemote().sendObject(event, result -> {
                if (!result.isOK()) {
                    // On a thread of its own: this one may hold the lock, and closing may block.
                    Thread.startVirtualThread(() -> close(session, result.getException()));
                }
            });
        } catch (IllegalStateException e) {
            // It was closed a moment ago, and its close callback waits for the lock to leave.
            LOG.log(Level.DEBUG, "No event for a session that is closed", e);
        }
    }

    private static void close(Session session, Throwable cause) {
        try {
            session.close(new CloseReason(CloseCodes.TRY_AGAIN_LATER, "too slow for this room"));
        } catch (IOException e) {
            e.addSuppressed(cause);
            LOG.log(Level.DEBUG, "A session that cannot be sent to cannot be told so either", e);
        }
    }
}
