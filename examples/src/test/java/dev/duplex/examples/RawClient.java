package dev.duplex.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.HexFormat;

/** A client made of bytes: what it sends and sees owes nothing to the code under test. */
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final String head;

    /** Upgrades this connected socket with the key of RFC 6455 §1.3. */
    RawClient(Socket socket, URI url) throws IOException {
        this.socket = socket;
        socket.setSoTimeout((int) Program.DEADLINE.toMillis());
        socket.getOutputStream().write("""
            GET %s HTTP/1.1\r
            Host: %s\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            \r
            """.formatted(url.getPath().isEmpty() ? "/" : url.getPath(), url.getAuthority())
                .getBytes(US_ASCII));
        StringBuilder received = new StringBuilder();
        while (received.indexOf("\r\n\r\n") < 0) {
            int b = socket.getInputStream().read();
            if (b < 0) {
                throw new IOException("The server ended its answer after: " + received);
            }
            received.append((char) b);
        }
        head = received.toString();
    }

    /** A connection on which the kernel buffers little. */
    static Socket narrow(URI url) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(1 << 16);
        socket.connect(new InetSocketAddress(url.getHost(), url.getPort()));
        return socket;
    }

    String head() {
        return head;
    }

    void send(String hex) throws IOException {
        socket.getOutputStream().write(HexFormat.ofDelimiter(" ").parseHex(hex));
    }

    String receive(int bytes) throws IOException {
        return HexFormat.ofDelimiter(" ").formatHex(socket.getInputStream().readNBytes(bytes));
    }

    /** Reads until the server has ended the connection, in whatever way. */
    void drain() {
        byte[] buffer = new byte[1 << 16];
        try {
            InputStream in = socket.getInputStream();
            int read;
            do {
                read = in.read(buffer);
            } while (read >= 0);
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("The server did not end the connection", e);
        } catch (IOException reset) {
            // That is an end too: with unread data on the way, TCP ends with a reset.
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
