package dev.duplex.tck.spring;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import org.jspecify.annotations.Nullable;

/** As much of a STOMP broker as sends back what is sent, to the one subscription there is. */
@ServerEndpoint(value = "/stomp", subprotocols = "v12.stomp")
public final class StompProbe {
    @OnMessage
    public @Nullable String frame(String frame) {
        String command = frame.substring(0, frame.indexOf('\n'));
        return switch (command) {
            case "CONNECT" -> "CONNECTED\nversion:1.2\nheart-beat:0,0\n\n\0";
            case "SEND" ->
                "MESSAGE\nsubscription:0\nmessage-id:1\ndestination:/topic\ncontent-type:text/plain\n"
                        + frame.substring(frame.indexOf("\n\n") + 1);
            default -> null;
        };
    }
}
