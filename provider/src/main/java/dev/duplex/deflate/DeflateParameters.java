package dev.duplex.deflate;

/**
 * The four parameters of permessage-deflate, as wished for or as agreed; window bits are always in 8..15. RFC 7692 §7.1.
 *
 * @param serverNoContextTakeover the server starts each message with an empty window
 * @param clientNoContextTakeover the client starts each message with an empty window
 * @param serverMaxWindowBits the server never refers back further than 2 to this power bytes
 * @param clientMaxWindowBits the client never refers back further than 2 to this power bytes
 */
public record DeflateParameters(
        boolean serverNoContextTakeover,
        boolean clientNoContextTakeover,
        int serverMaxWindowBits,
        int clientMaxWindowBits) {
    /** The smallest window that can be agreed on: 256 bytes. */
    public static final int MIN_WINDOW_BITS = 8;

    /** DEFLATE's own window, 32 KiB: what holds when nothing is agreed. */
    public static final int MAX_WINDOW_BITS = 15;

    /** What an offer or an answer without parameters means: context kept, full windows. */
    public static final DeflateParameters DEFAULT =
            new DeflateParameters(false, false, MAX_WINDOW_BITS, MAX_WINDOW_BITS);

    /** Window bits outside 8..15 are an IllegalArgumentException. */
    public DeflateParameters {
        requireWindowBits("server_max_window_bits", serverMaxWindowBits);
        requireWindowBits("client_max_window_bits", clientMaxWindowBits);
    }

    /** What compresses the messages that the client, or else the server, sends. */
    public Compressor compressor(boolean ofClient) {
        return ofClient
                ? new Compressor(!clientNoContextTakeover, clientMaxWindowBits)
                : new Compressor(!serverNoContextTakeover, serverMaxWindowBits);
    }

    /** What decompresses the messages that the client, or else the server, receives. */
    public Decompressor decompressor(boolean ofClient) {
        return new Decompressor(!(ofClient ? serverNoContextTakeover : clientNoContextTakeover));
    }

    static void requireWindowBits(String name, int bits) {
        if (bits < MIN_WINDOW_BITS || bits > MAX_WINDOW_BITS) {
            throw new IllegalArgumentException(name + " must be in " + MIN_WINDOW_BITS + ".." + MAX_WINDOW_BITS
                    + " (RFC 7692 §7.1.2), but is " + bits);
        }
    }
}
