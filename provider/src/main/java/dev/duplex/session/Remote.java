package dev.duplex.session;

import jakarta.websocket.RemoteEndpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What both remotes of a session can do. Safe for any thread. */
abstract class Remote implements RemoteEndpoint {
    final WebSocketSession session;
    final Outbound outbound;

    Remote(WebSocketSession session, Outbound outbound) {
        this.session = session;
        this.outbound = outbound;
    }

    @Override
    public void setBatchingAllowed(boolean allowed) throws IOException {
        requireOpen();
        outbound.batching(allowed);
    }

    @Override
    public boolean getBatchingAllowed() {
        return outbound.batching();
    }

    @Override
    public void flushBatch() throws IOException {
        outbound.flush();
    }

    @Override
    public void sendPing(ByteBuffer data) throws IOException {
        outbound.ping(data);
    }

    @Override
    public void sendPong(ByteBuffer data) throws IOException {
        outbound.pong(data);
    }

    /** The Javadoc of RemoteEndpoint: the settings of one whose connection is closed cannot be changed. */
    void requireOpen() {
        if (!outbound.open()) {
            throw new IllegalArgumentException("The session is closed, and its settings cannot be changed any more");
        }
    }

    /** The Javadoc of both remotes: null gets an IllegalArgumentException. */
    static <T> T given(String what, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException(what + " must not be null");
        }
        return value;
    }
}
