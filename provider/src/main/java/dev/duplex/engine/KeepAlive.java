package dev.duplex.engine;

import dev.duplex.transport.Watch;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Pings a remote end that is silent, and gives the connection up when it stays silent. Any byte counts as life. Works whether or not
 * the application reads: when nobody does, it looks itself at what has come.
 */
final class KeepAlive {
    private final Connection connection;
    private final long period;
    private volatile boolean acting; // set by the timer, cleared by the thread that it started
    /** When the last Ping set out: what is heard later may answer it. The timer and the acting thread read this one after the other. */
    private volatile long pingedAt;
    /** When it was on the wire, perhaps much later, behind another frame: from then on the remote end has its time. */
    private volatile long pingSentAt;

    private volatile boolean pinged;

    KeepAlive(Connection connection, long period) {
        this.connection = connection;
        this.period = period;
    }

    /** Says when to ask again. Starts a thread when there is something to do, because this one must not block. */
    long check(long now) {
        if (acting) {
            return Watch.NEVER; // that thread sets the timer when it is done
        }
        if (connection.closing()) {
            // RFC 6455 §5.5.1: no Ping follows a Close, and the wait for its answer has a deadline of its own
            return Watch.NEVER;
        }
        long due = dueAt();
        if (now - due < 0) {
            return due;
        }
        acting = true;
        boolean started = false;
        try {
            Thread.ofVirtual().name("duplex-keep-alive").start(this::act);
            started = true;
        } finally {
            if (!started) {
                acting = false; // there was no memory for a thread
            }
        }
        return Watch.NEVER;
    }

    private long dueAt() {
        return (unanswered() ? pingSentAt : connection.heardAt()) + period;
    }

    private boolean unanswered() {
        return pinged && connection.heardAt() - pingedAt < 0;
    }

    private void act() {
        try {
            boolean judged = connection.readAhead();
            if (System.nanoTime() - dueAt() >= 0 && !connection.closing()) {
                if (judged && unanswered()) {
                    connection.pongTimedOut(period);
                    return;
                }
                long now = System.nanoTime();
                pingedAt = now;
                // Not sent when a write was in the way all the period; that write has a deadline of its own
                pinged = connection.ping(
                        ByteBuffer.allocate(Long.BYTES).putLong(now).array(), period);
                pingSentAt = System.nanoTime();
            }
        } catch (IOException e) {
            if (!connection.closing()) { // else it was the Close that was in the way
                connection.lost(e);
            }
        } finally {
            acting = false;
            connection.watch().runBy(dueAt());
        }
    }
}
