package dev.duplex.tck.official;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.tck.official.TckResult.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TckLineTest {
    @Test
    void whatTheProcessTellsIsReadAsItWasTold() {
        for (TckLine line : List.of(
                new TckLine.Plan(737, 93),
                new TckLine.Begin("ee.session.WSClientIT.closeTest"),
                new TckLine.End(new TckResult("a.B.c", Outcome.FAILED, 12, "no message")),
                new TckLine.ClassEnd("ee.session.WSClientIT"))) {
            assertThat(TckLine.is(line.text())).isTrue();
            assertThat(TckLine.parse(line.text())).isEqualTo(line);
        }
    }

    @Test
    void aProblemOfSeveralLinesIsTheRestOfOneLine() {
        TckLine line = new TckLine.End(new TckResult("a.B.c", Outcome.FAILED, 12, " one\n\ttwo\r\nthree "));
        assertThat(TckLine.parse(line.text()))
                .isEqualTo(new TckLine.End(new TckResult("a.B.c", Outcome.FAILED, 12, "one two three")));
    }

    @Test
    void anythingElseIsRefused() {
        assertThat(TckLine.is("a log line")).isFalse();
        for (String bad : List.of("a log line", TckLine.MARK + "end\ta.B.c", TckLine.MARK)) {
            assertThatThrownBy(() -> TckLine.parse(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("The process of the TCK says what nobody here knows: " + bad);
        }
    }

    @Test
    void aTestIsCalledByItsClassWithoutTheRootThatAllHave() {
        assertThat(TckName.of("com.sun.ts.tests.websocket.ee.session.WSClientIT", "closeTest"))
                .isEqualTo("ee.session.WSClientIT.closeTest");
        assertThat(TckName.of("ee.jakarta.tck.websocket.ee.session.WSClientIT", "closeTest"))
                .isEqualTo("ee.session.WSClientIT.closeTest");
        assertThat(TckName.of("other.WSClientIT", "closeTest")).isEqualTo("other.WSClientIT.closeTest");
        assertThat(TckName.classOf("ee.session.WSClientIT.closeTest")).isEqualTo("ee.session.WSClientIT");
        assertThat(TckName.packageOf("ee.session.WSClientIT.closeTest")).isEqualTo("ee.session");
    }

    @Test
    void aPatternMatchesWholeTestsAndAStarAnything() {
        assertThat(TckName.matching("ee.session.*")
                        .matcher("ee.session.WSClientIT.closeTest")
                        .matches())
                .isTrue();
        assertThat(TckName.matching("*.closeTest, spec.*")
                        .matcher("ee.session.WSClientIT.closeTest")
                        .matches())
                .isTrue();
        assertThat(TckName.matching("ee.session")
                        .matcher("ee.session.WSClientIT.closeTest")
                        .matches())
                .isFalse();
    }
}
