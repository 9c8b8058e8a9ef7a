package dev.duplex.container;

import dev.duplex.deflate.DeflateParameters;
import dev.duplex.endpoint.ContextLoader;
import dev.duplex.engine.Connection;
import dev.duplex.engine.ConnectionSettings;
import dev.duplex.engine.Opening;
import dev.duplex.handshake.ResponseHead;
import dev.duplex.session.WebSocketSession;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A request that became a WebSocket connection. The host writes the response and then either serves the connection or, if that failed,
 * abandons it; one of the two, once. Handed from thread to thread at will.
 */
public final class Upgrade {
    private final ResponseHead response;
    private final WebSocketSession session;
    private final ConnectionSettings settings;
    private final @Nullable DeflateParameters compression;
    private final int stopCode;
    private final LiveSessions live;
    private final ClassLoader loader;
    private final Runnable release;
    private final AtomicBoolean used = new AtomicBoolean();

    /**
     * An upgrade that awaits its host.
     *
     * @param release frees what was made for the session if it never runs
     */
    Upgrade(
            ResponseHead response,
            WebSocketSession session,
            ConnectionSettings settings,
            @Nullable DeflateParameters compression,
            int stopCode,
            LiveSessions live,
            ClassLoader loader,
            Runnable release) {
        this.response = response;
        this.session = session;
        this.settings = settings;
        this.compression = compression;
        this.stopCode = stopCode;
        this.live = live;
        this.loader = loader;
        this.release = release;
        live.mayCome();
    }

    /** The 101 to write before the connection is served. */
    public ResponseHead response() {
        return response;
    }

    /**
     * Serves the connection on this thread, with the application's context class loader. Returns when it has ended and the close callback
     * has returned, unless another thread that closes the session runs that.
     *
     * @throws IllegalStateException when it was served or abandoned before
     */
    public void serve(Opening opening) {
        use();
        ClassLoader before = ContextLoader.enter(loader);
        try {
            Connection connection = begin(opening);
            session.open(connection);
            session.run();
        } finally {
            ContextLoader.leave(before);
        }
    }

    private Connection begin(Opening opening) {
        boolean begun = false;
        try {
            Connection connection = opening.connection(settings, compression, session);
            live.add(session, connection, stopCode);
            begun = true;
            return connection;
        } finally {
            try {
                if (!begun) { // there may be no memory for a connection
                    release.run();
                }
            } finally {
                live.cameOrNot();
            }
        }
    }

    /**
     * Frees what was made for the connection, because the response could not be written. No callback is called.
     *
     * @throws IllegalStateException when it was served or abandoned before
     */
    public void abandon() {
        use();
        ClassLoader before = ContextLoader.enter(loader);
        try {
            release.run();
        } finally {
            live.cameOrNot();
            ContextLoader.leave(before);
        }
    }

    /**
     * Closes the session with 1008, because its user is no longer authenticated (Jakarta WebSocket §7.2); one that has not begun, when it
     * begins. Waits for nothing, and has no effect on one that has ended. For any thread.
     */
    public void signOut() {
        LiveSessions.signOut(session);
    }

    private void use() {
        if (!used.compareAndSet(false, true)) {
            throw new IllegalStateException("an upgrade is served or abandoned, one of the two, once");
        }
    }
}
