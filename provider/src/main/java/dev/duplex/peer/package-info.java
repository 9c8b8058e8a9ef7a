/**
 * The blocking API: a connection is an object with four verbs, {@code read}, {@code write}, {@code shutdown} and {@code close}.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.peer.WebSockets}</td><td>where it begins: {@code server}, {@code connect}, {@code bind}</td></tr>
 * <tr><td>{@link dev.duplex.peer.WsPeer}</td><td>one connection, of either role</td></tr>
 * <tr><td>{@link dev.duplex.peer.PeerServer}</td><td>a listening server</td></tr>
 * <tr><td>{@link dev.duplex.peer.PeerHandler}</td><td>what a server does with a connection</td></tr>
 * <tr><td>{@link dev.duplex.peer.PeerOptions}</td><td>limits and times</td></tr>
 * <tr><td>{@link dev.duplex.peer.PeerPolicy}</td><td>the same for the connections of a Jakarta endpoint, as an annotation</td></tr>
 * <tr><td>{@link dev.duplex.peer.Compression}</td><td>parameters of permessage-deflate</td></tr>
 * <tr><td>{@link dev.duplex.peer.ConnectRequest}</td><td>what a client adds to its opening handshake</td></tr>
 * <tr><td>{@link dev.duplex.peer.HandshakeRequest}, {@link dev.duplex.peer.HandshakeResponse}</td><td>what the opening handshake said</td></tr>
 * <tr><td>{@link dev.duplex.peer.Frame}, {@link dev.duplex.peer.Message}, {@link dev.duplex.peer.Opcode}</td><td>what is read and written</td></tr>
 * <tr><td>{@link dev.duplex.peer.CloseReason}</td><td>how the remote end closed</td></tr>
 * <tr><td>{@link dev.duplex.peer.Tls}</td><td>an SSLContext from PEM files or a key store</td></tr>
 * <tr><td>{@link dev.duplex.peer.ProtocolException}, {@link dev.duplex.peer.PayloadTooLargeException},
 * {@link dev.duplex.peer.PongTimeoutException}, {@link dev.duplex.peer.HandshakeException}</td><td>what can go wrong besides the network</td></tr>
 * </table>
 *
 * <p>The connection of a Jakarta session is a peer too: {@link dev.duplex.peer.WsPeer#of}.
 *
 * <p>Must not know: Jakarta types, but for the session that it is asked about.
 */
@NullMarked
package dev.duplex.peer;

import org.jspecify.annotations.NullMarked;
