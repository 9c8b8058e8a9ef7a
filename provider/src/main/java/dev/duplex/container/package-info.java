/**
 * Where Jakarta WebSocket begins: the containers of clients and servers, and how a host hands over a request.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.container.DuplexContainer}, {@link dev.duplex.container.DuplexContainerProvider}</td><td>the client's
 * container, and how the API finds it</td></tr>
 * <tr><td>{@link dev.duplex.container.DuplexServerContainer}</td><td>the endpoints of one application on a server</td></tr>
 * <tr><td>{@link dev.duplex.container.DuplexConfigurator}, {@link dev.duplex.container.OriginPolicy}</td><td>what holds where the
 * application decides nothing</td></tr>
 * <tr><td>{@link dev.duplex.container.HostRequest}, {@link dev.duplex.container.Upgrade},
 * {@link dev.duplex.container.FrontController}</td><td>what a host gives, and what it gets</td></tr>
 * <tr><td>{@link dev.duplex.container.Connector}</td><td>one call of connectToServer</td></tr>
 * <tr><td>{@link dev.duplex.container.Negotiation}</td><td>one opening handshake of a server</td></tr>
 * <tr><td>{@link dev.duplex.container.DeployedEndpoint}, {@link dev.duplex.container.EndpointModel},
 * {@link dev.duplex.container.Scan}</td><td>what is judged once</td></tr>
 * <tr><td>{@link dev.duplex.container.ConnectionPolicy}, {@link dev.duplex.container.ConnectionConfig},
 * {@link dev.duplex.container.Belongings}, {@link dev.duplex.container.LiveSessions}</td><td>what belongs to a connection</td></tr>
 * <tr><td>{@link dev.duplex.container.RequestView}, {@link dev.duplex.container.ResponseView},
 * {@link dev.duplex.container.HeaderMap}, {@link dev.duplex.container.NamedExtension},
 * {@link dev.duplex.container.QueryParameters}</td><td>the handshake as the API shows it</td></tr>
 * </table>
 *
 * <p>Must not know: servlets, dependency injection, how a host listens.
 */
@NullMarked
package dev.duplex.container;

import org.jspecify.annotations.NullMarked;
