package dev.duplex.peer;

import dev.duplex.deflate.DeflateParameters;

/**
 * What this end asks for when permessage-deflate is negotiated, RFC 7692 §7.1. A client offers it so; a server takes the first offer that it
 * can, and adds what it asks for. Keeping the context between messages compresses better, and costs each connection about 300 KiB once it was used.
 *
 * @param serverNoContextTakeover whether the server forgets the context after each message
 * @param clientNoContextTakeover whether the client does
 * @param serverMaxWindowBits base-2 logarithm of the window of what the server sends, 8 to 15
 * @param clientMaxWindowBits the same for what the client sends; a server can ask only clients that offer it
 */
public record Compression(
        boolean serverNoContextTakeover,
        boolean clientNoContextTakeover,
        int serverMaxWindowBits,
        int clientMaxWindowBits) {
    /** The default: no context is kept, so that an idle connection holds no codec; the windows are the largest. */
    public static final Compression LIGHT = new Compression(true, true, 15, 15);
    /** Each end keeps its context, if the other agrees: the best ratio for many small, similar messages. */
    public static final Compression DENSE = new Compression(false, false, 15, 15);

    /** Refuses window bits outside 8 to 15, RFC 7692 §7.1.2. */
    public Compression {
        new DeflateParameters(
                serverNoContextTakeover, clientNoContextTakeover, serverMaxWindowBits, clientMaxWindowBits);
    }

    DeflateParameters parameters() {
        return new DeflateParameters(
                serverNoContextTakeover, clientNoContextTakeover, serverMaxWindowBits, clientMaxWindowBits);
    }
}
