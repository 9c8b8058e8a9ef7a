package dev.duplex.benchmarks;

import dev.duplex.frame.FrameHeader;
import dev.duplex.frame.FrameWriter;
import dev.duplex.frame.Opcodes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Frames as a client sends them: masked, RFC 6455 §5.1. */
final class ClientFrames {
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz 0123456789{}\":,";

    private ClientFrames() {}

    /** A text message of so many ASCII characters, in one frame. */
    static byte[] text(int length) throws IOException {
        return frame(Opcodes.TEXT, ascii(length).getBytes(StandardCharsets.UTF_8));
    }

    /** A binary message of so many bytes, in one frame. */
    static byte[] binary(int length) throws IOException {
        byte[] payload = new byte[length];
        new Random(7).nextBytes(payload);
        return frame(Opcodes.BINARY, payload);
    }

    /** A text of so many ASCII characters. */
    static String ascii(int length) {
        return ALPHABET.repeat(length / ALPHABET.length() + 1).substring(0, length);
    }

    private static byte[] frame(int opcode, byte[] payload) throws IOException {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        new FrameWriter(wire, true).write(opcode | FrameHeader.B0_FIN, payload, 0, payload.length);
        return wire.toByteArray();
    }
}
