/**
 * Jakarta's Session over a connection: what it tells, what it sends, and the thread that hands its messages to the endpoint.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.session.WebSocketSession}</td><td>the Session; its thread's loop from open to close</td></tr>
 * <tr><td>{@link dev.duplex.session.Terms}</td><td>what the opening handshake settled</td></tr>
 * <tr><td>{@link dev.duplex.session.SessionDefaults}</td><td>limits and times that a session starts with</td></tr>
 * <tr><td>{@link dev.duplex.session.OpenSessions}</td><td>the open sessions of one endpoint</td></tr>
 * <tr><td>{@code Handlers}</td><td>which receiver takes text, binary, Pongs</td></tr>
 * <tr><td>{@code Calls}</td><td>which callback may run: one at a time, the close callback last</td></tr>
 * <tr><td>{@code Inbound}</td><td>makes messages of frames, in the form that a receiver wants</td></tr>
 * <tr><td>{@code Outbound}</td><td>makes frames of messages, whole or in parts</td></tr>
 * <tr><td>{@code BasicRemote}, {@code AsyncRemote}</td><td>Jakarta's two ways to ask for that</td></tr>
 * <tr><td>{@code MessageInputStream}, {@code MessageOutputStream}, {@code MessageWriter}</td><td>a message as a stream</td></tr>
 * </table>
 *
 * <p>Knows nothing of handshakes, deployment and how an endpoint was found.
 */
@NullMarked
package dev.duplex.session;

import org.jspecify.annotations.NullMarked;
