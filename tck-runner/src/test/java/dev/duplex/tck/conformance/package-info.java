/**
 * The conformance suite: each numbered assertion of Jakarta WebSocket 2.2, and each decision of the project where the
 * specification leaves room, has a test here that fails when the rule is broken. {@code docs/conformance.md} is the
 * table of both.
 *
 * <table>
 * <caption>Types that are no tests</caption>
 * <tr><td>{@code Deployed}</td><td>a server with the endpoints of a test, and connections to it</td></tr>
 * <tr><td>{@code Events}</td><td>what endpoints saw, in order, with a deadline on every wait</td></tr>
 * <tr><td>{@code Recording}</td><td>the configurator through which a server endpoint finds the events of its test</td></tr>
 * <tr><td>{@code Caller}</td><td>a programmatic client endpoint that records everything</td></tr>
 * <tr><td>{@code Wire}, {@code WireServer}</td><td>the other end, one frame at a time, on a bare socket</td></tr>
 * </table>
 *
 * <p>It uses the standard API and the embedded server. It knows nothing of what implements them, so that it would also
 * hold for another implementation.
 */
@NullMarked
package dev.duplex.tck.conformance;

import org.jspecify.annotations.NullMarked;
