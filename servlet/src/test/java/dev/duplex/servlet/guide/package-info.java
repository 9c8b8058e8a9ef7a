/**
 * What docs/servlet.md shows, as a reader would write it.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@code Echo}</td><td>the endpoint</td></tr>
 * <tr><td>{@code EmbeddedTomcat}, {@code EmbeddedUndertow}, {@code EmbeddedJetty}</td><td>serve it</td></tr>
 * <tr><td>{@code Rooms}, {@code Room}</td><td>a servlet that upgrades requests itself, and its endpoint</td></tr>
 * <tr><td>{@code Listener}</td><td>adds that endpoint to an application</td></tr>
 * </table>
 *
 * <p>Must not know: anything of Duplex but its initializer.
 */
@NullMarked
package dev.duplex.servlet.guide;

import org.jspecify.annotations.NullMarked;
