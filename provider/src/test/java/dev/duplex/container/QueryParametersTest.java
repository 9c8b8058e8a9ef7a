package dev.duplex.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class QueryParametersTest {
    @Test
    void keepsAllValuesInOrder() {
        assertThat(QueryParameters.of("b=1&a=2&b=3"))
                .containsExactly(Map.entry("b", List.of("1", "3")), Map.entry("a", List.of("2")));
    }

    @Test
    void decodesAsAFormIs() {
        assertThat(QueryParameters.of("na%20me=a+b%2B%C3%A4")).containsExactly(Map.entry("na me", List.of("a b+ä")));
    }

    @Test
    void takesWhatHasNoValueForEmpty() {
        assertThat(QueryParameters.of("a&b=&&=c"))
                .containsExactly(Map.entry("a", List.of("")), Map.entry("b", List.of("")), Map.entry("", List.of("c")));
    }

    @Test
    void leavesAPercentSignThatEscapesNothing() {
        assertThat(QueryParameters.of("a=100%")).containsExactly(Map.entry("a", List.of("100%")));
    }

    @Test
    void isEmptyWithoutAQuery() {
        assertThat(QueryParameters.of(null)).isEmpty();
        assertThat(QueryParameters.of("")).isEmpty();
    }

    @Test
    void putsThePathsParametersFirst() {
        assertThat(QueryParameters.with(Map.of("name", List.of("query")), Map.of("name", "path")))
                .containsExactly(Map.entry("name", List.of("path", "query")));
    }

    @Test
    void isReadOnly() {
        Map<String, List<String>> parameters = QueryParameters.with(QueryParameters.of("a=1"), Map.of("b", "2"));
        assertThatThrownBy(() -> parameters.put("c", List.of())).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> parameters.get("a").add("2")).isInstanceOf(UnsupportedOperationException.class);
    }
}
