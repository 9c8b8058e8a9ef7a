package dev.duplex.se.discovery;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was found of an application. Immutable.
 *
 * @param name for people: the name of its archive
 * @param loader the application's class loader
 * @param roots where its classes are, in the order in which they are looked for
 * @param found the classes that a scan is for (§6.2): annotated with ServerEndpoint, subclasses of Endpoint, implementations of
 *     ServerApplicationConfig; loaded, not initialised
 * @param skipped what could not be loaded of them, with the cause, for people
 * @param files directory of the static files of a WAR, null without one; what is in its {@code WEB-INF} and {@code META-INF} is no static file
 * @param resource closes the loader and deletes what was unpacked
 */
public record Discovery(
        String name,
        ClassLoader loader,
        List<Root> roots,
        Set<Class<?>> found,
        List<String> skipped,
        @Nullable Path files,
        AutoCloseable resource) {}
