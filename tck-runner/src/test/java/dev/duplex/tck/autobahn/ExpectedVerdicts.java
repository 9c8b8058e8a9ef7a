package dev.duplex.tck.autobahn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The cases of the suite in its order, each with the verdict it must get. Immutable.
 *
 * <p>The file has a line {@code case behavior behaviorClose} for each case; {@code #} begins a comment, and a case that is
 * not OK must have one that says why.
 */
final class ExpectedVerdicts {
    private final Map<String, Verdict> byCase;

    private ExpectedVerdicts(Map<String, Verdict> byCase) {
        this.byCase = byCase;
    }

    /** Reads the lines of such a file; throws {@link IllegalArgumentException} that quotes the first bad one. */
    static ExpectedVerdicts parse(List<String> lines) {
        Map<String, Verdict> byCase = new LinkedHashMap<>();
        for (String line : lines) {
            String[] parts = line.split("#", 2);
            String content = parts[0].strip();
            if (content.isEmpty()) {
                continue;
            }
            String[] words = content.split("\\s+", -1);
            if (words.length != 3) {
                throw new IllegalArgumentException("A line has a case and two verdicts, not: " + line);
            }
            Verdict verdict = new Verdict(words[1], words[2]);
            if (!verdict.isOk() && (parts.length == 1 || parts[1].isBlank())) {
                throw new IllegalArgumentException("A case that is not OK needs a reason behind #: " + line);
            }
            if (byCase.put(words[0], verdict) != null) {
                throw new IllegalArgumentException("A case is listed once: " + line);
            }
        }
        return new ExpectedVerdicts(byCase);
    }

    /** Those cases that match one of the comma-separated patterns, in which {@code *} stands for anything. */
    ExpectedVerdicts matching(String patterns) {
        List<Pattern> wanted = new ArrayList<>();
        for (String pattern : patterns.split(",", -1)) {
            wanted.add(Pattern.compile(pattern.strip().replace(".", "\\.").replace("*", ".*")));
        }
        Map<String, Verdict> selected = new LinkedHashMap<>(byCase);
        selected.keySet()
                .removeIf(id -> wanted.stream().noneMatch(p -> p.matcher(id).matches()));
        if (selected.isEmpty()) {
            throw new IllegalArgumentException("No case of the suite matches " + patterns);
        }
        return new ExpectedVerdicts(selected);
    }

    Set<String> cases() {
        return byCase.keySet();
    }

    /** One line for each case whose verdict is another, or that was not run, or that is not known here. */
    List<String> differences(Map<String, Verdict> actual) {
        List<String> differences = new ArrayList<>();
        byCase.forEach((id, expected) -> {
            Verdict got = actual.getOrDefault(id, Verdict.NOT_RUN);
            if (!got.equals(expected)) {
                differences.add("%-8s expected %s, was %s".formatted(id, expected, got));
            }
        });
        actual.forEach((id, got) -> {
            if (!byCase.containsKey(id)) {
                differences.add("%-8s is not in the file, was %s".formatted(id, got));
            }
        });
        return differences;
    }
}
