package dev.duplex.se.discovery;

import java.net.URI;
import java.util.List;
import java.util.Set;

/**
 * One place of classes of an application: a directory or a jar, and an archive of its own as Jakarta WebSocket §6.2 means it. Immutable.
 *
 * @param name for people, such as {@code chat.war/WEB-INF/lib/rooms.jar}
 * @param location of the directory or jar; {@code jrt:} for a module of a run-time image
 * @param classNames binary names of all classes in it, in no order, those of the platform and of Duplex left out
 * @param annotations names of those that are on one of these classes
 */
public record Root(String name, URI location, List<String> classNames, Set<String> annotations) {}
