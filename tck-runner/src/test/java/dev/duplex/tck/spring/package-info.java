/**
 * Holds that applications on Spring Framework work with Duplex, which is the only Jakarta WebSocket provider of this class path. Spring is
 * used as its own documentation says, and knows Duplex by the standard API only.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@code SpringClientTest}</td><td>Spring's clients, against {@code Probe} and {@code StompProbe}</td></tr>
 * <tr><td>{@code Received}</td><td>what a handler of Spring's was called with</td></tr>
 * <tr><td>{@code SpringServerTest}</td><td>endpoints that Spring deploys and makes</td></tr>
 * <tr><td>{@code Asking}, {@code WebSocketConfiguration}, {@code BeanConfigurator}, {@code Greeter}, {@code Greetings},
 *     {@code PerConnectionConfiguration}</td><td>the programs of docs/spring.md</td></tr>
 * <tr><td>{@code SpringDocumentTest}</td><td>that document shows that application</td></tr>
 * </table>
 */
@NullMarked
package dev.duplex.tck.spring;

import org.jspecify.annotations.NullMarked;
