/**
 * A blocking duplex byte stream with a read timeout, that any thread can cut.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.transport.Transport}</td><td>what the engine needs of a connection</td></tr>
 * <tr><td>{@link dev.duplex.transport.SocketTransport}</td><td>a socket, plain or under TLS</td></tr>
 * <tr><td>{@link dev.duplex.transport.DeadlineSocket}</td><td>what TLS is put on, so that its reads end in time</td></tr>
 * <tr><td>{@link dev.duplex.transport.Acceptor}</td><td>listens, and keeps account of the connections that came</td></tr>
 * <tr><td>{@link dev.duplex.transport.UnixServerSocket}, {@link dev.duplex.transport.UnixSocket}</td><td>Unix domain sockets, as the others
 *     know sockets</td></tr>
 * <tr><td>{@link dev.duplex.transport.ProxyHead}, {@link dev.duplex.transport.Ends}</td><td>what a proxy says of the client in front of a
 *     connection's bytes</td></tr>
 * <tr><td>{@link dev.duplex.transport.Dialer}</td><td>connects a socket before a deadline</td></tr>
 * <tr><td>{@link dev.duplex.transport.Watch}</td><td>the one timer of a connection, and of what opens it</td></tr>
 * </table>
 *
 * <p>Must not know: frames, handshakes, Jakarta types.
 */
@NullMarked
package dev.duplex.transport;

import org.jspecify.annotations.NullMarked;
