package dev.duplex.examples.endpoint;

import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Hands over each message as a line, binary ones as hex, and tells how the connection ended. */
@ClientEndpoint
public final class LineClient {
    private final Consumer<String> lines;
    private final CompletableFuture<CloseReason> end = new CompletableFuture<>();

    /**
     * A client for one connection.
     *
     * @param lines called by the thread of the connection, which reads on when it returns
     */
    public LineClient(Consumer<String> lines) {
        this.lines = lines;
    }

    /** How the connection ended, once it has. */
    public CompletableFuture<CloseReason> end() {
        return end;
    }

    /** Text as it is. */
    @OnMessage
    public void text(String message) {
        lines.accept(message);
    }

    /** Bytes as hex. */
    @OnMessage
    public void bytes(byte[] message) {
        lines.accept(HexFormat.of().formatHex(message));
    }

    /** Called once, however it ends. */
    @OnClose
    public void close(CloseReason reason) {
        end.complete(reason);
    }
}
