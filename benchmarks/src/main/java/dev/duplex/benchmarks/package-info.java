/**
 * What the engine and the dispatch of messages cost, measured with JMH and without a network.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.benchmarks.DispatchBenchmark}</td><td>a message from its frame to an annotated method, and back</td></tr>
 * <tr><td>{@link dev.duplex.benchmarks.EncodeBenchmark}</td><td>what a session's sends cost until the frame would leave</td></tr>
 * <tr><td>{@link dev.duplex.benchmarks.FrameBenchmark}</td><td>reading and writing a frame, by size</td></tr>
 * <tr><td>{@code Dispatch}</td><td>a session of an annotated class over a transport of this package</td></tr>
 * <tr><td>{@code MessageKind}</td><td>the endpoints, and what arrives for each</td></tr>
 * <tr><td>{@code MemoryTransport}, {@code ReplayedInput}, {@code SilentInput}</td><td>a connection without a network</td></tr>
 * <tr><td>{@code ClientFrames}</td><td>frames as a client sends them</td></tr>
 * </table>
 *
 * <p>Knows nothing of sockets and of what reads an opening handshake.
 */
@NullMarked
package dev.duplex.benchmarks;

import org.jspecify.annotations.NullMarked;
