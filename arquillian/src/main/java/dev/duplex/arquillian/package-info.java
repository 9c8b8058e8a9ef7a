/**
 * The embedded server as a container of Arquillian, for tests of JUnit. A test names none of these types: Arquillian finds them.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.arquillian.DuplexExtension}</td><td>what Arquillian is told of</td></tr>
 * <tr><td>{@code EmbeddedContainer}</td><td>a server from its start to its stop, and what is deployed on it</td></tr>
 * <tr><td>{@code ContainerSettings}</td><td>what {@code arquillian.xml} says of it</td></tr>
 * <tr><td>{@code Identity}</td><td>its certificate, and how a client comes to trust it</td></tr>
 * <tr><td>{@code ServerResources}</td><td>what a test has injected of it by {@code @ArquillianResource}</td></tr>
 * <tr><td>{@code JupiterTests}</td><td>what JUnit promises a test, also within an application</td></tr>
 * <tr><td>{@code InjectedTests}, {@code InjectedParameters}, {@code TestBeans}</td><td>what CDI gives such a test</td></tr>
 * <tr><td>{@code RunsWithin}</td><td>which tests these are</td></tr>
 * <tr><td>{@code TemporaryFolder}</td><td>where an archive is while it is deployed</td></tr>
 * </table>
 *
 * <p>Must not know: how an archive is scanned, how an endpoint is called.
 */
@NullMarked
package dev.duplex.arquillian;

import org.jspecify.annotations.NullMarked;
