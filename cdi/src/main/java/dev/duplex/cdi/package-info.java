/**
 * What CDI does for endpoints, and what it gives applications for them. Loaded only where the CDI API is there.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.cdi.WebSocketSessionScoped}</td><td>the scope of a session</td></tr>
 * <tr><td>{@link dev.duplex.cdi.SessionContextController}</td><td>that scope on other threads</td></tr>
 * <tr><td>{@link dev.duplex.cdi.Opened}, {@link dev.duplex.cdi.Closed}</td><td>events with a Session</td></tr>
 * <tr><td>{@link dev.duplex.cdi.SessionsOf}</td><td>the open sessions of an endpoint</td></tr>
 * <tr><td>{@link dev.duplex.cdi.Cdi}</td><td>the CDI container of an application: makes its instances, accompanies its sessions</td></tr>
 * <tr><td>{@link dev.duplex.cdi.WebSocketExtension}</td><td>adds the above to any CDI container that finds it</td></tr>
 * <tr><td>{@link dev.duplex.cdi.AmbientCdi}</td><td>lets clients inject what they connect in an application</td></tr>
 * <tr><td>{@code Maker}</td><td>how the instances of one class are made</td></tr>
 * <tr><td>{@code SessionLife}, {@code SessionContext}</td><td>a session and its contextual instances</td></tr>
 * <tr><td>{@code Containers}</td><td>the containers that end with their applications</td></tr>
 * <tr><td>{@code Place}, {@code ApplicationProvider}</td><td>which application and session a thread is in, for {@code CDI.current()} too</td></tr>
 * <tr><td>{@code CurrentSession}</td><td>what {@code @Inject Session} gives</td></tr>
 * </table>
 *
 * <p>Must not know: servers, HTTP, how an endpoint is called.
 */
@NullMarked
package dev.duplex.cdi;

import org.jspecify.annotations.NullMarked;
