package dev.duplex.arquillian;

import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.CloseReason;
import jakarta.websocket.ContainerProvider;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/** A client that sends one message and waits for the answer. */
final class Asking extends Endpoint {
    private final CompletableFuture<String> answer = new CompletableFuture<>();

    private Asking() {}

    /** The answer to the text, or {@code closed} with the code. */
    static String ask(URI uri, String text) throws Exception {
        return ask(uri, text, ClientEndpointConfig.Builder.create().build());
    }

    /** As {@link #ask(URI, String)}, of a server that the context trusts. */
    static String ask(URI uri, String text, SSLContext trusting) throws Exception {
        return ask(
                uri,
                text,
                ClientEndpointConfig.Builder.create().sslContext(trusting).build());
    }

    private static String ask(URI uri, String text, ClientEndpointConfig config) throws Exception {
        Asking asking = new Asking();
        try (Session session = ContainerProvider.getWebSocketContainer().connectToServer(asking, config, uri)) {
            session.getBasicRemote().sendText(text);
            return asking.answer.get(20, TimeUnit.SECONDS);
        }
    }

    @Override
    public void onOpen(Session session, EndpointConfig config) {
        session.addMessageHandler(String.class, (MessageHandler.Whole<String>) answer::complete);
    }

    @Override
    public void onClose(Session session, CloseReason reason) {
        answer.complete("closed " + reason.getCloseCode().getCode());
    }
}
