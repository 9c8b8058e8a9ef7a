package dev.duplex.tck.official;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How many tests a suite has, and those of them that fail on a host, each with its reason. Immutable.
 *
 * <p>The file has a line {@code tests count}, with more than one count where builds of the version differ, and a line {@code fails test} for each of those, whose reason is behind
 * {@code #}. A line that begins with {@code #} is a comment.
 */
final class ExpectedResults {
    private final Set<Integer> tests;
    private final Map<String, String> failing;

    private ExpectedResults(Set<Integer> tests, Map<String, String> failing) {
        this.tests = tests;
        this.failing = failing;
    }

    /** Reads the lines of such a file; throws {@link IllegalArgumentException} that quotes the first bad one. */
    static ExpectedResults parse(List<String> lines) {
        Set<Integer> tests = new LinkedHashSet<>();
        Map<String, String> failing = new LinkedHashMap<>();
        for (String line : lines) {
            String[] parts = line.split("#", 2);
            String content = parts[0].strip();
            if (content.isEmpty()) {
                continue;
            }
            String[] words = content.split("\\s+", -1);
            if (content.matches("tests( +[0-9]{1,9})+") && tests.isEmpty()) {
                Stream.of(words).skip(1).map(Integer::valueOf).forEach(tests::add);
            } else if (words.length == 2 && words[0].equals("fails")) {
                if (parts.length == 1 || parts[1].isBlank()) {
                    throw new IllegalArgumentException("A test that fails needs a reason behind #: " + line);
                }
                if (failing.put(words[1], parts[1].strip()) != null) {
                    throw new IllegalArgumentException("A test is listed once: " + line);
                }
            } else {
                throw new IllegalArgumentException("A line is tests COUNT..., once, or fails TEST, not: " + line);
            }
        }
        if (tests.isEmpty()) {
            throw new IllegalArgumentException("A line tests COUNT is missing.");
        }
        return new ExpectedResults(tests, failing);
    }

    boolean fails(String test) {
        return failing.containsKey(test);
    }

    /** Why a test fails that must; throws {@link IllegalArgumentException} for any other. */
    String reason(String test) {
        String reason = failing.get(test);
        if (reason == null) {
            throw new IllegalArgumentException("Nobody expects that it fails: " + test);
        }
        return reason;
    }

    /**
     * One line for each test that came out otherwise, and for tests that are missing or are not known here.
     *
     * @param results of all tests that ran
     * @param selected what was to be run; only when that is everything is the count compared
     */
    List<String> differences(List<TckResult> results, Pattern selected) {
        List<String> differences = new ArrayList<>();
        for (TckResult result : results) {
            if (fails(result.test()) && result.passed()) {
                differences.add(result.test() + " passed, but is expected to fail: " + reason(result.test()));
            } else if (!fails(result.test()) && !result.passed()) {
                differences.add("%s %s: %s"
                        .formatted(
                                result.test(),
                                result.outcome() == TckResult.Outcome.SKIPPED ? "was skipped" : "failed",
                                result.problem()));
            }
        }
        Set<String> run = results.stream().map(TckResult::test).collect(Collectors.toSet());
        for (String test : failing.keySet()) {
            if (selected.matcher(test).matches() && !run.contains(test)) {
                differences.add(test + " was not run");
            }
        }
        if (selected.pattern().equals(TckName.matching("*").pattern()) && !tests.contains(results.size())) {
            differences.add("%d tests were run, of %s"
                    .formatted(
                            results.size(), tests.stream().map(String::valueOf).collect(Collectors.joining(" or "))));
        }
        return differences;
    }
}
