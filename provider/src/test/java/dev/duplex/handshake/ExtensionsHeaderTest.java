package dev.duplex.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.duplex.deflate.Extension;
import dev.duplex.deflate.Extension.Parameter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ExtensionsHeaderTest {
    @Test
    void noHeaderNamesNoExtension() {
        assertThat(ExtensionsHeader.parse(List.of())).isEmpty();
    }

    @Test
    void keepsExtensionsAndParametersInOrder() {
        assertThat(ExtensionsHeader.parse(List.of("a; x; y=1;x=2, b", "a")))
                .containsExactly(
                        new Extension(
                                "a",
                                List.of(new Parameter("x", null), new Parameter("y", "1"), new Parameter("x", "2"))),
                        new Extension("b", List.of()),
                        new Extension("a", List.of()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "permessage-deflate; client_max_window_bits     | permessage-deflate; client_max_window_bits",
                "permessage-deflate;server_max_window_bits=10   | permessage-deflate; server_max_window_bits=10",
                "a;b=\"10\"                                     | a; b=10",
                "a;b=\"1\\0\"                                   | a; b=10",
                "a;b=\"\\1\\0\",c                               | a; b=10, c",
                "`\ta\t;\tb\t=\tc\t,\td\t`                      | a; b=c, d",
                "a ; b = \"c\" ; d                              | a; b=c; d",
                "`,, a ,,b,`                                    | a, b",
            })
    void readsTheGrammar(String value, String formatted) {
        assertThat(ExtensionsHeader.format(ExtensionsHeader.parse(List.of(value))))
                .isEqualTo(formatted);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a;             | a token              | 2",
                "a; ;b          | a token              | 3",
                "a;,b           | a token              | 2",
                "a;b=           | a token              | 4",
                "a;b=,c         | a token              | 4",
                "a;=c           | a token              | 2",
                "=              | a token              | 0",
                "(a)            | a token              | 0",
                "\"a\"          | a token              | 0",
                "a b            | a comma or a semicolon | 2",
                "a;b c          | a comma or a semicolon | 4",
                "a;b=c d        | a comma or a semicolon | 6",
                "a=b            | a comma or a semicolon | 1",
                "a;b=\"c\"d     | a comma or a semicolon | 7",
                "a;b=c\"d\"     | a comma or a semicolon | 5",
                "a;b=\"c        | a closing quote      | 6",
                "a;b=\"c\\\"    | a closing quote      | 8",
                "a;b=\"         | a closing quote      | 5",
                "a;b=\"c\\      | a closing quote      | 7",
            })
    void refusesWhatDoesNotConformAndSaysWhere(String value, String expected, int index) {
        assertThatThrownBy(() -> ExtensionsHeader.parse(List.of(value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Sec-WebSocket-Extensions must have %s at index %d of \"%s\""
                        .formatted(expected, index, value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a,b", "a;b", "a=b", "(", "\u00E9"})
    void refusesAQuotedValueThatIsNoToken(String value) {
        assertThatThrownBy(() -> ExtensionsHeader.parse(List.of("a;b=\"" + value + "\"")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Sec-WebSocket-Extensions must have a token between quotes, not \"%s\""
                        .formatted(value.replace('\u00E9', '?')));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ",", " , ,"})
    void refusesAHeaderThatNamesNothing(String value) {
        assertThatThrownBy(() -> ExtensionsHeader.parse(List.of(value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Sec-WebSocket-Extensions must name an extension, and is empty");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a,b", "a\"b"})
    void writesNoParameterWhoseValueIsNoToken(String value) {
        Extension extension = new Extension("a", List.of(new Parameter("b", value)));
        assertThatThrownBy(() -> ExtensionsHeader.format(List.of(extension)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the value of extension parameter b must be a token, not \"" + value + "\"");
    }
}
