package dev.duplex.engine;

import dev.duplex.transport.Watch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is to send a message: first come, first served, threads that wait and messages that were left in line alike.
 * Safe for any thread; guarded by itself, and nothing under that guard blocks.
 */
final class Turns {
    /** A place in the line. */
    sealed interface Place permits Waiting, LeftMessage {}

    /** A thread that waits. */
    static final class Waiting implements Place {
        final Semaphore go = new Semaphore(0);
    }

    /**
     * A message that was left in line, to be sent by whoever finds it next.
     *
     * @param until when it must have been sent, {@link Watch#NEVER} for no limit
     * @param outcome told once, null for success, by the thread that sends or the timer: must not block
     */
    record LeftMessage(
            int opcode, byte[] payload, int offset, int length, long until, Consumer<@Nullable Throwable> outcome)
            implements Place {}

    /** What a message in line costs besides its bytes: many empty ones must not fill the memory. */
    static final int OVERHEAD = 128;

    /** What became of an attempt to leave a message. */
    enum Leaving {
        /** The turn was free: the caller has it now, for this message. */
        TURN_TAKEN,
        /** It is in line. */
        IN_LINE,
        /** Too many bytes are in line; it was not taken. */
        FULL
    }

    private boolean taken;
    private @Nullable ArrayDeque<Place> line; // null until somebody has to wait
    private long leftBytes; // with the overhead of each

    /** Takes the turn if nobody has it. */
    synchronized boolean takeIfFree() {
        if (taken) {
            return false;
        }
        taken = true;
        return true;
    }

    /** Waits for the turn; false when it did not come in so many nanoseconds. */
    boolean take(long timeout) throws InterruptedException {
        Waiting place;
        synchronized (this) {
            if (!taken) {
                taken = true;
                return true;
            }
            place = new Waiting();
            line().add(place);
        }
        try {
            return place.go.tryAcquire(timeout, TimeUnit.NANOSECONDS) || !leave(place);
        } catch (InterruptedException e) {
            if (leave(place)) {
                throw e;
            }
            Thread.currentThread().interrupt(); // the turn came first
            return true;
        }
    }

    /** Leaves a message in line, unless more than {@code mostBytes} would be there, overhead included. An empty line takes any. */
    synchronized Leaving leave(LeftMessage message, int mostBytes) {
        if (!taken) {
            taken = true;
            return Leaving.TURN_TAKEN;
        }
        if (leftBytes > 0 && cost(message) > mostBytes - leftBytes) {
            return Leaving.FULL;
        }
        line().add(message);
        leftBytes += cost(message);
        return Leaving.IN_LINE;
    }

    /** Passes the turn on. A message that is next is returned: the turn is the caller's again, to send it. */
    synchronized @Nullable LeftMessage pass() {
        Place next = line == null ? null : line.poll();
        if (next instanceof LeftMessage message) {
            leftBytes -= cost(message);
            return message;
        }
        if (next instanceof Waiting place) {
            place.go.release();
        } else {
            taken = false;
        }
        return null;
    }

    /** Takes those messages out of the line whose time is over. */
    synchronized List<LeftMessage> overdue(long now) {
        List<LeftMessage> overdue = new ArrayList<>();
        if (line != null) {
            for (Iterator<Place> places = line.iterator(); places.hasNext(); ) {
                if (places.next() instanceof LeftMessage message
                        && message.until() != Watch.NEVER
                        && now - message.until() >= 0) {
                    places.remove();
                    leftBytes -= cost(message);
                    overdue.add(message);
                }
            }
        }
        return overdue;
    }

    /** When the first of the messages in line is overdue, NEVER when none has a limit. */
    synchronized long deadline() {
        long first = Watch.NEVER;
        if (line != null) {
            for (Place place : line) {
                if (place instanceof LeftMessage message) {
                    first = Watch.earlier(first, message.until());
                }
            }
        }
        return first;
    }

    /** Bytes of the messages in line, {@link #OVERHEAD} for each included. */
    synchronized long leftBytes() {
        return leftBytes;
    }

    private static long cost(LeftMessage message) {
        return (long) message.length() + OVERHEAD;
    }

    private synchronized boolean leave(Waiting place) {
        return line().remove(place);
    }

    private ArrayDeque<Place> line() {
        ArrayDeque<Place> places = line;
        if (places == null) {
            places = new ArrayDeque<>();
            line = places;
        }
        return places;
    }
}
