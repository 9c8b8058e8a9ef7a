package dev.duplex.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The ways in which every wire test is run: in both roles, with all bytes at once and with one byte per read. Tests say frames
 * unmasked, in hex; here they become what a client or a server would send.
 */
public enum Wiring {
    SERVER(false, Integer.MAX_VALUE),
    SERVER_BYTE_BY_BYTE(false, 1),
    CLIENT(true, Integer.MAX_VALUE),
    CLIENT_BYTE_BY_BYTE(true, 1);

    private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");
    private static final byte[] KEY = {0x37, (byte) 0xfa, 0x21, 0x3d};

    private final boolean client;
    private final int bytesPerRead;

    Wiring(boolean client, int bytesPerRead) {
        this.client = client;
        this.bytesPerRead = bytesPerRead;
    }

    /** Whether this end is the client: it masks, and what it gets is not masked. */
    public boolean client() {
        return client;
    }

    /** The most that a read of this end gives. */
    public int bytesPerRead() {
        return bytesPerRead;
    }

    /** Frames as the remote end of this one sends them: masked by a client. The last may be cut or malformed. */
    public byte[] fromRemote(byte[] frames) {
        return client ? frames : mask(frames);
    }

    /**
     * What the remote end receives next: one frame, unmasked, or "end". That this end masks when it is the client, and only then, is
     * asserted.
     */
    public String received(InputStream in) throws IOException {
        byte[] start = in.readNBytes(2);
        if (start.length == 0) {
            return "end";
        }
        assertThat(start).hasSize(2);
        boolean masked = start[1] < 0;
        assertThat(masked).as("is masked").isEqualTo(client);
        int length = start[1] & 0x7F;
        if (length >= 126) {
            length = 0;
            for (byte more : readFully(in, (start[1] & 0x7F) == 126 ? 2 : 8)) {
                length = (length << 8) | (more & 0xFF);
            }
        }
        byte[] key = readFully(in, masked ? 4 : 0);
        byte[] payload = readFully(in, length);
        for (int i = 0; masked && i < length; i++) {
            payload[i] ^= key[i % 4];
        }
        return hex(frame(start[0] & 0xFF, payload));
    }

    private static byte[] readFully(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        assertThat(bytes).hasSize(length);
        return bytes;
    }

    /** Bytes written in hex, with spaces between. */
    public static byte[] bytes(String hex) {
        return hex.isEmpty() ? new byte[0] : SPACED.parseHex(hex.strip());
    }

    /** The way to write bytes in these tests. */
    public static String hex(byte[] bytes) {
        return SPACED.formatHex(bytes);
    }

    /** One frame, unmasked, its length in the shortest form. */
    public static byte[] frame(int b0, byte[] payload) {
        byte[] header = header(b0, payload.length);
        byte[] frame = Arrays.copyOf(header, header.length + payload.length);
        System.arraycopy(payload, 0, frame, header.length, payload.length);
        return frame;
    }

    /** The header in front of so many bytes of payload, unmasked. */
    public static byte[] header(int b0, long length) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(b0);
        int more = length <= 125 ? 0 : length <= 65_535 ? 2 : 8;
        out.write(more == 0 ? (int) length : more == 2 ? 126 : 127);
        for (int i = more - 1; i >= 0; i--) {
            out.write((int) (length >>> (8 * i)));
        }
        return out.toByteArray();
    }

    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** Masks each frame of a sequence; what is cut off at the end stays so. */
    static byte[] mask(byte[] frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        while (at < frames.length) {
            int left = frames.length - at;
            int form = left < 2 ? 0 : frames[at + 1] & 0x7F;
            int header = form < 126 ? 2 : form == 126 ? 4 : 10;
            if (left < header) {
                throw new IllegalArgumentException("The last header is cut");
            }
            long length = form;
            if (header > 2) {
                length = 0;
                for (int i = 2; i < header; i++) {
                    length = (length << 8) | (frames[at + i] & 0xFF);
                }
            }
            out.write(frames[at]);
            out.write(frames[at + 1] | 0x80);
            out.write(frames, at + 2, header - 2);
            out.writeBytes(KEY);
            int payload = length < 0 ? left - header : (int) Math.min(length, left - header);
            for (int i = 0; i < payload; i++) {
                out.write(frames[at + header + i] ^ KEY[i % 4]);
            }
            at += header + payload;
        }
        return out.toByteArray();
    }
}
