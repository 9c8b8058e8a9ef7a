/**
 * One live connection: reads frames, serialises writes, answers pings, keeps alive, ends once.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.engine.Opening}</td><td>carries an opening handshake over a transport</td></tr>
 * <tr><td>{@link dev.duplex.engine.Connection}</td><td>the connection; all ends of it go through its one funnel</td></tr>
 * <tr><td>{@link dev.duplex.engine.ConnectionSettings}</td><td>its times, shared by many connections</td></tr>
 * <tr><td>{@link dev.duplex.engine.CloseState}</td><td>the closing handshake as a pure state machine</td></tr>
 * <tr><td>{@link dev.duplex.engine.Incoming}</td><td>the reading side: frames, inflated and judged, under a deadline</td></tr>
 * <tr><td>{@link dev.duplex.engine.ReadAhead}</td><td>frames read before the application asked</td></tr>
 * <tr><td>{@link dev.duplex.engine.Outgoing}</td><td>the writing side: turns, frame lock, pongs, what is held</td></tr>
 * <tr><td>{@link dev.duplex.engine.Turns}</td><td>the line of threads and messages that wait to be sent</td></tr>
 * <tr><td>{@link dev.duplex.engine.Urgency}</td><td>when a frame must be on the wire</td></tr>
 * <tr><td>{@link dev.duplex.engine.Pings}</td><td>the last Pings, and how long their answer took</td></tr>
 * <tr><td>{@link dev.duplex.engine.KeepAlive}</td><td>pings a silent remote end and gives up on a dead one</td></tr>
 * <tr><td>{@link dev.duplex.engine.PongTimeout}</td><td>why a connection ended whose remote end fell silent</td></tr>
 * </table>
 *
 * <p>Must not know: what an opening handshake agrees on, the peer API, Jakarta types. Threads and locks are listed in docs/concurrency.md.
 */
@NullMarked
package dev.duplex.engine;

import org.jspecify.annotations.NullMarked;
