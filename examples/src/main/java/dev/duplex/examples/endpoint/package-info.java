/**
 * Endpoints and clients on the standard Jakarta API: they run on any implementation of it, and nothing here knows Duplex.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.examples.endpoint.Echo}</td><td>the smallest endpoint: what a method returns is sent</td></tr>
 * <tr><td>{@link dev.duplex.examples.endpoint.Push}</td><td>one message to everyone, slow ones included</td></tr>
 * <tr><td>{@link dev.duplex.examples.endpoint.Ticker}</td><td>answers requests and streams at the same time, with a decoder</td></tr>
 * <tr><td>{@link dev.duplex.examples.endpoint.Chat}</td><td>rooms by path, with {@code Rooms} for who is where</td></tr>
 * <tr><td>{@code Outbox}</td><td>sends to one session without waiting for it</td></tr>
 * <tr><td>{@link dev.duplex.examples.endpoint.Event}</td><td>what the ticker and the chat send</td></tr>
 * <tr><td>{@link dev.duplex.examples.endpoint.Json}</td><td>how it is encoded</td></tr>
 * <tr><td>{@link dev.duplex.examples.endpoint.EchoClient}</td><td>a client that asks once</td></tr>
 * <tr><td>{@link dev.duplex.examples.endpoint.LineClient}</td><td>a client for lines of text</td></tr>
 * </table>
 */
@NullMarked
package dev.duplex.examples.endpoint;

import org.jspecify.annotations.NullMarked;
