package dev.duplex.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HeadersTest {
    private final Headers headers = Headers.builder()
            .add("Accept", "text/plain")
            .add("X-Trace", "a")
            .add("x-trace", "")
            .add("X-TRACE", " c,\td\t")
            .build();

    @Test
    void findsNamesWhateverTheirCase() {
        assertThat(headers.first("aCCEPT")).isEqualTo("text/plain");
        assertThat(headers.contains("ACCEPT")).isTrue();
        assertThat(headers.contains("Accept-Language")).isFalse();
        assertThat(headers.contains("Accep")).isFalse();
    }

    @Test
    void foldsTheCaseOfLettersOnly() {
        Headers tokens = Headers.builder().add("^Z", "1").build();
        assertThat(tokens.contains("^z")).isTrue();
        assertThat(tokens.contains("~z")).isFalse();
    }

    @Test
    void keepsEveryValueInOrderWithoutTheBlanksAroundIt() {
        assertThat(headers.all("X-Trace")).containsExactly("a", "", "c,\td");
        assertThat(headers.first("X-Trace")).isEqualTo("a");
        assertThat(headers.count("X-Trace")).isEqualTo(3);
    }

    @Test
    void hasNothingForANameThatIsNotThere() {
        assertThat(headers.first("Host")).isNull();
        assertThat(headers.all("Host")).isEmpty();
        assertThat(headers.count("Host")).isZero();
    }

    @Test
    void keepsFieldsInTheOrderAndSpellingOfTheWire() {
        assertThat(headers.size()).isEqualTo(4);
        assertThat(headers.name(2)).isEqualTo("x-trace");
        assertThat(headers.value(3)).isEqualTo("c,\td");
        assertThatThrownBy(() -> headers.name(4))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("header 4 of 4");
    }

    @Test
    void eightValuesOfOneNameStayEight() {
        Headers.Builder builder = Headers.builder();
        for (int i = 0; i < 8; i++) {
            builder.add("X", "v" + i);
        }
        assertThat(builder.build().all("x")).containsExactly("v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7");
    }

    @Test
    void holdsMoreFieldsThanItStartsWithRoomFor() {
        Headers.Builder builder = Headers.builder();
        for (int i = 0; i < 100; i++) {
            builder.add("X-" + i, "v" + i);
        }
        Headers many = builder.build();
        assertThat(many.size()).isEqualTo(100);
        assertThat(many.first("x-99")).isEqualTo("v99");
    }

    @Test
    void doesNotTakeTheKelvinSignForAK() {
        Headers kelvin = Headers.builder().add("Upgrade", "websoc\u212Aet").build();
        assertThat(kelvin.hasToken("Upgrade", "websocket")).isFalse();
        assertThat(kelvin.contains("Upgrade")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Upgrade                  | true",
                "uPGRADE                  | true",
                "keep-alive, Upgrade      | true",
                "keep-alive,Upgrade,x     | true",
                "`Upgrade , keep-alive`   | true",
                "`, ,\tUpgrade\t,`        | true",
                "keep-alive               | false",
                "Upgrades                 | false",
                "Upgrade keep-alive       | false",
                "\"Upgrade\"              | false",
                "``                       | false",
                "`,`                      | false",
            })
    void findsATokenOfAListWhateverItsCase(String value, boolean found) {
        Headers list = Headers.builder().add("Connection", value).build();
        assertThat(list.hasToken("connection", "upgrade")).isEqualTo(found);
    }

    @Test
    void findsATokenInAnyFieldOfTheName() {
        Headers list = Headers.builder()
                .add("Connection", "keep-alive")
                .add("Upgrade", "x")
                .add("Connection", "Upgrade")
                .build();
        assertThat(list.hasToken("Connection", "upgrade")).isTrue();
        assertThat(list.hasToken("Connection", "x")).isFalse();
    }

    @Test
    void mapFindsNamesWhateverTheirCaseAndKeepsTheirOrder() {
        Map<String, List<String>> map = headers.asMap();
        assertThat(map.keySet()).containsExactly("Accept", "X-Trace");
        assertThat(map.get("x-TRACE")).containsExactly("a", "", "c,\td");
        assertThat(map).containsKey("accept").doesNotContainKey("Host").hasSize(2);
        assertThat(map.get("Host")).isNull();
        assertThat(map).isEqualTo(Map.of("Accept", List.of("text/plain"), "X-Trace", List.of("a", "", "c,\td")));
    }

    @Test
    void mapIsReadOnly() {
        Map<String, List<String>> map = headers.asMap();
        assertThatThrownBy(() -> map.put("a", List.of())).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> map.remove("Accept")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(map::clear).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> map.values().iterator().next().add("b"))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> headers.all("X-Trace").add("b")).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void comesFromAMap() {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        fields.put("A", List.of("1", "2"));
        fields.put("B", List.of());
        fields.put("C", List.of("3"));
        Headers made = Headers.of(fields);
        assertThat(made.size()).isEqualTo(3);
        assertThat(made.all("a")).containsExactly("1", "2");
        assertThat(made.first("c")).isEqualTo("3");
        assertThat(Headers.of(Map.of())).isSameAs(Headers.NONE);
    }

    @Test
    void addsAllOfOthers() {
        Headers more = Headers.builder().add("Z", "z").addAll(headers).build();
        assertThat(more.size()).isEqualTo(5);
        assertThat(more.all("x-trace")).containsExactly("a", "", "c,\td");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a:", "a\r\nb", "caf\u00E9", "a\u0000", "(a)", "a,b", "\u0100", "\u212A"})
    void refusesANameThatIsNoToken(String name) {
        assertThatThrownBy(() -> Headers.builder().add(name, "v"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("a header name must be a token, not \"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r", "\n", "\u0000", "\u0001", "\u001F", "\u007F", "\b"})
    void refusesAValueWithAControlCharacter(String control) {
        assertThatThrownBy(() -> Headers.builder().add("X", "a" + control + "Evil: b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("header X must have no control character, as U+%04X is at index 1"
                        .formatted((int) control.charAt(0)));
    }

    @Test
    void keepsBytesAboveAscii() {
        assertThat(Headers.builder().add("X", "caf\u00E9\u0080").build().first("X"))
                .isEqualTo("caf\u00E9\u0080");
    }

    @Test
    void doesNotGiveValuesAwayInALog() {
        Headers secret =
                Headers.builder().add("Authorization", "Basic c2VjcmV0").build();
        assertThat(secret).hasToString("[Authorization]");
    }
}
