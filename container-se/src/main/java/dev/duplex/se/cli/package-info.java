/**
 * The server as a program: {@code serve} with its options, which a file and the environment can say too.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.se.cli.Main}</td><td>the program: runs a command and says in a sentence what went wrong</td></tr>
 * <tr><td>{@link dev.duplex.se.cli.Serve}</td><td>the command that serves archives until it is told to stop</td></tr>
 * <tr><td>{@code Deployable}</td><td>an archive of the command line, and where it goes</td></tr>
 * <tr><td>{@code Settings}</td><td>what options are when the command line does not say them</td></tr>
 * </table>
 *
 * <p>Nothing else knows this package, nor the library that reads the command line.
 */
@NullMarked
package dev.duplex.se.cli;

import org.jspecify.annotations.NullMarked;
