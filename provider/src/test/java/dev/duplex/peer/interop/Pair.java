package dev.duplex.peer.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.ConnectRequest;
import dev.duplex.peer.PeerOptions;
import dev.duplex.peer.PeerServer;
import dev.duplex.peer.Role;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The two ends of a connection: ours, and the one in a child process. Closing it ends our end, without a Close frame. */
final class Pair implements AutoCloseable {
    final WsPeer ours;
    final RemotePeer theirs;
    /** What the child's end knows after the opening handshake. */
    final RemotePeer.Opened opened;

    private final Runnable end;

    private Pair(WsPeer ours, RemotePeer theirs, Runnable end) {
        this.ours = ours;
        this.theirs = theirs;
        this.opened = theirs.opened();
        this.end = end;
    }

    /**
     * Connects the two.
     *
     * @param role of our end
     * @param options of our end, without those of TLS
     * @param theirOptions of the child's end, without those of TLS
     * @param identity of the server; null for no TLS
     */
    static Pair open(
            Role role,
            PeerProcess child,
            PeerOptions.Builder options,
            Map<String, ?> theirOptions,
            @Nullable Identity identity)
            throws Exception {
        return role == Role.CLIENT
                ? connect(child, options, theirOptions, identity)
                : serve(child, options, theirOptions, identity);
    }

    private static Pair connect(
            PeerProcess child, PeerOptions.Builder options, Map<String, ?> theirOptions, @Nullable Identity identity)
            throws IOException {
        Map<String, Object> listening = new HashMap<>(theirOptions);
        if (identity != null) {
            listening.put("tls", tls(identity));
            options.sslContext(identity.trusting());
        }
        RemoteServer server = child.listen(listening);
        String uri = (identity == null ? "ws" : "wss") + "://127.0.0.1:" + server.port() + "/chat?room=1";
        WsPeer ours = WebSockets.connect(uri, ConnectRequest.none(), options.build());
        try {
            return new Pair(ours, server.accept(), ours::close);
        } catch (AssertionError e) {
            ours.close();
            throw e;
        }
    }

    private static Pair serve(
            PeerProcess child, PeerOptions.Builder options, Map<String, ?> theirOptions, @Nullable Identity identity)
            throws Exception {
        Map<String, Object> connecting = new HashMap<>(theirOptions);
        if (identity != null) {
            connecting.put("ca", identity.certificate().toString());
            options.sslContext(identity.serving());
        }
        BlockingQueue<WsPeer> handled = new ArrayBlockingQueue<>(1);
        CountDownLatch done = new CountDownLatch(1);
        PeerServer server = WebSockets.server(
                (identity == null ? "ws" : "wss") + "://127.0.0.1:0/chat",
                peer -> {
                    handled.add(peer);
                    done.await();
                },
                options.build());
        Runnable end = () -> {
            handled.forEach(WsPeer::close);
            done.countDown();
            server.close();
        };
        try {
            connecting.put("url", server.uri() + "?room=1");
            RemotePeer theirs = child.connect(connecting);
            WsPeer ours = handled.poll(PeerProcess.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(ours).as("the handler was called").isNotNull();
            handled.add(ours);
            return new Pair(ours, theirs, end);
        } catch (AssertionError e) {
            end.run();
            throw e;
        }
    }

    /** The option of a listening child. */
    static Map<String, String> tls(Identity identity) {
        return Map.of(
                "key", identity.key().toString(),
                "cert", identity.certificate().toString());
    }

    @Override
    public void close() {
        end.run();
    }
}
