package dev.duplex.tck.autobahn;

import dev.duplex.peer.Message;
import dev.duplex.peer.PeerOptions;
import dev.duplex.peer.PeerServer;
import dev.duplex.peer.WebSockets;
import dev.duplex.peer.WsPeer;
import java.io.IOException;
import java.net.URI;

/** The server under test: sends every message back whole, text as text and binary as binary. */
final class EchoServer {
    /** The suite's largest message has 16 MiB. */
    static final int MAX_RECEIVE_PAYLOAD_BYTES = 64 << 20;

    private EchoServer() {}

    /** Listens on a free port of 127.0.0.1 until the returned server is closed. */
    static PeerServer start() throws IOException {
        PeerOptions options = PeerOptions.builder()
                .maxReceivePayload(MAX_RECEIVE_PAYLOAD_BYTES)
                .compression(true)
                .build();
        return WebSockets.server(URI.create("ws://127.0.0.1:0/"), EchoServer::echo, options);
    }

    /** Returns when the connection has ended; a broken rule ends it with the exception that the rule calls for. */
    static void echo(WsPeer peer) throws IOException {
        for (Message message = peer.readMessage(); message != null; message = peer.readMessage()) {
            if (message.isText()) {
                peer.write(message.text());
            } else {
                peer.write(message.data());
            }
        }
    }
}
