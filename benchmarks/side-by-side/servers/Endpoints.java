import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The endpoints that every Jakarta server runs, unchanged: what is measured differs in nothing but the server. */
public final class Endpoints {
    private static final int BIG = 2 << 20;
    private static final int MIDDLE = 64 << 10;

    /** All of them. */
    public static final List<Class<?>> ALL =
            List.of(Echo.class, Return.class, Big.class, Middle.class, Broadcast.class);

    private Endpoints() {}

    /** Sends what it gets, with the container's own limits. */
    @ServerEndpoint("/echo")
    public static class Echo {
        @OnMessage
        public void text(String message, Session session) throws IOException {
            session.getBasicRemote().sendText(message);
        }

        @OnMessage
        public void binary(ByteBuffer message, Session session) throws IOException {
            session.getBasicRemote().sendBinary(message);
        }
    }

    /** Returns what it gets: a container may send several answers together. */
    @ServerEndpoint("/return")
    public static class Return {
        @OnMessage
        public String text(String message) {
            return message;
        }

        @OnMessage
        public ByteBuffer binary(ByteBuffer message) {
            return message;
        }
    }

    /** For messages of a megabyte; apart, so that the small ones keep the container's usual buffers. */
    @ServerEndpoint("/big")
    public static class Big {
        @OnMessage(maxMessageSize = BIG)
        public void text(String message, Session session) throws IOException {
            session.getBasicRemote().sendText(message);
        }

        @OnMessage(maxMessageSize = BIG)
        public void binary(ByteBuffer message, Session session) throws IOException {
            session.getBasicRemote().sendBinary(message);
        }
    }

    /** Shows whether a container pays for the size of the limit itself. */
    @ServerEndpoint("/mid")
    public static class Middle {
        @OnMessage(maxMessageSize = MIDDLE)
        public void text(String message, Session session) throws IOException {
            session.getBasicRemote().sendText(message);
        }

        @OnMessage(maxMessageSize = MIDDLE)
        public void binary(ByteBuffer message, Session session) throws IOException {
            session.getBasicRemote().sendBinary(message);
        }
    }

    /** Sends what it gets to everyone, with a plain loop. */
    @ServerEndpoint("/broadcast")
    public static class Broadcast {
        private static final Set<Session> SESSIONS = ConcurrentHashMap.newKeySet();

        @OnOpen
        public void open(Session session) {
            SESSIONS.add(session);
        }

        @OnClose
        public void close(Session session) {
            SESSIONS.remove(session);
        }

        @OnMessage
        public void text(String message) {
            for (Session session : SESSIONS) {
                try {
                    session.getBasicRemote().sendText(message);
                } catch (IOException | RuntimeException e) { // it ends: the others still get it
                    SESSIONS.remove(session);
                }
            }
        }
    }
}
