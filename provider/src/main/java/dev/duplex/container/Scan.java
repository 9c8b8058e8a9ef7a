package dev.duplex.container;

import dev.duplex.endpoint.ContextLoader;
import dev.duplex.endpoint.Instances;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What an application asks to deploy, told by its classes. Jakarta WebSocket §6.2.
 *
 * @param annotated the annotated classes
 * @param configs the configs of programmatic endpoints
 */
record Scan(Collection<Class<?>> annotated, Collection<ServerEndpointConfig> configs) {
    /**
     * Asks the ServerApplicationConfigs among the classes, if there are any.
     *
     * @param loader context class loader of the calls
     * @throws DeploymentException when one cannot be made, or fails
     */
    static Scan of(Set<Class<?>> scanned, ClassLoader loader, Instances instances) throws DeploymentException {
        List<Class<?>> usable = scanned.stream().filter(Scan::isUsable).toList();
        List<Class<?>> configs = usable.stream()
                .filter(ServerApplicationConfig.class::isAssignableFrom)
                .toList();
        if (configs.isEmpty()) {
            return new Scan(usable.stream().filter(Scan::isAnnotated).toList(), List.of());
        }
        ClassLoader before = ContextLoader.enter(loader);
        try {
            Scan union = new Scan(new LinkedHashSet<>(), Collections.newSetFromMap(new IdentityHashMap<>()));
            for (Class<?> config : configs) {
                union.ask(config.asSubclass(ServerApplicationConfig.class), usable, instances);
            }
            return new Scan(union.annotated, new ArrayList<>(union.configs));
        } finally {
            ContextLoader.leave(before);
        }
    }

    /** Jakarta WebSocket §4.8: a scan passes over what is not public; what is abstract can only be a base of others. */
    private static boolean isUsable(Class<?> type) {
        return Modifier.isPublic(type.getModifiers()) && !Modifier.isAbstract(type.getModifiers());
    }

    /** Whether the class itself is annotated: the annotation is not inherited. */
    private static boolean isAnnotated(Class<?> type) {
        return type.isAnnotationPresent(ServerEndpoint.class);
    }

    private void ask(Class<? extends ServerApplicationConfig> type, List<Class<?>> scanned, Instances instances)
            throws DeploymentException {
        URL archive = archive(type);
        Set<Class<?>> ofArchive = new HashSet<>();
        Set<Class<? extends Endpoint>> endpoints = new HashSet<>();
        for (Class<?> candidate : scanned) {
            if (Objects.equals(String.valueOf(archive), String.valueOf(archive(candidate)))) {
                if (isAnnotated(candidate)) {
                    ofArchive.add(candidate);
                }
                if (Endpoint.class.isAssignableFrom(candidate)) {
                    endpoints.add(candidate.asSubclass(Endpoint.class));
                }
            }
        }
        ServerApplicationConfig config;
        try {
            config = instances.create(type);
        } catch (InstantiationException e) {
            throw new DeploymentException("A ServerApplicationConfig cannot be made: " + e.getMessage(), e);
        }
        try {
            configs.addAll(answer(config, c -> c.getEndpointConfigs(endpoints)));
            annotated.addAll(answer(config, c -> c.getAnnotatedEndpointClasses(ofArchive)));
        } finally {
            instances.destroy(config);
        }
    }

    /** What it returns; nothing for null, which §6.2 does not allow and applications return. */
    private static <T> Set<T> answer(
            ServerApplicationConfig config, Function<ServerApplicationConfig, @Nullable Set<T>> question)
            throws DeploymentException {
        try {
            Set<T> answer = question.apply(config);
            return answer == null ? Set.of() : answer;
        } catch (RuntimeException | Error e) {
            throw new DeploymentException(config.getClass().getName() + " failed: " + e, e);
        }
    }

    private static @Nullable URL archive(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        return source == null ? null : source.getLocation();
    }
}
