package dev.duplex.peer.interop;

import dev.duplex.peer.CloseReason;
import dev.duplex.peer.Opcode;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The other end of a connection, in a child process: its verbs are orders, its questions wait for the child's next event. */
public record RemotePeer(PeerProcess process, String name) {
    /**
     * What the child's end knows after the opening handshake.
     *
     * @param subprotocol the one agreed on, empty if none
     * @param offered the request's Sec-WebSocket-Extensions
     * @param agreed the response's Sec-WebSocket-Extensions
     * @param target of the request; a server knows it
     * @param serverName that TLS asked for; a server knows it
     */
    public record Opened(String subprotocol, String offered, String agreed, String target, String serverName) {}

    public Opened opened() {
        List<String> fields = process.next(name, "open");
        return new Opened(fields.get(0), fields.get(1), fields.get(2), fields.get(3), fields.get(4));
    }

    public int refusedWith() {
        return Integer.parseInt(process.next(name, "refused").get(0));
    }

    String failure() {
        return process.next(name, "failed").get(0);
    }

    public void text(String text) {
        process.send("text", name, text);
    }

    /** Sends a message as one frame for each part. */
    void frames(Opcode opcode, byte[]... parts) {
        process.send(Stream.concat(
                        Stream.of("frames", name, opcode.name().toLowerCase(Locale.ROOT)),
                        Stream.of(parts).map(HexFormat.of()::formatHex))
                .toArray(String[]::new));
    }

    void ping(byte[] payload) {
        process.send("ping", name, HexFormat.of().formatHex(payload));
    }

    public void close(CloseReason reason) {
        if (reason.code() == CloseReason.NO_STATUS) {
            process.send("close", name);
        } else {
            process.send("close", name, Integer.toString(reason.code()), reason.reason());
        }
    }

    void terminate() {
        process.send("terminate", name);
    }

    public String nextText() {
        return process.next(name, "text").get(0);
    }

    byte[] nextBinary() {
        return bytes("binary");
    }

    byte[] nextPing() {
        return bytes("ping");
    }

    byte[] nextPong() {
        return bytes("pong");
    }

    public CloseReason closed() {
        List<String> fields = process.next(name, "closed");
        return new CloseReason(Integer.parseInt(fields.get(0)), fields.get(1));
    }

    private byte[] bytes(String event) {
        return HexFormat.of().parseHex(process.next(name, event).get(0));
    }
}
