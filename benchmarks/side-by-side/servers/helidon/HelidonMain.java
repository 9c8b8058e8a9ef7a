import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsRouting;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Helidon's web server, on virtual threads, with its own listeners: no Jakarta WebSocket. It does not join frames to messages, which
 * does not matter here because the load sends whole ones. Property: {@code port}.
 */
public final class HelidonMain {
    private static final Set<WsSession> RECEIVERS = ConcurrentHashMap.newKeySet();

    private HelidonMain() {}

    public static void main(String[] arguments) throws Exception {
        WebServer.builder()
                .host("127.0.0.1")
                .port(Integer.getInteger("port", 9001))
                .backlog(4096)
                .addProtocol(WsConfig.builder().maxFrameLength(4 << 20).build())
                .addRouting(WsRouting.builder()
                        .endpoint("/echo", Echo::new)
                        .endpoint("/return", Echo::new)
                        .endpoint("/big", Echo::new)
                        .endpoint("/mid", Echo::new)
                        .endpoint("/broadcast", Broadcast::new))
                .build()
                .start();
        System.out.println("started");
        Thread.currentThread().join();
    }

    private static final class Echo implements WsListener {
        @Override
        public void onMessage(WsSession session, String text, boolean last) {
            session.send(text, last);
        }

        @Override
        public void onMessage(WsSession session, BufferData data, boolean last) {
            session.send(data, last);
        }
    }

    private static final class Broadcast implements WsListener {
        @Override
        public void onOpen(WsSession session) {
            RECEIVERS.add(session);
        }

        @Override
        public void onClose(WsSession session, int status, String reason) {
            RECEIVERS.remove(session);
        }

        @Override
        public void onError(WsSession session, Throwable failure) {
            RECEIVERS.remove(session);
        }

        @Override
        public void onMessage(WsSession session, String text, boolean last) {
            for (WsSession receiver : RECEIVERS) {
                try {
                    receiver.send(text, last);
                } catch (RuntimeException e) { // it ends: the others still get it
                    RECEIVERS.remove(receiver);
                }
            }
        }
    }
}
