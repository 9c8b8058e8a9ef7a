/**
 * Programs to run, read and copy from: each command is one class that knows no other, or starts what is in {@code endpoint}.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.examples.EchoServer}</td><td>the smallest server</td></tr>
 * <tr><td>{@link dev.duplex.examples.EchoClient}</td><td>the smallest client</td></tr>
 * <tr><td>{@link dev.duplex.examples.TickerServer}</td><td>reads requests and streams at the same time</td></tr>
 * <tr><td>{@link dev.duplex.examples.TickerClient}</td><td>subscribes with JSON, prints what streams back</td></tr>
 * <tr><td>{@link dev.duplex.examples.Push}</td><td>one message to everyone, slow peers included</td></tr>
 * <tr><td>{@link dev.duplex.examples.TlsEchoServer}</td><td>certificate, ping frequency, how connections end</td></tr>
 * <tr><td>{@link dev.duplex.examples.Connect}</td><td>a client for the terminal and for pipes</td></tr>
 * <tr><td>{@link dev.duplex.examples.Endpoints}</td><td>the commands of what is in {@code endpoint}, on the standard API</td></tr>
 * <tr><td>{@link dev.duplex.examples.EndpointConnect}</td><td>its client for the terminal and for pipes</td></tr>
 * <tr><td>{@link dev.duplex.examples.Main}</td><td>the command line over all of them</td></tr>
 * </table>
 *
 * It may use the public API only: what is in no exported package is not here either.
 */
@NullMarked
package dev.duplex.examples;

import org.jspecify.annotations.NullMarked;
