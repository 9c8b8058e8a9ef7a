/**
 * An embedded HTTP/1.1 server for Jakarta WebSocket endpoints.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.se.DuplexServer}</td><td>the server: a builder, a port, a container, an end</td></tr>
 * <tr><td>{@link dev.duplex.se.Application}, {@link dev.duplex.se.DeployedApplication}</td><td>what it serves at one context path</td></tr>
 * <tr><td>{@link dev.duplex.se.Authenticator}, {@link dev.duplex.se.User}</td><td>who may, and who that is</td></tr>
 * </table>
 *
 * <p>Must not know: Servlet, how frames are laid out, how an endpoint is called.
 */
@NullMarked
package dev.duplex.se;

import org.jspecify.annotations.NullMarked;
