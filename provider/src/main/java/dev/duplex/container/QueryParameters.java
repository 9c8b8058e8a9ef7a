package dev.duplex.container;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The parameters of a query, decoded as a form is: {@code application/x-www-form-urlencoded} of the URL Standard, in UTF-8. */
final class QueryParameters {
    private QueryParameters() {}

    /** The parameters in their order, a name without {@code =} with an empty value. Read-only. */
    static Map<String, List<String>> of(@Nullable String query) {
        if (query == null || query.isEmpty()) {
            return Map.of();
        }
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        for (String pair : query.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
                String value = equals < 0 ? "" : decoded(pair.substring(equals + 1));
                parameters.computeIfAbsent(name, any -> new ArrayList<>(1)).add(value);
            }
        }
        return fixed(parameters);
    }

    /** Those of the request and those of its path, which come first where a name is in both. Read-only. */
    static Map<String, List<String>> with(Map<String, List<String>> request, Map<String, String> path) {
        if (path.isEmpty()) {
            return fixed(request);
        }
        Map<String, List<String>> all = new LinkedHashMap<>();
        path.forEach((name, value) ->
                all.computeIfAbsent(name, any -> new ArrayList<>(1)).add(value));
        request.forEach((name, values) ->
                all.computeIfAbsent(name, any -> new ArrayList<>(1)).addAll(values));
        return fixed(all);
    }

    private static Map<String, List<String>> fixed(Map<String, List<String>> parameters) {
        if (parameters.isEmpty()) {
            return Map.of();
        }
        Map<String, List<String>> fixed = new LinkedHashMap<>();
        parameters.forEach((name, values) -> fixed.put(name, List.copyOf(values)));
        return Collections.unmodifiableMap(fixed);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException noEscape) {
            return text; // the URL Standard: a percent sign that begins no escape stands for itself
        }
    }
}
