package dev.duplex.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.websocket.DecodeException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

final class PrimitivesTest {
    static List<List<Object>> values() {
        return List.of(
                List.of("true", boolean.class, Boolean.class, true),
                List.of("TRUE", boolean.class, Boolean.class, true),
                List.of("yes", boolean.class, Boolean.class, false),
                List.of("-128", byte.class, Byte.class, (byte) -128),
                List.of("+7", short.class, Short.class, (short) 7),
                List.of("2147483647", int.class, Integer.class, Integer.MAX_VALUE),
                List.of("-1", long.class, Long.class, -1L),
                List.of(" 1.5 ", float.class, Float.class, 1.5f),
                List.of("1e3", double.class, Double.class, 1000.0),
                List.of("é", char.class, Character.class, 'é'),
                List.of("ab", char.class, Character.class, 'a'));
    }

    @ParameterizedTest
    @MethodSource("values")
    void readsWhatTheConstructorOfTheBoxWouldRead(List<Object> row) throws DecodeException {
        String text = (String) row.get(0);
        assertThat(Primitives.parse(text, (Class<?>) row.get(1))).isEqualTo(row.get(3));
        assertThat(Primitives.parse(text, (Class<?>) row.get(2))).isEqualTo(row.get(3));
        assertThat(Primitives.boxed((Class<?>) row.get(1))).isEqualTo(row.get(2));
    }

    @ParameterizedTest
    @CsvSource({
        "128, java.lang.Byte, Byte",
        "1.0, java.lang.Integer, Integer",
        "'', java.lang.Long, Long",
        "' 1', java.lang.Short, Short",
        "x, java.lang.Double, Double",
        "'', java.lang.Character, Character",
    })
    void refusesOtherTextWithTheTextInTheException(String text, Class<?> type, String name) {
        assertThatThrownBy(() -> Primitives.parse(text, type))
                .isInstanceOfSatisfying(
                        DecodeException.class, e -> assertThat(e.getText()).isEqualTo(text))
                .hasMessage("\"" + text + "\" is no " + name)
                .hasCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void knowsTheEightAndNoMore() {
        assertThat(Primitives.boxes()).hasSize(8).allMatch(Primitives::includes);
        assertThat(List.of(void.class, Void.class, String.class, Number.class)).noneMatch(Primitives::includes);
        assertThatThrownBy(() -> Primitives.parse("", void.class)).isInstanceOf(IllegalArgumentException.class);
    }
}
