/**
 * Turns annotated and programmatic endpoints into tables of method handles, once per class: callbacks, receivers of messages, paths,
 * encoders and decoders.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.endpoint.Form}</td><td>in what form a message is handed over</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.Receiver}</td><td>what takes the messages of one kind</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.Callbacks}</td><td>an endpoint as one connection calls it</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.Instances}</td><td>who makes what the application names by its class</td></tr>
 * </table>
 *
 * <p>Knows nothing of connections, frames and threads.
 */
@NullMarked
package dev.duplex.endpoint;

import org.jspecify.annotations.NullMarked;
