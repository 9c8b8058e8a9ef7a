package dev.duplex.examples.endpoint;

import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends news to everyone connected: what any of them sends, and what {@link #toAll} is given from elsewhere in the program. Nobody waits
 * for a slow one.
 */
@ServerEndpoint("/push")
public final class Push {
    /** In bytes; longer news from a client closes its connection with 1009. */
    private static final int LONGEST_NEWS = 8_192;

    /**
     * Who gets the news. Static, because there is an instance for each connection. Inside a callback {@link Session#getOpenSessions} tells
     * who is connected; news from elsewhere has no session to ask.
     */
    private static final Map<Session, Outbox> SUBSCRIBERS = new ConcurrentHashMap<>();

    /** Sends news to everyone connected, and does not wait until it is sent. Safe for any thread. */
    public static void toAll(String news) {
        SUBSCRIBERS.values().forEach(outbox -> outbox.send(news));
    }

    /** Whoever has the welcome gets all later news. */
    @OnOpen
    public void open(Session session) {
        Outbox outbox = new Outbox(session);
        SUBSCRIBERS.put(session, outbox);
        outbox.send("Welcome: " + SUBSCRIBERS.size() + " connected.");
    }

    /** What one sends goes to all. */
    @OnMessage(maxMessageSize = LONGEST_NEWS)
    public void message(String news) {
        toAll(news);
    }

    /** No more news. */
    @OnClose
    public void close(Session session) {
        SUBSCRIBERS.remove(session);
    }
}
