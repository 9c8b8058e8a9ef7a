package dev.duplex.deflate;

import dev.duplex.frame.ProtocolFailure;
import java.util.HexFormat;

/** Compressing and decompressing in one line, through buffers that are never large enough at first. */
final class Codecs {
    private Codecs() {}

    static byte[] compress(Compressor compressor, byte[] message) {
        return compress(compressor, message, true);
    }

    static byte[] compress(Compressor compressor, byte[] fragment, boolean fin) {
        ByteBuilder out = new ByteBuilder(0);
        compressor.compress(fragment, 0, fragment.length, fin, out);
        return out.toByteArray();
    }

    static byte[] decompress(Decompressor decompressor, byte[] payload) throws ProtocolFailure {
        return decompress(decompressor, payload, true);
    }

    static byte[] decompress(Decompressor decompressor, byte[] payload, boolean fin) throws ProtocolFailure {
        ByteBuilder out = new ByteBuilder(0);
        decompressor.decompress(payload, 0, payload.length, fin, Integer.MAX_VALUE, out);
        return out.toByteArray();
    }

    static byte[] hex(String bytes) {
        return HexFormat.of().parseHex(bytes.replace(" ", ""));
    }
}
