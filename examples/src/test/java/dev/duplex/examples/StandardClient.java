package dev.duplex.examples;

import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.CloseReason;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client on the standard API, asked by the test. Every wait has a deadline. */
@ClientEndpoint
public final class StandardClient implements AutoCloseable {
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<CloseReason> end = new CompletableFuture<>();
    private @Nullable Session session;

    static StandardClient connect(String url) throws Exception {
        StandardClient client = new StandardClient();
        client.session = ContainerProvider.getWebSocketContainer().connectToServer(client, URI.create(url));
        return client;
    }

    @OnMessage
    public void message(String text) {
        messages.add(text);
    }

    @OnClose
    public void close(CloseReason reason) {
        end.complete(reason);
    }

    Session session() {
        if (session == null) {
            throw new IllegalStateException("not connected");
        }
        return session;
    }

    void send(String text) throws IOException {
        session().getBasicRemote().sendText(text);
    }

    /** The next message. */
    String next() throws InterruptedException {
        String message = messages.poll(Program.DEADLINE.toSeconds(), TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("No message within " + Program.DEADLINE);
        }
        return message;
    }

    CloseReason end() throws Exception {
        return end.get(Program.DEADLINE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() throws IOException {
        session().close();
    }
}
