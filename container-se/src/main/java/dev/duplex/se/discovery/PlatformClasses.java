package dev.duplex.se.discovery;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Which classes are never an application's own: those of the JDK, of the APIs between it and its host, and of the host. */
final class PlatformClasses {
    /** Packages of the JDK, of whichever loader. */
    private static final Set<String> JDK = ModuleLayer.boot().modules().stream()
            .filter(module ->
                    module.getName().startsWith("java.") || module.getName().startsWith("jdk."))
            .flatMap(module -> module.getPackages().stream())
            .collect(Collectors.toUnmodifiableSet());

    /** What host and application talk about to each other must be the same class for both: the host's, if it has it. */
    private static final List<String> SHARED = List.of(
            "jakarta.websocket.",
            "jakarta.servlet.",
            "jakarta.inject.",
            "jakarta.enterprise.",
            "jakarta.decorator.",
            "jakarta.interceptor.",
            "jakarta.annotation.",
            "org.jboss.weld."); // its proxies are made of the host's classes

    private static final List<String> OWN = List.of(
            "dev.duplex.cdi.",
            "dev.duplex.container.",
            "dev.duplex.deflate.",
            "dev.duplex.endpoint.",
            "dev.duplex.engine.",
            "dev.duplex.frame.",
            "dev.duplex.handshake.",
            "dev.duplex.peer.",
            "dev.duplex.se.",
            "dev.duplex.session.",
            "dev.duplex.transport.");

    private PlatformClasses() {}

    /** Whether the parent of an application's loader is asked for it first. */
    static boolean isShared(String className) {
        return isJdk(className) || startsWithAny(className, SHARED) || startsWithAny(className, OWN);
    }

    /** Whether a scan passes over it. */
    static boolean isOutOfScan(String className) {
        return isJdk(className) || startsWithAny(className, SHARED);
    }

    private static boolean isJdk(String className) {
        int dot = className.lastIndexOf('.');
        return className.startsWith("java.") || (dot > 0 && JDK.contains(className.substring(0, dot)));
    }

    private static boolean startsWithAny(String className, List<String> prefixes) {
        return prefixes.stream().anyMatch(className::startsWith);
    }
}
