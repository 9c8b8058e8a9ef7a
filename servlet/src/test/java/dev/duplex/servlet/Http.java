package dev.duplex.servlet;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.peer.RawPeer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Requests by hand: paths and headers go over the wire as they are written here. */
final class Http {
    private Http() {}

    /** An answer. */
    record Answer(String head, String body) {
        int status() {
            return Integer.parseInt(head.substring(9, 12));
        }

        /** The values of a header, in order. */
        List<String> all(String name) {
            List<String> values = new ArrayList<>();
            for (String line : head.lines().toList()) {
                int colon = line.indexOf(':');
                if (colon > 0 && line.substring(0, colon).equalsIgnoreCase(name)) {
                    values.add(line.substring(colon + 1).strip());
                }
            }
            return values;
        }

        /** The cookie that it sets, as a header to send back. */
        String cookie() {
            List<String> cookies = all("Set-Cookie");
            assertThat(cookies).as("cookies of %s", head).isNotEmpty();
            return "Cookie: " + cookies.getLast().replaceFirst(";.*", "");
        }
    }

    static RawPeer raw(Host.Running running) throws IOException {
        return raw(running.port());
    }

    private static RawPeer raw(int port) throws IOException {
        return new RawPeer(new Socket(InetAddress.getLoopbackAddress(), port), true);
    }

    /** A GET that asks for no upgrade. */
    static Answer get(Host.Running running, String target, String... lines) throws IOException {
        return send(running, "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n", lines);
    }

    /** A handshake that is to be refused. */
    static Answer ask(Host.Running running, String target, String... lines) throws IOException {
        String request = RawPeer.request(target, lines);
        return sendAll(running, request);
    }

    private static Answer send(Host.Running running, String head, String... lines) throws IOException {
        StringBuilder request = new StringBuilder(head);
        for (String line : lines) {
            request.append(line).append("\r\n");
        }
        return sendAll(running, request.append("\r\n").toString());
    }

    /** What is written here, byte by byte. */
    static Answer sendAll(Host.Running running, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), running.port())) {
            socket.setSoTimeout((int) RawPeer.LIMIT.toMillis());
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            InputStream in = new BufferedInputStream(socket.getInputStream());
            StringBuilder head = new StringBuilder();
            while (!head.toString().endsWith("\r\n\r\n")) {
                head.append((char) byteOf(in));
            }
            Answer answer = new Answer(head.toString(), "");
            if (answer.status() == 101 || request.startsWith("HEAD ")) {
                return answer;
            }
            List<String> length = answer.all("Content-Length");
            byte[] body = length.isEmpty()
                    ? answer.all("Transfer-Encoding").isEmpty() ? in.readAllBytes() : chunks(in)
                    : in.readNBytes(Integer.parseInt(length.getFirst()));
            return new Answer(answer.head(), new String(body, ISO_8859_1));
        }
    }

    private static int byteOf(InputStream in) throws IOException {
        int b = in.read();
        if (b < 0) {
            throw new EOFException("the connection has ended without an answer");
        }
        return b;
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(line(in), 16);
            body.write(in.readNBytes(size));
            line(in);
            if (size == 0) {
                return body.toByteArray();
            }
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = byteOf(in); b != '\n'; b = byteOf(in)) {
            line.append((char) b);
        }
        return line.toString().strip();
    }

    /** A client whose handshake is done. */
    static RawPeer open(Host.Running running, String target, String... lines) throws IOException {
        return open(running.port(), target, lines);
    }

    /** A client whose handshake is done, with a container at this port. */
    static RawPeer open(int port, String target, String... lines) throws IOException {
        RawPeer raw = raw(port);
        raw.ask(target, lines);
        String head = raw.head();
        assertThat(head).startsWith("HTTP/1.1 101 ");
        return raw;
    }
}
