package dev.duplex.tck.spring;

import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketHttpHeaders;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.client.standard.StandardWebSocketClient;
import org.springframework.web.socket.handler.TextWebSocketHandler;

final class Asking extends TextWebSocketHandler {
    private final CompletableFuture<String> answer = new CompletableFuture<>();

    static String ask(URI uri, String question) throws Exception {
        StandardWebSocketClient client = new StandardWebSocketClient();
        client.getUserProperties().put("dev.duplex.timeout", 5);
        Asking asking = new Asking();
        try (WebSocketSession session =
                client.execute(asking, new WebSocketHttpHeaders(), uri).get()) {
            session.sendMessage(new TextMessage(question));
            return asking.answer.get(5, TimeUnit.SECONDS);
        }
    }

    @Override
    protected void handleTextMessage(WebSocketSession session, TextMessage message) {
        answer.complete(message.getPayload());
    }
}
