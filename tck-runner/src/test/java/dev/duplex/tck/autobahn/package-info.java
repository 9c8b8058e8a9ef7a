/**
 * Runs the Autobahn suite 0.5.6 against our server, alone and in Servlet containers, and against our client.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@code AutobahnIT}</td><td>the test: both directions</td></tr>
 * <tr><td>{@code ExpectedVerdicts}, {@code Verdict}</td><td>what must come out, and what did</td></tr>
 * <tr><td>{@code EchoServer}, {@code EchoEndpoint}, {@code CaseClient}</td><td>those that are tested</td></tr>
 * <tr><td>{@code SuiteProcess}</td><td>the suite's process, seen from here</td></tr>
 * <tr><td>{@code SuiteMain}, {@code Utf8Validator}, {@code XorMasker}</td><td>what runs in that process, beside suite.py</td></tr>
 * </table>
 */
@NullMarked
package dev.duplex.tck.autobahn;

import org.jspecify.annotations.NullMarked;
