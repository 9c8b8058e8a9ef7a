package dev.duplex.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.DeploymentException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PathTemplateTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/a",
                "/a/",
                "/{v}",
                "/{v}/",
                "/a/{guest-id}/b",
                "/{a}/{b}",
                "/{a.b}",
                "/{_1}",
                "/{%41}",
                "/a.b",
                "/...",
                "/a%20b",
                "/café/{größe}",
                "/a;b=c/@:,"
            })
    void acceptsPathsAndTemplatesOfLevelOne(String path) throws DeploymentException {
        assertThat(PathTemplate.of(path).path()).isEqualTo(path);
        assertThat(PathTemplate.of(path)).hasToString(path);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
        ``           | starts with /
        a/b          | starts with /
        {v}          | starts with /
        /a?b=c       | has neither query nor fragment
        /a#b         | has neither query nor fragment
        //           | has no //
        /a//b        | has no //
        /a//         | has no //
        /./a         | has no segment . or ..
        /a/../b      | has no segment . or ..
        /a/..        | has no segment . or ..
        /a/.         | has no segment . or ..
        /a/%2E%2e/b  | has no segment . or ..
        /a%2         | has escapes of two hexadecimal digits that are UTF-8
        /a%zz        | has escapes of two hexadecimal digits that are UTF-8
        /%C3         | has escapes of two hexadecimal digits that are UTF-8
        /a{v}        | has variables that are whole segments, such as /{name}, of level 1 of RFC 6570
        /{v}a        | has variables that are whole segments, such as /{name}, of level 1 of RFC 6570
        /{a}{b}      | has variables that are whole segments, such as /{name}, of level 1 of RFC 6570
        /{}          | has variables that are whole segments, such as /{name}, of level 1 of RFC 6570
        /{v          | has variables that are whole segments, such as /{name}, of level 1 of RFC 6570
        /v}          | has variables that are whole segments, such as /{name}, of level 1 of RFC 6570
        /{           | has variables that are whole segments, such as /{name}, of level 1 of RFC 6570
        /{+v}        | has variables that are whole segments, such as /{name}, of level 1 of RFC 6570
        /{.v}        | has variables that are whole segments, such as /{name}, of level 1 of RFC 6570
        /{a,b}       | has variables that are whole segments, such as /{name}, of level 1 of RFC 6570
        /{v*}        | has variables that are whole segments, such as /{name}, of level 1 of RFC 6570
        /{v:3}       | has variables that are whole segments, such as /{name}, of level 1 of RFC 6570
        /{a}/b/{a}   | has each variable once, and not {a} twice
        """)
    void refusesWhatBreaksARuleAndNamesIt(String path, String rule) {
        assertThatThrownBy(() -> PathTemplate.of(path))
                .isInstanceOf(DeploymentException.class)
                .hasMessage("The path of an endpoint " + rule + ": \"" + path + "\"");
    }

    @Test
    void tellsItsVariablesFromLeftToRight() throws DeploymentException {
        assertThat(PathTemplate.of("/{b}/x/{a}").variables()).containsExactly("b", "a");
        assertThat(PathTemplate.of("/x/").variables()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/a, /a, true",
        "/{a}, /{b}, true",
        "/{a}/x/{b}, /{b}/x/{a}, true",
        "/a%62, /ab, true",
        "/a, /A, false",
        "/a, /a/, false",
        "/a, /{a}, false",
        "/{a}, /a, false",
        "/{a}, /{a}/, false",
        "/{a}/x, /{a}/y, false",
    })
    void isEquivalentWhenOnlyTheNamesOfVariablesDiffer(String one, String other, boolean equivalent)
            throws DeploymentException {
        assertThat(PathTemplate.of(one).equivalentTo(PathTemplate.of(other))).isEqualTo(equivalent);
    }
}
