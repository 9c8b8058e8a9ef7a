package dev.duplex.deflate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.duplex.deflate.Extension.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExtensionTest {
    @Test
    void headerTextKeepsParametersInTheirOrder() {
        Extension extension = new Extension(
                "x-thing", List.of(new Parameter("b", "2"), new Parameter("a", null), new Parameter("b", "1")));
        assertThat(extension.headerText()).isEqualTo("x-thing; b=2; a; b=1");
    }

    @Test
    void headerTextWithoutParametersIsTheName() {
        assertThat(new Extension("x-thing", List.of()).headerText()).isEqualTo("x-thing");
    }

    @Test
    void headerTextQuotesWhatIsNoToken() {
        Extension extension = new Extension(
                "x",
                List.of(
                        new Parameter("empty", ""),
                        new Parameter("list", "a, b; c"),
                        new Parameter("quote", "say \"hi\" \\ bye")));
        assertThat(extension.headerText())
                .isEqualTo("x; empty=\"\"; list=\"a, b; c\"; quote=\"say \\\"hi\\\" \\\\ bye\"");
    }

    @Test
    void laterChangesOfTheListDoNotReachIt() {
        List<Parameter> parameters = new ArrayList<>(List.of(new Parameter("a", null)));
        Extension extension = new Extension("x", parameters);
        parameters.clear();
        assertThat(extension.headerText()).isEqualTo("x; a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a;b", "a,b", "a=b", "a\r\nb", "ä", "\"a\""})
    void rejectsNamesThatAreNoTokens(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Extension(name, List.of()))
                .withMessageStartingWith("An extension's name must be a token");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Parameter(name, null))
                .withMessageStartingWith("A parameter's name must be a token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX-Evil: 1", "a\nb", "\0", "\u007f", "ü"})
    void rejectsValuesThatWouldBreakOutOfTheHeader(String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Parameter("p", value))
                .withMessageMatching("The value of parameter p must be printable ASCII, but is \"[ -~]*\"");
    }
}
