package dev.duplex.se;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.transport.UnixSocket;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocket;

/** A client by hand: it sends and expects bytes. */
final class RawClient implements AutoCloseable {
    /** How long a test waits for what must come. */
    static final Duration LIMIT = Duration.ofSeconds(20);

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout((int) LIMIT.toMillis());
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /** A client with a TCP connection, of which nothing was used. */
    static RawClient to(DuplexServer server) throws IOException {
        return to(server, SocketFactory.getDefault());
    }

    /** A client whose socket is of this factory, such as one of TLS. */
    static RawClient to(DuplexServer server, SocketFactory sockets) throws IOException {
        return new RawClient(sockets.createSocket(InetAddress.getLoopbackAddress(), server.port()));
    }

    /** A client that is connected with a Unix domain socket, of which nothing was used. */
    static RawClient to(Path file) throws IOException {
        return new RawClient(new UnixSocket(SocketChannel.open(UnixDomainSocketAddress.of(file))));
    }

    /** Does the upgrade. */
    RawClient upgraded(String path) throws IOException {
        send(upgrade(path));
        assertThat(head()).startsWith("HTTP/1.1 101 Switching Protocols\r\n");
        return this;
    }

    /** Where this end is. */
    InetSocketAddress address() {
        return new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort());
    }

    /** A client whose upgrade is done. */
    static RawClient upgraded(DuplexServer server, String path) throws IOException {
        return to(server).upgraded(path);
    }

    /** The request of a handshake, with further lines of header. */
    static String upgrade(String target, String... lines) {
        StringBuilder request = new StringBuilder("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n");
        for (String line : lines) {
            request.append(line).append("\r\n");
        }
        return request.append("\r\n").toString();
    }

    void send(String text) throws IOException {
        out.write(text.getBytes(ISO_8859_1));
    }

    /** Sends each byte by itself. */
    void sendBytewise(String text) throws IOException {
        for (byte each : text.getBytes(ISO_8859_1)) {
            out.write(each);
        }
    }

    void send(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    /** The lines up to an empty one. */
    String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    /** All up to the end of the stream, which must not be a reset. */
    String answer() throws IOException {
        return new String(in.readAllBytes(), ISO_8859_1);
    }

    /** Sends a short text, masked, and expects it back. */
    void echoes(String text) throws IOException {
        sendText(text);
        expectText(text);
    }

    /** Sends a short text, masked. */
    void sendText(String text) throws IOException {
        sendFrame(0x81, text);
    }

    /** Sends a short frame, masked. */
    void sendFrame(int b0, String text) throws IOException {
        byte[] payload = text.getBytes(ISO_8859_1);
        byte[] frame = new byte[6 + payload.length];
        frame[0] = (byte) b0;
        frame[1] = (byte) (0x80 | payload.length); // the masking key is zero
        System.arraycopy(payload, 0, frame, 6, payload.length);
        send(frame);
    }

    /** Expects a short text. */
    void expectText(String text) throws IOException {
        byte[] payload = text.getBytes(ISO_8859_1);
        byte[] expected = new byte[2 + payload.length];
        expected[0] = (byte) 0x81;
        expected[1] = (byte) payload.length;
        System.arraycopy(payload, 0, expected, 2, payload.length);
        assertThat(in.readNBytes(expected.length)).isEqualTo(expected);
    }

    /** Expects a Close with that code, and answers it. */
    void answersClose(int code) throws IOException {
        assertThat(textUpToClose(code)).isNull();
        answersClose();
    }

    /** The next short text, null when a Close with that code comes instead. */
    String textUpToClose(int code) throws IOException {
        int b0 = in.readUnsignedByte();
        byte[] payload = in.readNBytes(in.readUnsignedByte());
        if (b0 == 0x81) {
            return new String(payload, ISO_8859_1);
        }
        assertThat(b0).isEqualTo(0x88);
        assertThat((payload[0] & 0xFF) * 256 + (payload[1] & 0xFF)).isEqualTo(code);
        return null;
    }

    /** Sends a Close, and expects the end. */
    void answersClose() throws IOException {
        send(new byte[] {(byte) 0x88, (byte) 0x82, 0, 0, 0, 0, 3, (byte) 0xE9});
        assertThat(in.read()).isEqualTo(-1);
    }

    /** Reads to the end, whatever end that is. */
    void ends() throws IOException {
        try {
            in.readAllBytes();
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    /** The version of TLS that was agreed on. */
    String tlsVersion() {
        return ((SSLSocket) socket).getSession().getProtocol();
    }

    void endOfStream() throws IOException {
        socket.shutdownOutput();
    }

    /** Cuts the connection so that the server sees a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
