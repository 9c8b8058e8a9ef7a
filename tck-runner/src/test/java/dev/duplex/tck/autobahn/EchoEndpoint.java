package dev.duplex.tck.autobahn;

import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.nio.ByteBuffer;

/** The server under test as an endpoint of a web application: sends every message back whole, text as text and binary as binary. */
@ServerEndpoint("/")
public final class EchoEndpoint {
    /** Called by the container. */
    public EchoEndpoint() {}

    /** Returns what is sent. */
    @OnMessage(maxMessageSize = EchoServer.MAX_RECEIVE_PAYLOAD_BYTES)
    public String echo(String text) {
        return text;
    }

    /** Returns what is sent. */
    @OnMessage(maxMessageSize = EchoServer.MAX_RECEIVE_PAYLOAD_BYTES)
    public ByteBuffer echo(ByteBuffer data) {
        return data;
    }

    /** The suite breaks the rules of the protocol all the time: what that causes is its verdict. */
    @OnError
    public void failed(Session session, Throwable failure) {}
}
