package dev.duplex.se.discovery;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
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
        AutoCloseable resource) {
    /** More of them would hide the rest of a message. */
    private static final int MOST_ROOTS = 20;

    /** One sentence that says where no endpoint was found, and what comes nearest to one. */
    public String whyNothing() {
        int classes = roots.stream().mapToInt(root -> root.classNames().size()).sum();
        StringBuilder text = new StringBuilder("nothing of " + name + " was deployed: ");
        if (roots.isEmpty()) {
            return text + "it has no WEB-INF/classes and no jar in WEB-INF/lib";
        }
        text.append(classes == 1 ? "its only class" : "none of its " + classes + " classes")
                .append(classes == 1 ? " is not" : " is")
                .append(" a public one with @ServerEndpoint, nor one that a ServerApplicationConfig deploys");
        if (roots.size() <= MOST_ROOTS) {
            text.append("; looked into ").append(roots.stream().map(Root::name).collect(Collectors.joining(", ")));
        }
        if (!found.isEmpty()) {
            text.append("; found ").append(found.stream().map(Class::getName).collect(Collectors.joining(", ")));
        }
        if (!skipped.isEmpty()) {
            text.append("; ").append(String.join("; ", skipped));
        }
        return text.toString();
    }
}
