/**
 * An embedded HTTP/1.1 server for Jakarta WebSocket endpoints.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.se.DuplexServer}</td><td>the server: a builder, a port, a container, an end</td></tr>
 * </table>
 *
 * <p>Must not know: Servlet, how frames are laid out, how an endpoint is called.
 */
@NullMarked
package dev.duplex.se;

import org.jspecify.annotations.NullMarked;
