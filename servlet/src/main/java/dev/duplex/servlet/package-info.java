/**
 * Jakarta WebSocket inside a Servlet container, in the place of the container's own.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.servlet.DuplexInitializer}</td><td>what the container starts with each application</td></tr>
 * <tr><td>{@code ServletApplication}</td><td>an application, from its deployment to its end</td></tr>
 * <tr><td>{@code ContextParameters}</td><td>what the context parameters of an application say</td></tr>
 * <tr><td>{@code HttpLogins}</td><td>which connections end with which HTTP session</td></tr>
 * <tr><td>{@code SoleContainer}</td><td>puts the container's own WebSocket out of an application</td></tr>
 * <tr><td>{@code UpgradeFilter}, {@code ServletHostRequest}</td><td>finds the opening handshakes among the requests, and answers them</td></tr>
 * <tr><td>{@code HostInjection}</td><td>makes endpoints by the CDI of the application, where it has one</td></tr>
 * <tr><td>{@code UpgradedConnection}</td><td>a connection on its way from the container to the engine</td></tr>
 * <tr><td>{@code ProtocolSwitch}</td><td>takes the connection of a request from the container; one for each container, with the handler or the connection that the container calls</td></tr>
 * <tr><td>{@code ChannelTransport}</td><td>a blocking stream over what a container reads and writes without blocking; one for each container</td></tr>
 * <tr><td>{@code ReadAhead}</td><td>what a container's thread has read before the engine asks</td></tr>
 * </table>
 *
 * <p>Must not know: frames, how an endpoint is called; and outside of its switch, which container it is in.
 */
@NullMarked
package dev.duplex.servlet;

import org.jspecify.annotations.NullMarked;
