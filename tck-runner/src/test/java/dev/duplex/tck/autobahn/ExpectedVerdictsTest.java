package dev.duplex.tck.autobahn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ExpectedVerdictsTest {
    private static final Verdict OK = new Verdict("OK", "OK");

    private final ExpectedVerdicts expected = ExpectedVerdicts.parse(
            List.of("# a title", "", "1.1.1 OK OK", "1.1.10 OK OK", "7.1.6 INFORMATIONAL OK # why"));

    @Test
    void aCaseThatIsNotOkNeedsAReason() {
        assertThatThrownBy(() -> ExpectedVerdicts.parse(List.of("7.1.6 OK UNCLEAN #")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A case that is not OK needs a reason behind #: 7.1.6 OK UNCLEAN #");
    }

    @Test
    void aLineHasACaseAndTwoVerdicts() {
        assertThatThrownBy(() -> ExpectedVerdicts.parse(List.of("7.1.6 OK")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A line has a case and two verdicts, not: 7.1.6 OK");
    }

    @Test
    void aCaseIsListedOnce() {
        assertThatThrownBy(() -> ExpectedVerdicts.parse(List.of("1.1.1 OK OK", "1.1.1 OK OK")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A case is listed once: 1.1.1 OK OK");
    }

    @Test
    void theSameVerdictsMakeNoDifference() {
        Verdict informational = Verdict.of("INFORMATIONAL", "OK");
        assertThat(expected.differences(Map.of("1.1.1", OK, "1.1.10", OK, "7.1.6", informational)))
                .isEmpty();
    }

    @Test
    void aCaseThatWasNotRunIsADifference() {
        assertThat(expected.matching("1.1.1").differences(Map.of()))
                .containsExactly("1.1.1    expected OK OK, was NOT_RUN NOT_RUN");
    }

    @Test
    void anotherVerdictOnTheCloseAloneIsADifference() {
        assertThat(expected.matching("1.1.1").differences(Map.of("1.1.1", Verdict.of("OK", "WRONG CODE"))))
                .containsExactly("1.1.1    expected OK OK, was OK WRONG_CODE");
    }

    @Test
    void aBetterVerdictThanExpectedIsADifference() {
        assertThat(expected.matching("7.1.6").differences(Map.of("7.1.6", OK)))
                .containsExactly("7.1.6    expected INFORMATIONAL OK, was OK OK");
    }

    @Test
    void aCaseThatTheFileDoesNotHaveIsADifference() {
        assertThat(expected.matching("1.1.1").differences(Map.of("1.1.1", OK, "13.1.1", OK)))
                .containsExactly("13.1.1   is not in the file, was OK OK");
    }

    @Test
    void aPatternMatchesWholeCasesAndAStarAnything() {
        assertThat(expected.matching("1.1.1").cases()).containsExactly("1.1.1");
        assertThat(expected.matching("1.*").cases()).containsExactly("1.1.1", "1.1.10");
        assertThat(expected.matching("7.*, 1.1.1").cases()).containsExactly("1.1.1", "7.1.6");
        assertThat(expected.matching("*").cases()).containsExactly("1.1.1", "1.1.10", "7.1.6");
    }

    @Test
    void patternsThatMatchNothingAreRefused() {
        assertThatThrownBy(() -> expected.matching("12.*"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("No case of the suite matches 12.*");
    }
}
