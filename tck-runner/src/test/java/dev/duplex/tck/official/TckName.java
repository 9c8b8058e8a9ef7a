package dev.duplex.tck.official;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The short names of the TCK's tests: the class without the root package that all have, a point and the method. */
final class TckName {
    /** Where the tests are up to 2.2 and where they are since. */
    static final List<String> ROOTS = List.of("com.sun.ts.tests.websocket.", "ee.jakarta.tck.websocket.");

    private TckName() {}

    static String of(String className, String methodName) {
        return ofClass(className) + "." + methodName;
    }

    static String ofClass(String className) {
        return ROOTS.stream()
                .filter(className::startsWith)
                .findFirst()
                .map(root -> className.substring(root.length()))
                .orElse(className);
    }

    /** The class of a test. */
    static String classOf(String test) {
        return test.substring(0, test.lastIndexOf('.'));
    }

    /** The package of a test's class. */
    static String packageOf(String test) {
        String type = classOf(test);
        return type.contains(".") ? type.substring(0, type.lastIndexOf('.')) : "";
    }

    /** Matches the tests of which one of the comma-separated patterns holds; {@code *} stands for anything. */
    static Pattern matching(String patterns) {
        return Pattern.compile(Stream.of(patterns.split(",", -1))
                .map(pattern -> Pattern.quote(pattern.strip()).replace("*", "\\E.*\\Q"))
                .reduce((one, other) -> one + "|" + other)
                .orElseThrow());
    }
}
