package dev.duplex.tck.official;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.tck.official.TckResult.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TckReportTest {
    private final TckRun run = new TckRun(
            "TCK 2.2.0 on se",
            List.of(
                    new TckResult("ee.session.WSClientIT.opens", Outcome.PASSED, 40_250, ""),
                    new TckResult("ee.session.WSClientIT.closes", Outcome.FAILED, 5_000, "nothing came"),
                    new TckResult("spec.servlet.WSClientIT.upgrades", Outcome.FAILED, 2, "404")),
            Duration.ofMillis(104_900),
            Path.of("target"));
    private final ExpectedResults expected =
            ExpectedResults.parse(List.of("tests 3", "fails spec.servlet.WSClientIT.upgrades # needs Servlet"));
    private final TckReport report =
            new TckReport(run, expected, expected.differences(run.results(), TckName.matching("*")));

    @Test
    void theTableCountsThePackagesAtTheTopAndEndsWithALineForAll() {
        assertThat(report.table().lines())
                .containsExactly(
                        "    run  passed  failed  expected",
                        "      2       1       1         0  ee",
                        "      1       0       0         1  spec",
                        "TCK 2.2.0 on se: 3 run, 1 passed, 1 failed, 1 failed as expected, 104 s");
    }

    @Test
    void thePageHasTheDifferencesThePackagesTheReasonsAndTheSlowestTests() {
        assertThat(report.page().lines())
                .containsExactly(
                        "# TCK 2.2.0 on se",
                        "",
                        "TCK 2.2.0 on se: 3 run, 1 passed, 1 failed, 1 failed as expected, 104 s.",
                        "",
                        "## Differences from what is expected",
                        "",
                        "- ee.session.WSClientIT.closes failed: nothing came",
                        "",
                        "## Packages",
                        "",
                        "| package | run | passed | failed | failed as expected |",
                        "|---|---|---|---|---|",
                        "| `ee` | 2 | 1 | 1 | 0 |",
                        "| `spec` | 1 | 0 | 0 | 1 |",
                        "",
                        "| package | run | passed | failed | failed as expected |",
                        "|---|---|---|---|---|",
                        "| `ee.session` | 2 | 1 | 1 | 0 |",
                        "| `spec.servlet` | 1 | 0 | 0 | 1 |",
                        "",
                        "## Tests that fail as expected",
                        "",
                        "- `spec.servlet.WSClientIT.upgrades`: needs Servlet",
                        "",
                        "## The slowest tests",
                        "",
                        "| test | s |",
                        "|---|---|",
                        "| `ee.session.WSClientIT.opens` | 40.3 |",
                        "| `ee.session.WSClientIT.closes` | 5.0 |",
                        "| `spec.servlet.WSClientIT.upgrades` | 0.0 |");
    }
}
