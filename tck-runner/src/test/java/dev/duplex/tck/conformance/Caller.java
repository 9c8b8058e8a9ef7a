package dev.duplex.tck.conformance;

import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.PongMessage;
import jakarta.websocket.Session;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;

/**
 * A programmatic client endpoint that records everything: {@code open}, {@code text …}, {@code binary …}, {@code pong …},
 * {@code error …}, {@code close code phrase}. Bytes are recorded as the text that they are in UTF-8.
 */
final class Caller extends Endpoint implements AutoCloseable {
    private final Events events = new Events();
    private volatile Session session;

    @SuppressWarnings("NullAway") // connectToServer sets the session before anybody else has this object
    private Caller() {}

    static Caller to(URI uri) throws DeploymentException, IOException {
        return to(uri, ClientEndpointConfig.Builder.create().build());
    }

    static Caller to(URI uri, ClientEndpointConfig config) throws DeploymentException, IOException {
        Caller caller = new Caller();
        caller.session = ContainerProvider.getWebSocketContainer().connectToServer(caller, config, uri);
        caller.events.expect("open");
        return caller;
    }

    Session session() {
        return session;
    }

    Events events() {
        return events;
    }

    void send(String text) throws IOException {
        session.getBasicRemote().sendText(text);
    }

    void send(ByteBuffer bytes) throws IOException {
        session.getBasicRemote().sendBinary(bytes);
    }

    /** Sends a text and returns the text that comes back next. */
    String ask(String text) throws IOException {
        send(text);
        return text();
    }

    /** The text that comes next, which must be one. */
    String text() {
        String event = events.next(String.class);
        if (!event.startsWith("text ")) {
            throw new AssertionError("expected a text, not " + event);
        }
        return event.substring("text ".length());
    }

    /** Closes the session with 1000. */
    void hangUp() throws IOException {
        session.close();
    }

    @Override
    public void onOpen(Session opened, EndpointConfig config) {
        opened.addMessageHandler(String.class, (MessageHandler.Whole<String>) text -> events.add("text " + text));
        opened.addMessageHandler(ByteBuffer.class, (MessageHandler.Whole<ByteBuffer>)
                bytes -> events.add("binary " + Events.text(bytes)));
        opened.addMessageHandler(PongMessage.class, (MessageHandler.Whole<PongMessage>)
                pong -> events.add("pong " + Events.text(pong.getApplicationData())));
        events.add("open");
    }

    @Override
    public void onClose(Session closed, CloseReason reason) {
        events.add(Events.close(reason));
    }

    @Override
    public void onError(Session failed, Throwable failure) {
        events.add("error " + failure);
    }

    @Override
    public void close() throws IOException {
        session.close();
    }
}
