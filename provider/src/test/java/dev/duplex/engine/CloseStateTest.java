package dev.duplex.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.duplex.frame.CloseFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CloseStateTest {
    private static final CloseFrame OURS = new CloseFrame(1000, "ours");
    private static final CloseFrame THEIRS = new CloseFrame(3000, "theirs");
    private static final CloseFrame LATER = new CloseFrame(4000, "later");

    /** A state is named by what has happened: s(ent), r(eceived), e(nded). The result is "-", or code and reason. */
    @ParameterizedTest
    @CsvSource({
        // state, open, sending over, close sent, ended, completed, result
        "'',  true,  false, false, false, false, -",
        "s,   false, true,  true,  false, false, -",
        "r,   false, false, false, false, false, 3000 theirs",
        "e,   false, true,  false, true,  false, 1006 gone",
        "sr,  false, true,  true,  false, true,  3000 theirs",
        "rs,  false, true,  true,  false, true,  3000 theirs",
        "se,  false, true,  true,  true,  false, 1006 gone",
        "re,  false, true,  false, true,  false, 3000 theirs",
        "sre, false, true,  true,  true,  true,  3000 theirs",
        "rse, false, true,  true,  true,  true,  3000 theirs",
    })
    void whatAStateMeans(
            String events,
            boolean open,
            boolean sendingOver,
            boolean closeSent,
            boolean ended,
            boolean completed,
            String result) {
        CloseState state = after(events);
        assertThat(state.open()).as("open").isEqualTo(open);
        assertThat(state.sendingOver()).as("sendingOver").isEqualTo(sendingOver);
        assertThat(state.closeSent()).as("closeSent").isEqualTo(closeSent);
        assertThat(state.ended()).as("ended").isEqualTo(ended);
        assertThat(state.completed()).as("completed").isEqualTo(completed);
        assertThat(show(state)).isEqualTo(result);
    }

    @ParameterizedTest
    @CsvSource({
        // state, may send, the same state after send, after receive, may end, after end
        "'',  true,  s,   r,   true,  e",
        "s,   false, s,   sr,  true,  se",
        "r,   true,  rs,  r,   true,  re",
        "e,   false, e,   e,   false, e",
        "sr,  false, sr,  sr,  true,  sre",
        "se,  false, se,  se,  false, se",
        "re,  false, re,  re,  false, re",
        "sre, false, sre, sre, false, sre",
    })
    void whatAnEventDoesToAState(
            String events, boolean maySend, String sent, String received, boolean mayEnd, String ended) {
        CloseState state = after(events);
        assertThat(state.send(LATER)).as("may send").isEqualTo(maySend);
        assertSame(state, after(sent));

        state = after(events);
        state.receive(events.contains("r") ? LATER : THEIRS);
        assertSame(state, after(received));

        state = after(events);
        assertThat(state.end(events.contains("e") ? "again" : "gone"))
                .as("may end")
                .isEqualTo(mayEnd);
        assertSame(state, after(ended));
    }

    @Test
    void aCloseWithoutACodeIsAResultToo() {
        CloseState state = new CloseState();
        state.receive(CloseFrame.EMPTY);
        assertThat(state.result()).isEqualTo(new CloseFrame(1005, ""));
    }

    @ParameterizedTest
    @CsvSource({
        "'', false",
        "s, true",
        "r, false",
        "e, false",
        "sr, true",
        "rs, false",
        "se, true",
        "rse, false",
        "sre, true"
    })
    void whoClosesFirstHasInitiatedIt(String events, boolean initiated) {
        assertThat(after(events).initiated()).isEqualTo(initiated ? OURS : null);
    }

    private static CloseState after(String events) {
        CloseState state = new CloseState();
        for (int i = 0; i < events.length(); i++) {
            switch (events.charAt(i)) {
                case 's' -> assertThat(state.send(OURS)).isTrue();
                case 'r' -> state.receive(THEIRS);
                default -> assertThat(state.end("gone")).isTrue();
            }
        }
        return state;
    }

    private static void assertSame(CloseState actual, CloseState expected) {
        assertThat(actual.open()).isEqualTo(expected.open());
        assertThat(actual.sendingOver()).isEqualTo(expected.sendingOver());
        assertThat(actual.closeSent()).isEqualTo(expected.closeSent());
        assertThat(actual.ended()).isEqualTo(expected.ended());
        assertThat(actual.completed()).isEqualTo(expected.completed());
        assertThat(show(actual)).isEqualTo(show(expected));
    }

    private static String show(CloseState state) {
        CloseFrame result = state.result();
        return result == null ? "-" : result.code() + " " + result.reason();
    }
}
