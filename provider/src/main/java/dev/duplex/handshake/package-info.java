/**
 * The opening handshake of RFC 6455 §4, both roles, as pure functions of text.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.handshake.HeadFinder}</td><td>finds the end of a head in bytes that arrive piecemeal</td></tr>
 * <tr><td>{@link dev.duplex.handshake.HeadLimits}</td><td>how large a head may be</td></tr>
 * <tr><td>{@link dev.duplex.handshake.RequestHead}, {@link dev.duplex.handshake.ResponseHead}</td><td>a start line and
 * its headers; strict parsers of RFC 9112</td></tr>
 * <tr><td>{@link dev.duplex.handshake.Headers}</td><td>header fields in order, names without case</td></tr>
 * <tr><td>{@link dev.duplex.handshake.ServerHandshake}</td><td>judges a request, makes the 101</td></tr>
 * <tr><td>{@link dev.duplex.handshake.ClientHandshake}</td><td>makes the request, judges the answer</td></tr>
 * <tr><td>{@link dev.duplex.handshake.HandshakeFailure}</td><td>why there is no connection, with the HTTP status</td></tr>
 * </table>
 *
 * <p>This room knows no socket, thread, lock, clock or source of randomness: a nonce and a date are handed in. Every
 * type is immutable and safe for any thread, except {@link dev.duplex.handshake.HeadFinder} and
 * {@link dev.duplex.handshake.Headers.Builder}, which belong to one thread. Heads are Strings of ISO-8859-1: one char
 * is one byte on the wire, so a caller that keeps the text of a head keeps one byte per byte and can parse it again.
 */
@NullMarked
package dev.duplex.handshake;

import org.jspecify.annotations.NullMarked;
