/**
 * What an application consists of when it is told where it is, and not what: archives are opened, classes found and loaded.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.se.discovery.Places}</td><td>where it is: archives and directories, or the class path</td></tr>
 * <tr><td>{@link dev.duplex.se.discovery.Discovery}</td><td>what was found there: class loader, roots, classes, static files</td></tr>
 * <tr><td>{@link dev.duplex.se.discovery.Root}</td><td>one place of classes: a directory or a jar</td></tr>
 * <tr><td>{@code Unpacked}</td><td>the temporary directory that a WAR file is unpacked to</td></tr>
 * <tr><td>{@code ApplicationLoader}</td><td>the class loader of an application, its own classes first</td></tr>
 * <tr><td>{@code ClassScan}</td><td>the classes that matter, told by their class files, then loaded</td></tr>
 * <tr><td>{@code PlatformClasses}</td><td>which classes are never an application's own</td></tr>
 * </table>
 *
 * <p>Must not know: the server, the container, how an endpoint is deployed.
 */
@NullMarked
package dev.duplex.se.discovery;

import org.jspecify.annotations.NullMarked;
