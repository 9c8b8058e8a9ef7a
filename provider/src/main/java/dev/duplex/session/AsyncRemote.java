package dev.duplex.session;

import dev.duplex.endpoint.Companion;
import jakarta.websocket.RemoteEndpoint;
import jakarta.websocket.SendHandler;
import jakarta.websocket.SendResult;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Leaves messages to be sent in the order in which they were asked for, and returns; it waits only when {@link
 * SessionDefaults#maxPendingBytes()} wait already. Safe for any thread. Each handler runs on a thread of its own: it may send, wait and
 * throw.
 */
final class AsyncRemote extends Remote implements RemoteEndpoint.Async {
    private static final System.Logger LOG = System.getLogger(AsyncRemote.class.getName());

    private volatile long sendTimeoutMillis;

    AsyncRemote(WebSocketSession session, Outbound outbound, long sendTimeoutMillis) {
        super(session, outbound);
        this.sendTimeoutMillis = sendTimeoutMillis;
    }

    @Override
    public long getSendTimeout() {
        return sendTimeoutMillis;
    }

    @Override
    public void setSendTimeout(long timeoutmillis) {
        requireOpen();
        sendTimeoutMillis = timeoutmillis;
    }

    @Override
    public void sendText(String text, SendHandler handler) {
        outbound.leaveText(given("the text", text), timeout(), telling(handler));
    }

    @Override
    public Future<Void> sendText(String text) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        outbound.leaveText(given("the text", text), timeout(), completing(sent));
        return sent;
    }

    @Override
    public void sendBinary(ByteBuffer data, SendHandler handler) {
        outbound.leaveBinary(given("the data", data), timeout(), telling(handler));
    }

    @Override
    public Future<Void> sendBinary(ByteBuffer data) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        outbound.leaveBinary(given("the data", data), timeout(), completing(sent));
        return sent;
    }

    @Override
    public void sendObject(Object data, SendHandler handler) {
        outbound.leaveObject(given("the object", data), timeout(), telling(handler));
    }

    @Override
    public Future<Void> sendObject(Object data) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        outbound.leaveObject(given("the object", data), timeout(), completing(sent));
        return sent;
    }

    private long timeout() {
        return TimeUnit.MILLISECONDS.toNanos(Math.max(0, sendTimeoutMillis));
    }

    private static Consumer<@Nullable Throwable> completing(CompletableFuture<Void> sent) {
        return failure -> {
            if (failure == null) {
                sent.complete(null);
            } else {
                sent.completeExceptionally(failure);
            }
        };
    }

    private Consumer<@Nullable Throwable> telling(SendHandler handler) {
        given("the handler", handler);
        return failure -> {
            SendResult result = failure == null ? new SendResult(session) : new SendResult(session, failure);
            Thread.ofVirtual().name("duplex-sent").start(() -> {
                Thread.currentThread().setContextClassLoader(session.classLoader());
                Companion.Call call = session.call();
                try {
                    handler.onResult(result);
                } catch (RuntimeException | Error e) {
                    LOG.log(System.Logger.Level.ERROR, "the SendHandler " + handler + " of " + session + " failed", e);
                } finally {
                    Companion.end(call);
                }
            });
        };
    }
}
