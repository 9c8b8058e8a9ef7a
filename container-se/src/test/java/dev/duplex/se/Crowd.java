package dev.duplex.se;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Many clients in a JVM of their own, which can be killed; it says a line when each round of all of them is done. */
final class Crowd {
    private Crowd() {}

    /** What its clients do. */
    enum Kind {
        /** Sends a head that never ends, a byte in each round. */
        SLOW_HEADS,
        /** Upgrades and sends a message in each round, each second one only half of it; and never reads on. */
        SESSIONS
    }

    /** Starts it. */
    static Process start(Kind kind, int clients, DuplexServer server) throws IOException {
        return LongLived.start(Crowd.class, kind.name(), String.valueOf(clients), String.valueOf(server.port()));
    }

    /** Waits for the end of a round. */
    static void round(Process crowd) throws IOException {
        InputStream out = crowd.getInputStream();
        int read;
        do {
            read = out.read();
            if (read < 0) {
                throw new IOException("the crowd has ended");
            }
        } while (read != '\n');
    }

    @SuppressWarnings("SystemOut") // the parent reads it
    public static void main(String[] arguments) throws Exception {
        Kind kind = Kind.valueOf(arguments[0]);
        InetSocketAddress server =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[2]));
        List<SocketChannel> clients = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
            SocketChannel client = SocketChannel.open(server);
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            send(client, kind == Kind.SLOW_HEADS ? "GET /echo HTTP/1.1\r\nA: " : RawClient.upgrade("/kept"));
            clients.add(client);
        }
        if (kind == Kind.SESSIONS) {
            for (SocketChannel client : clients) {
                client.read(ByteBuffer.allocate(12)); // of the answer: then the upgrade is done
            }
        }
        System.out.println("ready");
        for (int round = 0; ; round++) {
            for (int i = 0; i < clients.size(); i++) {
                String message = "\u0081\u0082\0\0\0\0hi";
                send(
                        clients.get(i),
                        kind == Kind.SLOW_HEADS
                                ? "b"
                                : i % 2 == 0 ? message : round == 0 ? "\u0081\u00fe\u0010\0\0\0\0\0" : "x");
            }
            System.out.println("round " + round);
            Thread.sleep(100);
        }
    }

    private static void send(SocketChannel client, String text) throws IOException {
        client.write(ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
    }
}
