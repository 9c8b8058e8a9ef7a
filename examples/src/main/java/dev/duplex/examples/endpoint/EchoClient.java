package dev.duplex.examples.endpoint;

import jakarta.websocket.ClientEndpoint;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** Sends one message as soon as it is connected, and closes when the answer is there. */
@ClientEndpoint
public final class EchoClient {
    private final String message;
    private final CompletableFuture<String> answer = new CompletableFuture<>();

    /** A client for one connection. */
    public EchoClient(String message) {
        this.message = message;
    }

    /** Fails with an EOFException when the server closes before it answers. */
    public CompletableFuture<String> answer() {
        return answer;
    }

    /** Asks. */
    @OnOpen
    public void open(Session session) throws IOException {
        session.getBasicRemote().sendText(message);
    }

    /** Takes the answer. */
    @OnMessage
    public void message(String text, Session session) throws IOException {
        answer.complete(text);
        session.close();
    }

    /** Has no effect when the answer is there. */
    @OnClose
    public void close(CloseReason reason) {
        answer.completeExceptionally(new EOFException("The server closed without an answer: "
                + reason.getCloseCode().getCode() + " " + reason.getReasonPhrase()));
    }
}
