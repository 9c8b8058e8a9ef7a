package dev.duplex.servlet;

import jakarta.servlet.ServletContainerInitializer;
import jakarta.servlet.annotation.HandlesTypes;
import jakarta.servlet.http.HttpServlet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An application for a {@link Host}: classes as a container's scan finds them, and what else is started with it. Confined to one thread. */
final class WebApplication {
    String contextPath = "";
    final Set<Class<?>> scanned = new LinkedHashSet<>();
    final Map<String, String> parameters = new LinkedHashMap<>();
    final List<ServletContainerInitializer> initializers = new ArrayList<>(List.of(new DuplexInitializer()));

    @Nullable
    String secured;

    private WebApplication() {}

    /** An application at the root, in which the scan finds these classes. */
    static WebApplication of(Class<?>... scanned) {
        WebApplication application = new WebApplication();
        application.scanned.addAll(List.of(scanned));
        return application;
    }

    /** At another context path than the root. */
    WebApplication at(String path) {
        contextPath = path;
        return this;
    }

    /** A parameter of the ServletContext. */
    WebApplication parameter(String name, String value) {
        parameters.put(name, value);
        return this;
    }

    /** Only {@link Guards#ANN} may get what this pattern matches, and she is in the role {@code member} only. */
    WebApplication secured(String pattern) {
        secured = pattern;
        return this;
    }

    /** Has a servlet at these patterns. */
    WebApplication servlet(HttpServlet servlet, String... patterns) {
        return after((classes, context) ->
                context.addServlet(servlet.getClass().getName(), servlet).addMapping(patterns));
    }

    /** Started before Duplex. */
    WebApplication before(ServletContainerInitializer initializer) {
        initializers.add(0, initializer);
        return this;
    }

    /** Started after Duplex: adds servlets, filters, listeners. */
    WebApplication after(ServletContainerInitializer initializer) {
        initializers.add(initializer);
        return this;
    }

    /** What the scan hands to an initializer. */
    Set<Class<?>> handled(ServletContainerInitializer initializer) {
        HandlesTypes types = initializer.getClass().getAnnotation(HandlesTypes.class);
        return types == null
                ? Set.of()
                : scanned.stream()
                        .filter(type -> List.of(types.value()).stream()
                                .anyMatch(wanted -> wanted.isAnnotation()
                                        ? List.of(type.getAnnotations()).stream()
                                                .anyMatch(a -> a.annotationType() == wanted)
                                        : wanted.isAssignableFrom(type)))
                        .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
