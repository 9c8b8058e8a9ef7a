package dev.duplex.examples.endpoint;

import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends news to everyone connected: what any of them sends, and what {@link #toAll} is given from elsewhere in the program. Nobody waits
 * for a slow one: its messages queue, and it is closed when that fails.
 */
@ServerEndpoint("/push")
public final class Push {
    private static final System.Logger LOG = System.getLogger(Push.class.getName());

    /**
     * Who gets the news. Static, because there is an instance for each connection. Inside a callback {@link Session#getOpenSessions} would
     * do; news from elsewhere has no session to ask.
     */
    private static final Set<Session> SUBSCRIBERS = ConcurrentHashMap.newKeySet();

    /** Sends news to everyone connected, and does not wait until it is sent. Safe for any thread. */
    public static void toAll(String news) {
        SUBSCRIBERS.forEach(subscriber -> send(subscriber, news));
    }

    /** Whoever has the welcome gets all later news. */
    @OnOpen
    public void open(Session session) {
        SUBSCRIBERS.add(session);
        send(session, "Welcome: " + SUBSCRIBERS.size() + " connected.");
    }

    /** What one sends goes to all. */
    @OnMessage
    public void message(String news) {
        toAll(news);
    }

    /** No more news. */
    @OnClose
    public void close(Session session) {
        SUBSCRIBERS.remove(session);
    }

    private static void send(Session session, String news) {
        try {
            session.getAsyncRemote().sendText(news, result -> {
                if (!result.isOK()) {
                    close(session, result.getException());
                }
            });
        } catch (IllegalStateException e) {
            // It was closed a moment ago, and its close callback is about to remove it.
            LOG.log(Level.DEBUG, "No news for a session that is closed", e);
        }
    }

    private static void close(Session session, Throwable cause) {
        try {
            session.close(new CloseReason(CloseCodes.TRY_AGAIN_LATER, "too slow for the news"));
        } catch (IOException e) {
            e.addSuppressed(cause);
            LOG.log(Level.DEBUG, "A session that cannot be sent to cannot be told so either", e);
        }
    }
}
