package dev.duplex.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestPathTest {
    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
        /, [``]
        /a, [a]
        /a/, [a|``]
        //, [``|``]
        /a//b, [a|``|b]
        /a/b/../c, [a|c]
        /a/./b, [a|b]
        /a/b/.., [a|``]
        /a/., [a|``]
        /a/b/../../c, [c]
        /a/%2e%2E/b, [b]
        /a%2Fb/c, [a/b|c]
        /a+b, [a+b]
        /%C3%A9t%c3%a9, [été]
        /%F0%9F%98%80, [😀]
        /a%20%25, [a %]
        /..., [...]
        /a;v=1, [a;v=1]
        """)
    void normalisesAndDecodesEachSegment(String rawPath, String segments) {
        String inner = segments.substring(1, segments.length() - 1).replace("``", "");
        assertThat(RequestPath.segments(rawPath)).isEqualTo(List.of(inner.split("\\|", -1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "*",
                "/..",
                "/a/../..",
                "/%2e%2e/a",
                "/%",
                "/%4",
                "/a%4/b",
                "/%4g",
                "/%+1",
                "/%80",
                "/%C3",
                "/%C3/%A9",
                "/%C3a%A9",
                "/%C0%AE",
                "/%ED%A0%80",
                "/%F5%80%80%80"
            })
    void hasNoSegmentsWhenMalformed(String rawPath) {
        assertThat(RequestPath.segments(rawPath)).isNull();
    }
}
