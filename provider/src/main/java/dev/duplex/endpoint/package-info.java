/**
 * Turns annotated and programmatic endpoints into tables of method handles, once per class: callbacks, receivers of messages, paths,
 * encoders and decoders.
 *
 * <table>
 * <caption>Types</caption>
 * <tr><td>{@link dev.duplex.endpoint.AnnotatedEndpoint}</td><td>the model of one annotated class</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.CallbackMethod}</td><td>an annotated method that keeps the rules, as a method handle</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.PathArguments}</td><td>the values of a method's path parameters on one connection</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.ProgrammaticEndpoint}</td><td>an Endpoint as one connection calls it</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.Form}</td><td>in what form a message is handed over</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.Receiver}</td><td>what takes the messages of one kind</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.Callbacks}</td><td>an endpoint as one connection calls it</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.AccompaniedCallbacks}</td><td>callbacks of a session that a host accompanies</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.Companion}</td><td>what a host does around the calls of one session</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.Instances}</td><td>who makes what the application names by its class</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.AmbientInstances}</td><td>who makes instances where a client asks for a container</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.ContextLoader}</td><td>the class loader of a thread that calls an application</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.CoderTable}</td><td>what a configuration's encoder and decoder classes can do</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.CoderRole}</td><td>one interface that such a class implements, and for what type</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.Reception}</td><td>how messages of one kind become values of one type</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.Coders}</td><td>the encoders and decoders of one connection</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.Primitives}</td><td>primitive types and their boxes, as text</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.TypeArguments}</td><td>what type variables stand for in a class</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.PathTemplate}</td><td>the path of a server endpoint</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.RequestPath}</td><td>the path of a request, normalised and taken apart</td></tr>
 * <tr><td>{@link dev.duplex.endpoint.PathTree}</td><td>finds the endpoint of a request's path</td></tr>
 * </table>
 *
 * <p>Knows nothing of connections, frames and threads.
 */
@NullMarked
package dev.duplex.endpoint;

import org.jspecify.annotations.NullMarked;
