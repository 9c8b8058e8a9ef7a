/**
 * How an application that was found in archives, or that names its classes, comes to a CDI container of its own. Loaded only where the CDI
 * API is there.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.se.beans.Boot}</td><td>starts the container</td></tr>
 * <tr><td>{@code BeanArchives}</td><td>the classes that may be beans</td></tr>
 * <tr><td>{@code BeansXml}</td><td>what a beans.xml says</td></tr>
 * </table>
 *
 * <p>Must not know: the server, HTTP, how an endpoint is called.
 */
@NullMarked
package dev.duplex.se.beans;

import org.jspecify.annotations.NullMarked;
