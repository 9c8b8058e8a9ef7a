package dev.duplex.examples.endpoint;

import jakarta.websocket.Session;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who is in which room. Everyone in a room gets its events in the same order, because they are put into the outboxes under one
 * lock. Safe for any thread.
 */
final class Rooms {
    /** In one room: each event goes to each of them, with the list of all. */
    private static final int MOST_PEOPLE = 100;

    private final ReentrantLock lock = new ReentrantLock();

    /** In the order of coming; no room is empty. Guarded by lock. */
    private final Map<String, Map<Session, Guest>> rooms = new HashMap<>();

    private record Guest(String name, Outbox outbox) {}

    /** The name under which the session is in the room now, with a number behind it when it was taken; null when the room is full. */
    @Nullable
    String enter(String room, String wanted, Session session) {
        lock.lock();
        try {
            Map<Session, Guest> people = rooms.computeIfAbsent(room, key -> new LinkedHashMap<>());
            if (people.size() == MOST_PEOPLE) {
                return null;
            }
            String name = free(wanted, names(people));
            List<Guest> others = List.copyOf(people.values());
            Guest guest = new Guest(name, new Outbox(session));
            people.put(session, guest);
            guest.outbox().send(new Chat.Welcome(room, name, names(people)));
            others.forEach(other -> other.outbox().send(new Chat.Joined(name, names(people))));
            return name;
        } finally {
            lock.unlock();
        }
    }

    void say(String room, String name, String text) {
        lock.lock();
        try {
            Chat.Said said = new Chat.Said(name, text, Instant.now().toString());
            rooms.getOrDefault(room, Map.of())
                    .values()
                    .forEach(guest -> guest.outbox().send(said));
        } finally {
            lock.unlock();
        }
    }

    /** Has no effect on a session that is not in the room. */
    void leave(String room, Session session) {
        lock.lock();
        try {
            Map<Session, Guest> people = rooms.getOrDefault(room, Map.of());
            if (!people.containsKey(session)) {
                return;
            }
            String name = people.remove(session).name();
            people.values().forEach(other -> other.outbox().send(new Chat.Left(name, names(people))));
            if (people.isEmpty()) {
                rooms.remove(room);
            }
        } finally {
            lock.unlock();
        }
    }

    private static List<String> names(Map<Session, Guest> people) {
        return people.values().stream().map(Guest::name).toList();
    }

    private static String free(String wanted, List<String> taken) {
        String name = wanted;
        for (int number = 2; taken.contains(name); number++) {
            name = wanted + " " + number;
        }
        return name;
    }
}
