/**
 * Servlet containers that run in the JVM of the tests, and WARs that are deployed on them.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@code ServletServer}</td><td>a container from its start to its end, and what it takes to start one</td></tr>
 * <tr><td>{@code TomcatServer}, {@code JettyServer}, {@code UndertowServer}</td><td>the containers; each class is the only one that names
 * its container</td></tr>
 * <tr><td>{@code ExplodedWar}, {@code WebXml}</td><td>what a container does with a WAR that has no deployer of its own</td></tr>
 * <tr><td>{@code ServletContainer}, {@code ServletExtension}</td><td>the same as a container of Arquillian</td></tr>
 * </table>
 *
 * <p>It knows nothing of WebSocket, and of Duplex only that it is on the class path.
 */
@NullMarked
package dev.duplex.tck.servlet;

import org.jspecify.annotations.NullMarked;
