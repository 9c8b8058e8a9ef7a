/**
 * Compresses messages with permessage-deflate, RFC 7692: offer, negotiation, and one message at a time.
 *
 * <table>
 * <caption>The types of this room</caption>
 * <tr><td>{@link dev.duplex.deflate.Extension}</td><td>one element of Sec-WebSocket-Extensions</td></tr>
 * <tr><td>{@link dev.duplex.deflate.DeflateNegotiation}</td><td>offers, answers, and what is wrong with them</td></tr>
 * <tr><td>{@link dev.duplex.deflate.DeflateParameters}</td><td>what both sides agreed on</td></tr>
 * <tr><td>{@link dev.duplex.deflate.Compressor}</td><td>message payload to DEFLATE, within the agreed window</td></tr>
 * <tr><td>{@link dev.duplex.deflate.Decompressor}</td><td>DEFLATE to message payload, within a size limit</td></tr>
 * <tr><td>{@link dev.duplex.deflate.ByteBuilder}</td><td>where both append what they make</td></tr>
 * </table>
 *
 * <p>It knows nothing of frames' headers, header grammar, sockets, threads or Jakarta types. Of the frame room it uses
 * the protocol failure only.
 */
@NullMarked
package dev.duplex.deflate;

import org.jspecify.annotations.NullMarked;
