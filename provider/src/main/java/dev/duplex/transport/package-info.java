/**
 * A blocking duplex byte stream with a read timeout, that any thread can cut.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.transport.Transport}</td><td>what the engine needs of a connection</td></tr>
 * <tr><td>{@link dev.duplex.transport.SocketTransport}</td><td>a TCP socket, plain or under TLS</td></tr>
 * <tr><td>{@link dev.duplex.transport.DeadlineSocket}</td><td>what TLS is put on, so that its reads end in time</td></tr>
 * <tr><td>{@link dev.duplex.transport.Acceptor}</td><td>listens, and keeps account of the connections that came</td></tr>
 * <tr><td>{@link dev.duplex.transport.Dialer}</td><td>connects a socket before a deadline</td></tr>
 * <tr><td>{@link dev.duplex.transport.Watch}</td><td>the one timer of a connection, and of what opens it</td></tr>
 * </table>
 *
 * <p>Must not know: frames, handshakes, Jakarta types.
 */
@NullMarked
package dev.duplex.transport;

import org.jspecify.annotations.NullMarked;
