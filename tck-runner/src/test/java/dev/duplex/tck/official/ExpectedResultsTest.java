package dev.duplex.tck.official;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.tck.official.TckResult.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class ExpectedResultsTest {
    private static final TckResult CLOSES = new TckResult("ee.session.WSClientIT.closes", Outcome.PASSED, 1, "");
    private static final TckResult OPENS = new TckResult("ee.session.WSClientIT.opens", Outcome.PASSED, 1, "");
    private static final TckResult UPGRADES =
            new TckResult("spec.servlet.WSClientIT.upgrades", Outcome.FAILED, 1, "404");
    private static final Pattern ALL = TckName.matching("*");

    private final ExpectedResults expected = ExpectedResults.parse(List.of(
            "# a title", "", "tests 3 # of them all", "fails spec.servlet.WSClientIT.upgrades # needs Servlet"));

    @Test
    void whatIsExpectedMakesNoDifference() {
        assertThat(expected.differences(List.of(OPENS, CLOSES, UPGRADES), ALL)).isEmpty();
    }

    @Test
    void anUnexpectedFailureIsADifferenceAndSaysWhat() {
        TckResult failed = new TckResult(OPENS.test(), Outcome.FAILED, 1, "TimeoutException: 5 s");
        assertThat(expected.differences(List.of(failed, CLOSES, UPGRADES), ALL))
                .containsExactly("ee.session.WSClientIT.opens failed: TimeoutException: 5 s");
    }

    @Test
    void anUnexpectedPassIsADifferenceAndSaysWhatWasExpected() {
        TckResult passed = new TckResult(UPGRADES.test(), Outcome.PASSED, 1, "");
        assertThat(expected.differences(List.of(OPENS, CLOSES, passed), ALL))
                .containsExactly("spec.servlet.WSClientIT.upgrades passed, but is expected to fail: needs Servlet");
    }

    @Test
    void aMissingTestIsADifference() {
        assertThat(expected.differences(List.of(OPENS, UPGRADES), ALL)).containsExactly("2 tests were run, of 3");
    }

    @Test
    void aMissingTestThatIsExpectedToFailIsADifferenceByName() {
        assertThat(expected.differences(List.of(OPENS, CLOSES), ALL))
                .containsExactly("spec.servlet.WSClientIT.upgrades was not run", "2 tests were run, of 3");
    }

    @Test
    void aTestTooManyIsADifference() {
        List<TckResult> four = new ArrayList<>(List.of(OPENS, CLOSES, UPGRADES));
        four.add(new TckResult("ee.session.WSClientIT.news", Outcome.PASSED, 1, ""));
        assertThat(expected.differences(four, ALL)).containsExactly("4 tests were run, of 3");
    }

    @Test
    void buildsOfAVersionMayHaveDifferentNumbersOfTests() {
        ExpectedResults either = ExpectedResults.parse(List.of("tests 1 2"));
        assertThat(either.differences(List.of(OPENS), ALL)).isEmpty();
        assertThat(either.differences(List.of(OPENS, CLOSES), ALL)).isEmpty();
        assertThat(either.differences(List.of(), ALL)).containsExactly("0 tests were run, of 1 or 2");
    }

    @Test
    void aSkippedTestIsADifferenceUnlessItIsExpectedToFail() {
        TckResult skipped = new TckResult(OPENS.test(), Outcome.SKIPPED, 1, "disabled");
        TckResult known = new TckResult(UPGRADES.test(), Outcome.SKIPPED, 1, "disabled");
        assertThat(expected.differences(List.of(skipped, CLOSES, known), ALL))
                .containsExactly("ee.session.WSClientIT.opens was skipped: disabled");
    }

    @Test
    void aPartOfTheTestsIsHeldToItsPartOfTheFile() {
        assertThat(expected.differences(List.of(OPENS), TckName.matching("ee.*")))
                .isEmpty();
        assertThat(expected.differences(List.of(), TckName.matching("ee.*, spec.*")))
                .containsExactly("spec.servlet.WSClientIT.upgrades was not run");
    }

    @Test
    void aTestThatFailsNeedsAReason() {
        assertThatThrownBy(() -> ExpectedResults.parse(List.of("tests 1", "fails a.B.c #")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A test that fails needs a reason behind #: fails a.B.c #");
    }

    @Test
    void aTestIsListedOnce() {
        assertThatThrownBy(() -> ExpectedResults.parse(List.of("fails a.B.c # why", "fails a.B.c # so")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A test is listed once: fails a.B.c # so");
    }

    @Test
    void anythingElseInTheFileIsRefused() {
        for (String bad : List.of("passes a.B.c", "tests many", "fails", "tests 1 many")) {
            assertThatThrownBy(() -> ExpectedResults.parse(List.of(bad)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("A line is tests COUNT..., once, or fails TEST, not: " + bad);
        }
        assertThatThrownBy(() -> ExpectedResults.parse(List.of("tests 1", "tests 2")))
                .hasMessage("A line is tests COUNT..., once, or fails TEST, not: tests 2");
    }

    @Test
    void theNumberOfTestsMustBeSaid() {
        assertThatThrownBy(() -> ExpectedResults.parse(List.of("# nothing")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A line tests COUNT is missing.");
    }
}
