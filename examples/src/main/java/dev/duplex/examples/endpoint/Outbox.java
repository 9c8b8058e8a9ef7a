package dev.duplex.examples.endpoint;

import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.SendResult;
import jakarta.websocket.Session;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends to one session without ever waiting for it: messages queue, and one that takes too little of them is closed. Safe for any thread.
 */
final class Outbox {
    private static final System.Logger LOG = System.getLogger(Outbox.class.getName());

    /** Deep enough for a burst or a hiccup of the network, shallow enough to give up on the dead. */
    private static final int MOST_WAITING = 500;

    private final Session session;

    /** Messages that are not sent yet. */
    private final AtomicInteger waiting = new AtomicInteger();

    Outbox(Session session) {
        this.session = session;
    }

    /** Sends a String, or what the endpoint has an encoder for. */
    void send(Object message) {
        if (waiting.incrementAndGet() > MOST_WAITING) {
            cutOff();
            return;
        }
        try {
            session.getAsyncRemote().sendObject(message, this::sent);
        } catch (IllegalStateException e) {
            // It was closed a moment ago, and its close callback is about to say so.
            LOG.log(Level.DEBUG, "Nothing can be sent to a session that is closed", e);
        }
    }

    private void sent(SendResult result) {
        waiting.decrementAndGet();
        if (!result.isOK()) {
            cutOff();
        }
    }

    /** Another time has no effect. On a thread of its own, because closing may wait too. */
    private void cutOff() {
        Thread.startVirtualThread(() -> {
            try {
                session.close(new CloseReason(CloseCodes.TRY_AGAIN_LATER, "too slow for what is sent here"));
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "A session that cannot be sent to cannot be told so either", e);
            }
        });
    }
}
