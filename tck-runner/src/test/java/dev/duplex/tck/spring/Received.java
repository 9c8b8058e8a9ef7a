package dev.duplex.tck.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.springframework.web.socket.BinaryMessage;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.PongMessage;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.handler.AbstractWebSocketHandler;

/**
 * Keeps in order what it is called with: a text as itself, a failure as itself, everything else as Spring's value. A close of a session
 * that says that it is open is a failure too.
 */
class Received extends AbstractWebSocketHandler {
    private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

    /** The next, for which it waits. */
    Object next() throws InterruptedException {
        Object next = events.poll(20, TimeUnit.SECONDS);
        assertThat(next).as("something received within 20 s").isNotNull();
        return next;
    }

    @Override
    protected void handleTextMessage(WebSocketSession session, TextMessage message) throws Exception {
        events.add(message.isLast() ? message.getPayload() : message);
    }

    @Override
    protected void handleBinaryMessage(WebSocketSession session, BinaryMessage message) {
        events.add(new BinaryMessage(copy(message.getPayload()), message.isLast()));
    }

    @Override
    protected void handlePongMessage(WebSocketSession session, PongMessage message) {
        events.add(new PongMessage(copy(message.getPayload())));
    }

    @Override
    public void handleTransportError(WebSocketSession session, Throwable failure) {
        events.add(failure);
    }

    @Override
    public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
        events.add(session.isOpen() ? new AssertionError("open in its close callback") : status);
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    }
}
