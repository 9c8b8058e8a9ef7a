package dev.duplex.tck.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;

/**
 * A server without an implementation, for the rules of clients. A client's {@code connectToServer} waits for the answer of
 * the server, so a test runs it in {@link Meanwhile}.
 */
final class WireServer implements AutoCloseable {
    private final ServerSocket socket;

    WireServer() throws IOException {
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        socket.setSoTimeout(Events.DEADLINE_SECONDS * 1000);
    }

    URI uri(String path) {
        return URI.create("ws://127.0.0.1:" + socket.getLocalPort() + path);
    }

    /** Accepts a connection and reads its request; nothing is answered yet. */
    Wire accept() throws IOException {
        return Wire.accepted(socket.accept());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
