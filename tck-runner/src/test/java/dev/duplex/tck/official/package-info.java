/**
 * Runs the official TCK of Jakarta WebSocket against a host: its tests, in a process of its own, through the host's Arquillian
 * adapter.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@code OfficialTck}</td><td>the test that the profile {@code tck} runs</td></tr>
 * <tr><td>{@code TckSuite}, {@code TckHost}</td><td>which tests of which version, and on what</td></tr>
 * <tr><td>{@code TckProcess}, {@code TckRun}, {@code TckResult}</td><td>the run, seen from here, and what came out</td></tr>
 * <tr><td>{@code ExpectedResults}, {@code TckReport}</td><td>what must come out, and what people read</td></tr>
 * <tr><td>{@code TckMain}, {@code TckListener}</td><td>what runs in that process, beside the TCK</td></tr>
 * <tr><td>{@code TckLine}, {@code TckName}</td><td>what the process tells, and how a test is called</td></tr>
 * </table>
 *
 * <p>It knows nothing of what the tests test; the classes of the TCK are seen by the process alone.
 */
@NullMarked
package dev.duplex.tck.official;

import org.jspecify.annotations.NullMarked;
