package dev.duplex.peer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The other end of a connection, by hand: it sends and expects bytes, and knows no more of WebSocket than how a frame is laid out. */
public final class RawPeer implements AutoCloseable {
    /** How long a test waits for what must come. */
    public static final Duration LIMIT = Duration.ofSeconds(20);

    public static final int CONTINUATION = 0x80;
    public static final int TEXT = 0x81;
    public static final int BINARY = 0x82;
    public static final int CLOSE = 0x88;
    public static final int PING = 0x89;
    public static final int PONG = 0x8A;

    private static final byte[] KEY = {0x37, (byte) 0xFA, 0x21, 0x3D};
    private static final Pattern ASKED_KEY = Pattern.compile("\r\nSec-WebSocket-Key: (\\S+)\r\n");

    private final Socket socket;
    private final boolean client;
    private final DataInputStream in;
    private final OutputStream out;
    private boolean bytewise;

    /** A frame as it came: its first byte, whether it was masked, the bytes of its header, and its payload unmasked. */
    public record RawFrame(int b0, boolean masked, int headerBytes, byte[] payload) {
        public String text() {
            return new String(payload, UTF_8);
        }

        public String hex() {
            return HexFormat.of().formatHex(payload);
        }
    }

    public RawPeer(Socket socket, boolean client) throws IOException {
        this.socket = socket;
        this.client = client;
        socket.setSoTimeout((int) LIMIT.toMillis());
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /** A client with a TCP connection and no handshake. */
    public static RawPeer to(PeerServer server) throws IOException {
        return new RawPeer(new Socket(InetAddress.getLoopbackAddress(), server.port()), true);
    }

    /** A client whose handshake with the server is done. */
    public static RawPeer open(PeerServer server) throws IOException {
        RawPeer raw = to(server);
        raw.ask("/");
        assertThat(raw.head()).startsWith("HTTP/1.1 101 Switching Protocols\r\n");
        return raw;
    }

    /** The request of a handshake, with further lines of header. */
    public static String request(String target, String... lines) {
        StringBuilder request = new StringBuilder("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n");
        for (String line : lines) {
            request.append(line).append("\r\n");
        }
        return request.append("\r\n").toString();
    }

    /** From here on each byte is a write of its own. */
    public RawPeer bytewise(boolean bytewise) {
        this.bytewise = bytewise;
        return this;
    }

    public void ask(String target, String... lines) throws IOException {
        ascii(request(target, lines));
    }

    /** Accepts the request that comes, and returns it. */
    public String accept(String... lines) throws IOException {
        String request = head();
        ascii(answer(request, lines));
        return request;
    }

    /** The 101 for a request, with further lines of header. */
    public static String answer(String request, String... lines) {
        Matcher key = ASKED_KEY.matcher(request);
        assertThat(key.find()).as("the request has a key: %s", request).isTrue();
        StringBuilder answer = new StringBuilder("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\nSec-WebSocket-Accept: " + acceptKey(key.group(1)) + "\r\n");
        for (String line : lines) {
            answer.append(line).append("\r\n");
        }
        return answer.append("\r\n").toString();
    }

    public void ascii(String text) throws IOException {
        bytes(text.getBytes(ISO_8859_1));
    }

    /** Sends bytes given in hex; blanks do not count. */
    public void hex(String hex) throws IOException {
        bytes(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    public void bytes(byte[] bytes) throws IOException {
        if (!bytewise) {
            out.write(bytes);
            return;
        }
        for (byte b : bytes) {
            out.write(b);
        }
    }

    /** Sends a frame of this first byte, masked when this is the client. */
    public void frame(int b0, byte[] payload) throws IOException {
        bytes(encode(b0, payload, client));
    }

    public void frame(int b0, String text) throws IOException {
        frame(b0, text.getBytes(UTF_8));
    }

    /** Sends a frame whose payload is given in hex. */
    public void hexFrame(int b0, String hex) throws IOException {
        frame(b0, HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    /** A frame as bytes. */
    public static byte[] encode(int b0, byte[] payload, boolean masked) {
        int mask = masked ? 0x80 : 0;
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(b0);
        if (payload.length < 126) {
            frame.write(mask | payload.length);
        } else if (payload.length < 1 << 16) {
            frame.write(mask | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            frame.write(mask | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                frame.write((int) ((long) payload.length >> shift));
            }
        }
        if (!masked) {
            frame.writeBytes(payload);
            return frame.toByteArray();
        }
        frame.writeBytes(KEY);
        byte[] hidden = payload.clone();
        apply(KEY, hidden);
        frame.writeBytes(hidden);
        return frame.toByteArray();
    }

    /** The lines up to an empty one. */
    public String head() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    /** All up to the end of the stream. */
    public String rest() throws IOException {
        return new String(in.readAllBytes(), ISO_8859_1);
    }

    public RawFrame frame() throws IOException {
        int b0 = in.readUnsignedByte();
        int b1 = in.readUnsignedByte();
        boolean masked = (b1 & 0x80) != 0;
        int header = 2;
        long length = b1 & 0x7F;
        if (length == 126) {
            length = in.readUnsignedShort();
            header += 2;
        } else if (length == 127) {
            length = in.readLong();
            header += 8;
        }
        byte[] key = new byte[masked ? 4 : 0];
        in.readFully(key);
        byte[] payload = new byte[Math.toIntExact(length)];
        in.readFully(payload);
        if (masked) {
            apply(key, payload);
        }
        assertThat(masked).as("a client masks, a server does not").isEqualTo(!client);
        return new RawFrame(b0, masked, header + key.length, payload);
    }

    /** Expects a frame with that first byte and that payload in hex. */
    public void expect(int b0, String hex) throws IOException {
        RawFrame frame = frame();
        assertThat(Integer.toHexString(frame.b0())).isEqualTo(Integer.toHexString(b0));
        assertThat(frame.hex()).isEqualTo(hex.replace(" ", ""));
    }

    public void expectText(String text) throws IOException {
        RawFrame frame = frame();
        assertThat(Integer.toHexString(frame.b0())).isEqualTo(Integer.toHexString(TEXT));
        assertThat(frame.text()).isEqualTo(text);
    }

    /** Expects a Close with that code, and returns its reason. */
    public String expectClose(int code) throws IOException {
        RawFrame frame = frame();
        assertThat(Integer.toHexString(frame.b0())).isEqualTo(Integer.toHexString(CLOSE));
        assertThat(frame.hex()).startsWith("%04x".formatted(code));
        return frame.text().substring(2);
    }

    /** Expects a Close with that code and no reason, answers it, and expects the end of the stream. */
    public void answerClose(int code) throws IOException {
        expectClose(code);
        close(code);
        if (client) {
            expectEnd();
        }
    }

    /** Sends a Close with that code. */
    public void close(int code) throws IOException {
        frame(CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
    }

    /** Expects the end of the stream. */
    public void expectEnd() throws IOException {
        assertThat(in.read()).isEqualTo(-1);
    }

    public Socket socket() {
        return socket;
    }

    public void endOfStream() throws IOException {
        socket.shutdownOutput();
    }

    /** Cuts the connection so that the other end sees a reset. */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private static void apply(byte[] key, byte[] payload) {
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= key[i & 3];
        }
    }

    private static String acceptKey(String key) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1")
                            .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(ISO_8859_1)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
