package dev.duplex.container;

import dev.duplex.handshake.Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Headers as the application may change them: a map whose names have no case. Not for several threads. */
final class HeaderMap {
    private HeaderMap() {}

    /** A copy to change; its lists can be changed too. */
    static Map<String, List<String>> of(Headers headers) {
        Map<String, List<String>> map = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.asMap().forEach((name, values) -> map.put(name, new ArrayList<>(values)));
        return map;
    }

    /**
     * What the application left in the map, a field for each value, without the headers that are the handshake's own.
     *
     * @throws IllegalArgumentException for what cannot be a header; it names it
     */
    static Headers headers(Map<String, List<String>> map, Predicate<String> ours) {
        Headers.Builder headers = Headers.builder();
        map.forEach((name, values) -> {
            if (!ours.test(name) && values != null) {
                values.forEach(value -> headers.add(name, checked(name, value)));
            }
        });
        return headers.build();
    }

    // The application's lists may hold anything
    private static String checked(String name, String value) {
        if (value == null) {
            throw new IllegalArgumentException("header " + name + " must have a value, not null");
        }
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) > 0xFF) {
                throw new IllegalArgumentException(
                        "header %s must be of ISO-8859-1, which U+%04X is not".formatted(name, (int) value.charAt(i)));
            }
        }
        return value;
    }
}
