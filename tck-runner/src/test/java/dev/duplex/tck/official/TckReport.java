package dev.duplex.tck.official;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** What people read about a run: a line, a table of its packages, and a page. Immutable. */
final class TckReport {
    private static final int SLOWEST = 10;

    private final TckRun run;
    private final ExpectedResults expected;
    private final List<String> differences;

    TckReport(TckRun run, ExpectedResults expected, List<String> differences) {
        this.run = run;
        this.expected = expected;
        this.differences = List.copyOf(differences);
    }

    /** How many tests of a group came out how; {@code expected} are the failures that are expected. */
    private record Counts(int run, int passed, int failed, int expected) {
        Counts plus(Counts other) {
            return new Counts(run + other.run, passed + other.passed, failed + other.failed, expected + other.expected);
        }
    }

    /** All in one line. */
    String line() {
        Counts all = run.results().stream().map(this::counts).reduce(new Counts(0, 0, 0, 0), Counts::plus);
        return "%s: %d run, %d passed, %d failed, %d failed as expected, %d s"
                .formatted(
                        run.title(),
                        all.run,
                        all.passed,
                        all.failed,
                        all.expected,
                        run.took().toSeconds());
    }

    /** The packages at the top, one in a line, and all together. */
    String table() {
        StringBuilder text = new StringBuilder("%7s %7s %7s %9s%n".formatted("run", "passed", "failed", "expected"));
        grouped(TckReport::top)
                .forEach((name, counts) -> text.append("%7d %7d %7d %9d  %s%n"
                        .formatted(counts.run, counts.passed, counts.failed, counts.expected, name)));
        return text.append(line()).append(System.lineSeparator()).toString();
    }

    /** The page, in Markdown. */
    String page() {
        StringBuilder page = new StringBuilder("# %s%n%n%s.%n".formatted(run.title(), line()));
        page.append("%n## Differences from what is expected%n%n".formatted());
        page.append(differences.isEmpty() ? "None.%n".formatted() : "");
        differences.forEach(difference -> page.append("- ").append(difference).append(System.lineSeparator()));
        page.append("%n## Packages%n%n".formatted());
        table(page, grouped(TckReport::top));
        page.append(System.lineSeparator());
        table(page, grouped(TckName::packageOf));
        page.append("%n## Tests that fail as expected%n%n".formatted());
        List<TckResult> failing = run.results().stream()
                .filter(result -> !result.passed() && expected.fails(result.test()))
                .toList();
        page.append(failing.isEmpty() ? "None.%n".formatted() : "");
        failing.forEach(result -> page.append("- `%s`: %s%n".formatted(result.test(), expected.reason(result.test()))));
        page.append("%n## The slowest tests%n%n| test | s |%n|---|---|%n".formatted());
        run.results().stream()
                .sorted(Comparator.comparingLong(TckResult::millis).reversed())
                .limit(SLOWEST)
                .forEach(result -> page.append(
                        String.format(Locale.ROOT, "| `%s` | %.1f |%n", result.test(), result.millis() / 1000.0)));
        return page.toString();
    }

    private static void table(StringBuilder page, Map<String, Counts> groups) {
        page.append("| package | run | passed | failed | failed as expected |%n|---|---|---|---|---|%n".formatted());
        groups.forEach((name, counts) -> page.append("| `%s` | %d | %d | %d | %d |%n"
                .formatted(name, counts.run, counts.passed, counts.failed, counts.expected)));
    }

    private Map<String, Counts> grouped(Function<String, String> groupOf) {
        Map<String, Counts> groups = new TreeMap<>();
        run.results().forEach(result -> groups.merge(groupOf.apply(result.test()), counts(result), Counts::plus));
        return groups;
    }

    private Counts counts(TckResult result) {
        boolean known = expected.fails(result.test());
        return new Counts(
                1, result.passed() ? 1 : 0, !result.passed() && !known ? 1 : 0, !result.passed() && known ? 1 : 0);
    }

    private static String top(String test) {
        return test.replaceFirst("\\..*", "");
    }
}
