package dev.duplex.se;

import dev.duplex.peer.WsPeer;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;

/** Says where a session comes from and where it was received. */
@ServerEndpoint("/whence")
public final class Whence {
    @OnMessage
    public String answer(String question, Session session) {
        WsPeer peer = WsPeer.of(session);
        return peer.remoteAddress() + " " + peer.localAddress() + (session.isSecure() ? " secure" : "");
    }
}
