package dev.duplex.session;

import dev.duplex.frame.Opcodes;
import jakarta.websocket.EncodeException;
import jakarta.websocket.RemoteEndpoint;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.ByteBuffer;

/**
 * Sends and waits until the message is on the wire, or may wait for {@link #flushBatch()} when batching is allowed. Concurrent sends of whole
 * messages take turns, and each has the write timeout. Safe for any thread.
 */
final class BasicRemote extends Remote implements RemoteEndpoint.Basic {
    BasicRemote(WebSocketSession session, Outbound outbound) {
        super(session, outbound);
    }

    @Override
    public void sendText(String text) throws IOException {
        outbound.text(given("the text", text));
    }

    @Override
    public void sendBinary(ByteBuffer data) throws IOException {
        outbound.binary(given("the data", data));
    }

    @Override
    public void sendText(String partialMessage, boolean isLast) throws IOException {
        outbound.textPart(given("the part of a text", partialMessage), isLast);
    }

    @Override
    public void sendBinary(ByteBuffer partialByte, boolean isLast) throws IOException {
        outbound.binaryPart(given("the part of the data", partialByte), isLast);
    }

    @Override
    public OutputStream getSendStream() {
        return new MessageOutputStream(outbound, Opcodes.BINARY);
    }

    @Override
    public Writer getSendWriter() {
        return new MessageWriter(new MessageOutputStream(outbound, Opcodes.TEXT));
    }

    @Override
    public void sendObject(Object data) throws IOException, EncodeException {
        outbound.object(given("the object", data));
    }
}
