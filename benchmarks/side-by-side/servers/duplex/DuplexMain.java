import dev.duplex.peer.Message;
import dev.duplex.peer.PeerOptions;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import dev.duplex.se.DuplexServer;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Duplex. Properties: {@code port}; {@code api=peer} for the blocking API on the same paths, which is what the engine does without
 * Jakarta's.
 */
public final class DuplexMain {
    private static final Set<WsPeer> RECEIVERS = ConcurrentHashMap.newKeySet();

    private DuplexMain() {}

    public static void main(String[] arguments) throws Exception {
        int port = Integer.getInteger("port", 9001);
        if ("peer".equals(System.getProperty("api"))) {
            PeerOptions options =
                    PeerOptions.builder().maxReceivePayload(2 << 20).build();
            WebSockets.server("ws://127.0.0.1:" + port + "/", DuplexMain::handle, options);
        } else {
            DuplexServer.builder()
                    .port(port)
                    .endpoint(Endpoints.ALL.toArray(new Class<?>[0]))
                    .start();
        }
        System.out.println("started");
        Thread.currentThread().join();
    }

    private static void handle(WsPeer peer) throws IOException {
        if (peer.handshakeRequest().path().equals("/broadcast")) {
            broadcast(peer);
        } else {
            echo(peer);
        }
    }

    /** Text goes through a String, as it does in the endpoints. */
    private static void echo(WsPeer peer) throws IOException {
        for (Message message = peer.readMessage(); message != null; message = peer.readMessage()) {
            if (message.isText()) {
                peer.write(message.text());
            } else {
                peer.write(message.data());
            }
        }
    }

    private static void broadcast(WsPeer peer) throws IOException {
        RECEIVERS.add(peer);
        try {
            for (Message message = peer.readMessage(); message != null; message = peer.readMessage()) {
                String text = message.text();
                for (WsPeer receiver : RECEIVERS) {
                    try {
                        receiver.write(text);
                    } catch (IOException e) {
                        RECEIVERS.remove(receiver);
                    }
                }
            }
        } finally {
            RECEIVERS.remove(peer);
        }
    }
}
